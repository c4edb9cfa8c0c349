// The examples of docs/webhooks.md are run as they stand, in one shell, against a real broker.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { binary } from '../support/command.mjs';
import { parse_script, run_script } from '../support/command_script.mjs';
import { kRepository, secret } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

const text = readFileSync(join(kRepository, 'docs/webhooks.md'), 'utf8');

let broker;
let home;
before(async () => {
  broker = await start_valetkey({ name: 'webhooks-document' });
  home = mkdtempSync(join(tmpdir(), 'valetkey-doc-'));
  for (const name of ['bin', 'work']) mkdirSync(join(home, name));
  symlinkSync(binary(), join(home, 'bin', 'valetkey'));
});
after(async () => {
  await broker?.end();
  rmSync(home, { recursive: true, force: true });
});

/** The indented blocks that begin with a prompt, as one script. */
function sessions() {
  const blocks = text.split('\n\n').reduce((all, paragraph) => {
    const is_code = paragraph.split('\n').every((line) => line.startsWith('    '));
    if (is_code && all.at(-1)?.is_code) all.at(-1).text += `\n\n${paragraph}`;
    else all.push({ is_code, text: paragraph });
    return all;
  }, []);
  const scripts = blocks.filter(({ is_code, text: block }) => is_code && block.startsWith('    $ '));
  return scripts.map(({ text: block }) => block.split('\n').map((line) => line.slice(4).replace(/^>$/, '> ')).join('\n')).join('\n\n');
}

test('the sessions of docs/webhooks.md go as they are written', async () => {
  const script = sessions();
  const commands = parse_script(script).map(({ command }) => command).join('\n');
  for (const shown of ['services try -f', 'services try --script', 'services create', 'credentials create']) assert.ok(commands.includes(shown), `no example of ${shown}`);
  secret('a-secret-of-acme');
  await run_script(script, {
    cwd: join(home, 'work'),
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(.SAN_OPTIONS|.*SAN_SYMBOLIZER_PATH|TMPDIR)$/.test(name))),
      PATH: `${join(home, 'bin')}:${process.env.PATH}`,
      HOME: home,
      LC_ALL: 'C.UTF-8',
      VALETKEY_URL: broker.origin,
      VALETKEY_API_KEY: broker.key,
    },
  });
});
