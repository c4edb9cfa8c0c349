// Where a test run leaves its traces, and the list of the secrets that must not be found in them.
import { appendFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kRepository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Every data directory and log of a broker under test is below this; afterwards the leak scan reads all of it. */
export const kTestDir = resolve(process.env.VALETKEY_TEST_DIR ?? join(kRepository, 'build/test-run'));

const known = new Set();

/** Registers secrets for the leak scan, and answers the first, so that a test can write `const password = secret('...')`. */
export function secret(...values) {
  const fresh = values.filter((value) => typeof value === 'string' && value.length >= 12 && !known.has(value));
  if (fresh.length) {
    mkdirSync(kTestDir, { recursive: true });
    for (const value of fresh) known.add(value);
    appendFileSync(join(kTestDir, 'secrets.txt'), fresh.map((value) => `${value}\n`).join(''));
  }
  return values[0];
}

/** A directory of its own below the test directory. */
export function run_directory(name = 'run') {
  mkdirSync(kTestDir, { recursive: true });
  return mkdtempSync(join(kTestDir, `${name}-`));
}

/** At most `most` of many secrets, evenly spread: a storm makes more than a scan needs to search for. */
export function spread(secrets, most = 300) {
  const step = Math.max(1, secrets.length / most);
  return Array.from({ length: Math.min(most, secrets.length) }, (_, i) => secrets[Math.floor(i * step)]);
}
