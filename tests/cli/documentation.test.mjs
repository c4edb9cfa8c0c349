// docs/cli.md against the program: every command is shown there, and what is shown there exists.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { run_command } from '../support/command.mjs';
import { kRepository } from '../support/test_run.mjs';

const text = readFileSync(join(kRepository, 'docs/cli.md'), 'utf8');
const kOfTheBroker = new Set(['serve', 'config', 'doctor', 'backup', 'restore', 'resume', 'rotate', 'installation-key', 'version']);

let commands;  // 'credentials list' -> {options, below}

before(async () => {
  const { code, stdout } = await run_command(['completion', 'bash']);
  assert.equal(code, 0);
  const arms = stdout.matchAll(/^ {4}"(.*)"\) proposals="(.*)" options="(.*)" ;;$/gm);
  commands = new Map([...arms].map(([, path, below, options]) => [path.trim(), { options: options.split(' '), below: below.split(' ').filter(Boolean) }]));
  assert.ok(commands.size > 40, `only ${commands.size} commands were found`);
});

/** The commands of the examples, lines that go on joined: {words, line}. */
function examples() {
  const code = text.split('\n').filter((line) => line.startsWith('    ')).join('\n').replaceAll('\\\n', ' ');
  return code.split('\n').flatMap((line) => [...line.replace(/ {2,}#.*/, '').matchAll(/\bvaletkey ([^|)]*)/g)].map(([, rest]) => ({ line, words: rest.trim().split(/\s+/) })));
}

/** The longest path of commands that the words begin with. */
function path_of(words) {
  let path = '';
  for (const word of words) {
    const longer = `${path} ${word}`.trim();
    if (!commands.has(longer)) break;
    path = longer;
  }
  return path;
}

test('every example is a command that exists, with options that exist', () => {
  const found = examples();
  assert.ok(found.length > 50, `only ${found.length} examples were found`);
  for (const { line, words } of found) {
    const path = path_of(words);
    assert.ok(path, `there is no such command: ${line}`);
    assert.deepEqual(commands.get(path).below, [], `a command is missing behind ${path}: ${line}`);
    const known = [...commands.get(path).options, ...commands.get('').options];
    for (const [option] of words.join(' ').matchAll(/(?<= )--[a-z-]+/g)) assert.ok(known.includes(option), `${path} has no ${option}: ${line}`);
  }
});

test('every command of the client has an example', () => {
  const shown = new Set(examples().map(({ words }) => path_of(words)));
  const leaves = [...commands].filter(([path, { below }]) => path && !below.length && !kOfTheBroker.has(path.split(' ')[0]));
  assert.deepEqual(leaves.map(([path]) => path).filter((path) => !shown.has(path)), []);
});

test('every option that all commands share is in the table', () => {
  for (const option of commands.get('').options.filter((each) => each !== '--config' && each !== '--help')) assert.ok(text.includes(`${option}`), option);
});
