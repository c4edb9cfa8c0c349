// The files below a directory, so that a test can tell whether anything was touched.
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Path -> mode and content of everything below `directory`; empty when there is none. */
export function tree_of(directory) {
  const all = {};
  if (!existsSync(directory)) return all;
  for (const name of readdirSync(directory, { recursive: true })) {
    const path = join(directory, name);
    const facts = lstatSync(path);
    all[name] = `${facts.mode.toString(8)} ${facts.isFile() ? readFileSync(path).toString('base64') : ''}`;
  }
  return all;
}

/** The permission bits, as chmod takes them: '600'. */
export const mode_of = (path) => (lstatSync(path).mode & 0o7777).toString(8);
