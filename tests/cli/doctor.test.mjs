// `valetkey doctor`: one line for each thing that can be checked, and what to do about it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { command_of, run_command } from '../support/command.mjs';
import { run_directory } from '../support/test_run.mjs';
import { tree_of } from '../support/tree.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

let broker;
before(async () => { broker = await start_valetkey({ name: 'doctor' }); });
after(() => broker.end());

const doctor = async (env = {}, expect = 0) => (await command_of(broker, ['doctor'], { env, expect })).stdout;

test('a sound installation: only ok, beside a running server, and nothing is changed', async () => {
  const text = await doctor({ VALETKEY_EGRESS_ALLOW: '' });
  for (const line of text.trim().split('\n')) assert.match(line, /^ok {7}[a-z_ ]+: \S/);
  for (const what of ['settings', 'data_dir', 'disk', 'root_key', 'database', 'serve', 'installation', 'listen', 'public_url', 'egress', 'clock', 'open files', 'catalogue']) {
    assert.match(text, new RegExp(`^ok +${what}: `, 'm'));
  }
  assert.match(text, /a server runs on/);
  await broker.stop();
  const before_it = tree_of(broker.data_dir);
  await doctor();
  assert.deepEqual(tree_of(broker.data_dir), before_it);
  await broker.start();
});

test('nothing yet: what serve will make, and nothing is made', async () => {
  const cwd = run_directory('doctor');
  const { code, stdout } = await run_command(['doctor'], { cwd, env: { VALETKEY_LISTEN: '127.0.0.1:0' } });
  assert.equal(code, 0);
  for (const what of ['data_dir', 'root_key', 'database']) assert.match(stdout, new RegExp(`^ok +${what}: there is no.* yet; .valetkey serve. makes`, 'm'));
  assert.deepEqual(tree_of(cwd), {});
});

test('warnings leave the exit status 0', async () => {
  chmodSync(broker.data_dir, 0o750);
  mkdirSync(join(broker.data_dir, 'rescue'), { recursive: true, mode: 0o700 });
  try {
    const text = await doctor({ VALETKEY_EGRESS_ALLOW: '0.0.0.0/0:*', VALETKEY_INSECURE: 'true', VALETKEY_PUBLIC_URL: 'http://valetkey.example.com' });
    for (const line of [
      /^warning +data_dir: others may look into .*; run chmod 0700/m,
      /^warning +insecure: /m,
      /^warning +public_url: http:\/\/valetkey\.example\.com is plain http/m,
      /^warning +egress: 0\.0\.0\.0\/0:\* allows every address/m,
    ]) assert.match(text, line);
  } finally {
    chmodSync(broker.data_dir, 0o700);
  }
});

test('problems give the exit status with which serve would refuse', async () => {
  const used = await command_of(broker, ['doctor'], { env: { VALETKEY_DATA_DIR: join(broker.directory, 'elsewhere') }, expect: 2 });
  assert.match(used.stdout, /^problem +listen: listen on .*: Address already in use; end what uses it/m);
  assert.ok(!existsSync(join(broker.directory, 'elsewhere')));
  assert.match(await doctor({ VALETKEY_CA_FILE: '/nonexistent.pem' }, 2), /^problem +ca_file: /m);
  const file = join(broker.directory, 'a-file');
  writeFileSync(file, '');
  assert.match(await doctor({ VALETKEY_DATA_DIR: file }, 3), /^problem +data_dir: .* is no directory/m);
});

test('certificates: who they are for, until when, and whether the key fits', async () => {
  const make = (name, days, host) => {
    const [certificate, key] = ['crt', 'key'].map((suffix) => join(broker.key_directory, `${name}.${suffix}`));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', String(days),
      '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    return { VALETKEY_TLS_CERTIFICATE: certificate, VALETKEY_TLS_KEY: key };
  };
  const good = make('good', 90, 'valetkey.example.com');
  const soon = make('soon', 5, 'valetkey.example.com');
  const url = { VALETKEY_PUBLIC_URL: 'https://valetkey.example.com' };
  const text = await doctor({ ...good, ...url });
  assert.match(text, /^ok +tls: the certificate is valid until 20/m);
  assert.doesNotMatch(text, /^warning +tls/m);
  assert.match(await doctor({ ...soon, ...url }), /^warning +tls: the certificate ends at .*; renew it/m);
  assert.match(await doctor({ ...good, VALETKEY_PUBLIC_URL: 'https://other.example.com' }), /^warning +tls: the certificate is not for other\.example\.com/m);
  assert.match(await doctor({ ...good, VALETKEY_TLS_KEY: soon.VALETKEY_TLS_KEY, ...url }, 2), /^problem +tls: .*(does not belong|mismatch)/m);
  assert.match(await doctor({ ...good, VALETKEY_TLS_CERTIFICATE: '/nonexistent.pem', ...url }, 2), /^problem +tls: load the TLS certificate/m);
});

test('doctor egress explains each decision', async () => {
  const explain = async (url, { env, expect = 2, more = [] } = {}) => {
    const { stdout, stderr } = await command_of(broker, ['doctor', 'egress', url, ...more], { env, expect });
    return stdout + stderr;
  };
  assert.match(await explain('https://93.184.216.34/token', { expect: 0 }), /93\.184\.216\.34:443: allowed: global unicast/);
  assert.match(await explain('http://169.254.169.254/latest'), /denied: cloud metadata/);
  assert.match(await explain('http://[::ffff:10.0.0.1]/'), /denied/);
  assert.match(await explain(`http://127.0.0.1:${broker.port}/v1`), /denied: .*(own|ourselves|this broker)/);
  assert.match(await explain('http://127.0.0.1:1/', { expect: 0 }), /allowed: egress\.allow has 127\.0\.0\.0\/8:\*/);
  assert.match(await explain('http://localhost:1/', { expect: 0 }), /127\.0\.0\.1:1: allowed/);
  assert.match(await explain('http://127.0.0.1:1/', { env: { VALETKEY_EGRESS_ALLOW: '' } }), /denied: .*egress\.allow = \["127\.0\.0\.1\/32:1"\] would allow it/);
  const rule = { VALETKEY_EGRESS_ALLOW: '10.0.0.0/8:443@ten_a' };
  assert.match(await explain('https://10.1.2.3/', { env: rule }), /denied/);
  assert.match(await explain('https://10.1.2.3/', { env: rule, expect: 0, more: ['--tenant', 'ten_a'] }), /allowed: egress\.allow has 10\.0\.0\.0\/8:443@ten_a/);
  assert.match(await explain('http://127.1/'), /explain egress to http:\/\/127\.1\//);
});
