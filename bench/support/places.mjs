// Where a run leaves what it makes. Imported first: the broker of the tests puts its directories below VALETKEY_TEST_DIR.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kRepository = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const kResults = join(kRepository, 'build/bench');
export const kPlots = join(kRepository, 'docs/bench');
const kRun = join(kResults, 'run');

process.env.VALETKEY_TEST_DIR = kRun;
process.env.VALETKEY_BINARY ??= join(kRepository, 'build/release/valetkey');

/** A program of the benchmark that is built beside the broker. */
export const program = (name) => join(process.env.VALETKEY_BINARY, '..', name);

export function fresh_directory(name) {
  mkdirSync(kRun, { recursive: true });
  return mkdtempSync(join(kRun, `${name}-`));
}
