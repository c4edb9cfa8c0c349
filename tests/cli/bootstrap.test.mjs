// The first key (S18), and the keys of the installation.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { command_of } from '../support/command.mjs';
import { secret } from '../support/test_run.mjs';
import { mode_of } from '../support/tree.mjs';
import { new_key, start_valetkey } from '../support/valetkey.mjs';

test('security_s18_generated_key_is_in_a_private_file_whose_path_is_logged', async () => {
  const broker = await start_valetkey({ name: 'bootstrap', admin: false, env: { VALETKEY_BOOTSTRAP_KEY: '' } });
  try {
    const path = join(broker.data_dir, 'bootstrap-key');
    assert.equal(mode_of(path), '600');
    const key = secret(readFileSync(path, 'latin1').trim());
    assert.match(key, /^vk_[A-Za-z0-9_-]{43}$/);
    assert.ok(broker.log().includes(path));
    assert.ok(!broker.log().includes(key));
    assert.ok(!readFileSync(broker.stdout_file, 'utf8').includes(key));

    await broker.restart();
    assert.equal(readFileSync(path, 'latin1').trim(), key, 'a restart keeps it');
    broker.bootstrap_key = key;
    await broker.become_admin();
    await broker.call('GET', '/v1/keys', { key, expect: 401 });
    await broker.restart();
    assert.ok(!existsSync(path), 'the file of a dead key is removed');
    await broker.call('GET', '/v1/keys', { key, expect: 401 });
  } finally {
    await broker.end();
  }
});

test('security_s18_given_key_is_never_stored_in_clear_and_dies_of_the_first_admin_key', async () => {
  const broker = await start_valetkey({ name: 'bootstrap-given' });
  try {
    await broker.call('GET', '/v1/keys', { key: broker.bootstrap_key, expect: 401 });
    await broker.restart();
    await broker.call('GET', '/v1/keys', { key: broker.bootstrap_key, expect: 401 });
    await broker.restart();
    assert.ok(!existsSync(join(broker.data_dir, 'bootstrap-key')));
    await broker.stop();
    for (const file of ['valetkey.db']) assert.ok(!readFileSync(join(broker.data_dir, file)).includes(broker.bootstrap_key));
  } finally {
    await broker.end();
  }
});

test('security_s18_key_can_come_from_a_private_file', async () => {
  const key = new_key();
  const options = { name: 'bootstrap-file', bootstrap_key: key, env: { VALETKEY_BOOTSTRAP_KEY: '' } };
  // the file must be there before the broker starts, outside of what the leak scan reads
  const broker = await start_valetkey({ ...options, admin: false });
  try {
    await broker.stop();
    const file = join(broker.key_directory, 'bootstrap');
    writeFileSync(file, `${key}\n`, { mode: 0o600 });
    options.env.VALETKEY_BOOTSTRAP_KEY_FILE = file;
    await broker.start();
    await broker.become_admin();
  } finally {
    await broker.end();
  }
});

test('installation-key prints a key once, for the routes of the installation alone, while serving', async () => {
  const broker = await start_valetkey({ name: 'installation-key' });
  try {
    const { stdout, stderr } = await command_of(broker, ['installation-key', '--name', 'operator']);
    assert.match(stdout, /^vki_[A-Za-z0-9_-]{43}\n$/);
    const key = secret(stdout.trim());
    assert.ok(!stderr.includes(key));
    const tenant = await broker.api('POST', '/v1/tenants', { key, body: { name: 'second' } });
    await broker.api('GET', `/v1/tenants/${tenant.id}`, { key });
    await broker.call('GET', '/v1/connections', { key, expect: 403 });
    await broker.call('POST', '/v1/tenants', { body: { name: 'third' }, expect: 403 });
    await command_of(broker, ['installation-key', '--name', ''], { expect: 2 });
  } finally {
    await broker.end();
  }
});
