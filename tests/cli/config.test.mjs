// Settings and usage: what is accepted, what is printed, exit status 2 for what is wrong.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomBytes } from 'node:crypto';

import { run_command } from '../support/command.mjs';
import { run_directory, secret } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

const root_key = () => secret(randomBytes(32).toString('base64'));
const lines_of = (text) => text.split('\n').filter(Boolean);

function directory_with(text, mode = 0o600) {
  const directory = run_directory('config');
  if (text !== undefined) writeFileSync(join(directory, 'valetkey.toml'), text, { mode });
  return directory;
}

test('config prints every effective setting with its origin and no secret', async () => {
  const key = root_key();
  const bootstrap = secret(`vk_${randomBytes(32).toString('base64url')}`);
  const cwd = directory_with('threads = 2\n[egress]\nallow = ["127.0.0.0/8:*"]\n');
  const { code, stdout, stderr } = await run_command(['config'], {
    cwd, env: { VALETKEY_ROOT_KEY: key, VALETKEY_BOOTSTRAP_KEY: bootstrap, VALETKEY_THREADS: '3', VALETKEY_SERVICE_HOST: '10.0.0.1', VALETKEY_PORT: 'tcp://10.0.0.1:1' },
  });
  assert.equal(code, 0, stderr);
  const shown = Object.fromEntries(lines_of(stdout).map((line) => {
    const [, name, value, origin] = /^([a-z_.]+) = (.*?) +# (\w+)$/.exec(line) ?? assert.fail(line);
    return [name, [value, origin]];
  }));
  assert.deepEqual(shown.threads, ['3', 'VALETKEY_THREADS']);
  assert.deepEqual(shown['egress.allow'], ['["127.0.0.0/8:*"]', 'file']);
  assert.deepEqual(shown.listen, ['"127.0.0.1:8420"', 'default']);
  assert.deepEqual(shown.root_key, ['"***"', 'VALETKEY_ROOT_KEY']);
  assert.deepEqual(shown.bootstrap_key, ['"***"', 'VALETKEY_BOOTSTRAP_KEY']);
  assert.ok(!stdout.includes(key) && !stdout.includes(bootstrap));
  assert.deepEqual(readdirSync(cwd), ['valetkey.toml'], 'config makes nothing');
});

for (const command of [['serve'], ['config'], ['doctor'], ['backup', 'x'], ['resume'], ['rotate', 'root'], ['installation-key']]) {
  test(`${command.join(' ')}: every fault of the settings at once, exit status 2, nothing made`, async () => {
    const cwd = directory_with('listen = "nowhere"\ncolour = "red"\n');
    const { code, stdout, stderr } = await run_command(command, { cwd, env: { VALETKEY_LOG_LEVEL: 'loud', VALETKEY_SHAPE: 'round' } });
    assert.equal(code, 2);
    const said = stdout + stderr;
    for (const part of ['valetkey.toml:1: listen: must be', 'valetkey.toml:2: colour: there is no such setting', 'VALETKEY_LOG_LEVEL: must be', 'VALETKEY_SHAPE: there is no such setting']) {
      assert.ok(said.includes(part), `${part} is missing in ${said}`);
    }
    assert.deepEqual(readdirSync(cwd), ['valetkey.toml']);
  });
}

test('serve: what cannot be served is a bad configuration', async () => {
  const busy = await start_valetkey({ name: 'busy', admin: false });
  try {
    const cwd = run_directory('config');
    const key = root_key();
    const env = (more) => ({ VALETKEY_ROOT_KEY: key, VALETKEY_DATA_DIR: join(cwd, 'data'), VALETKEY_LISTEN: '127.0.0.1:0', ...more });
    for (const [more, said] of [
      [{ VALETKEY_LISTEN: `127.0.0.1:${busy.port}` }, /listen on 127\.0\.0\.1:\d+: Address already in use/],
      [{ VALETKEY_LISTEN: '0.0.0.0:0' }, /insecure = true/],
      [{ VALETKEY_BOOTSTRAP_KEY: 'vk_short' }, /bootstrap_key: must be vk_ and 32 to 200 characters/],
      [{ VALETKEY_TLS_CERTIFICATE: join(cwd, 'none.pem'), VALETKEY_TLS_KEY: join(cwd, 'none.pem') }, /load the TLS certificate .*No such file/],
    ]) {
      const { code, stdout, stderr } = await run_command(['serve'], { cwd, env: env(more) });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, said);
    }
  } finally {
    await busy.end();
  }
});

test('--config names the file, before or behind the command', async () => {
  const cwd = directory_with('threads = 7\n');
  writeFileSync(join(cwd, 'other.toml'), 'threads = 8\n');
  for (const args of [['config', '--config', 'other.toml'], ['--config', 'other.toml', 'config']]) {
    const { code, stdout } = await run_command(args, { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /^threads = 8 +# file$/m);
  }
  const missing = await run_command(['config', '--config', 'none.toml'], { cwd });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /none\.toml: cannot be read: No such file or directory/);
});

test('usage: exit status 2 for what is no command, 0 for help and version', async () => {
  for (const args of [[], ['serv'], ['rotate'], ['rotate', 'everything'], ['backup'], ['backup', 'a', 'b'], ['restore'], ['doctor', 'egress'], ['serve', '--port', '1']]) {
    const { code, stdout, stderr } = await run_command(args, { cwd: run_directory('config') });
    assert.equal(code, 2, args.join(' '));
    assert.equal(stdout, '', args.join(' '));
    assert.notEqual(stderr, '', args.join(' '));
  }
  const help = await run_command(['--help']);
  assert.equal(help.code, 0);
  for (const name of ['serve', 'config', 'doctor', 'backup', 'restore', 'resume', 'rotate', 'installation-key', 'version']) assert.match(help.stdout, new RegExp(`^ +${name} `, 'm'));
  assert.deepEqual(await run_command(['version']), { code: 0, stdout: 'valetkey 0.1.0\n', stderr: '' });
});

test('commands on a store that is not there say so and make nothing', async () => {
  for (const command of [['backup', 'copy.db'], ['resume'], ['rotate', 'root'], ['rotate', 'data-keys'], ['installation-key']]) {
    const cwd = run_directory('config');
    const { code, stdout, stderr } = await run_command(command, { cwd, env: { VALETKEY_ROOT_KEY: root_key() } });
    assert.equal(code, 3, command.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /there is none; `valetkey serve` makes it/);
    assert.deepEqual(readdirSync(cwd), []);
    assert.ok(!existsSync(join(cwd, 'data')));
  }
});
