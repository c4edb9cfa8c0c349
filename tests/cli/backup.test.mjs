// Backup, restore, hold and resume (DESIGN 5.8) with the real binary.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { command_of } from '../support/command.mjs';
import { nasty_credential } from '../support/credential_bodies.mjs';
import { start_nasty_provider } from '../support/nasty_provider.mjs';
import { secret } from '../support/test_run.mjs';
import { mode_of, tree_of } from '../support/tree.mjs';
import { prepare_valetkey, start_valetkey } from '../support/valetkey.mjs';

let provider;
before(async () => { provider = await start_nasty_provider(); });
after(() => provider.stop());

/** A connection whose refresh token rotates with reuse detection: to spend it twice kills the grant. */
async function connect(broker) {
  const credential = await broker.api('POST', '/v1/credentials', { body: nasty_credential(provider, { grant_type: 'password' }) });
  return broker.api('POST', '/v1/connections', {
    body: { credential: credential.id, end_user: { id: 'user-1' }, username: 'alice', password: provider.settings.users.alice },
  });
}

const token_of = (broker, connection) => broker.api('GET', `/v1/connections/${connection.id}/token`);
const refresh = (broker, connection, generation, options) =>
  broker.call('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: generation }, ...options });

/** A broker that is not started, with the root key of another one and a data directory of its own. */
function beside(broker, name) {
  const copy = prepare_valetkey({ name });
  cpSync(broker.root_key_file, copy.root_key_file);
  copy.key = broker.key;
  return copy;
}

async function until(condition, what) {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 20 s`);
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

test('refresh_5_8_a_restored_backup_serves_and_spends_nothing_until_it_is_resumed', async () => {
  const original = await start_valetkey({ name: 'backup-original' });
  const copy = beside(original, 'backup-copy');
  try {
    const connection = await connect(original);
    const token = await token_of(original, connection);
    const backup = join(original.directory, 'backup.db');
    const made = await command_of(original, ['backup', backup]);
    assert.match(made.stdout, /opens only with root key [0-9a-f]{16}, which is not in it/);
    assert.equal(mode_of(backup), '600');
    const root_key = readFileSync(original.root_key_file, 'latin1').split('\n')[1];
    for (const hidden of [root_key, Buffer.from(root_key, 'base64'), token.access_token]) assert.ok(!readFileSync(backup).includes(hidden));
    assert.equal((await refresh(original, connection, token.generation)).body.generation, token.generation + 1);
    await original.stop();

    const restored = await command_of(copy, ['restore', backup]);
    assert.match(restored.stdout, /it is on hold/);
    assert.match((await command_of(copy, ['doctor'])).stdout, /warning +installation: this copy of the store is on hold: restored from backup/);
    await copy.start();
    assert.match(copy.log(), /on hold/);
    const asked = provider.counters().token_requests;
    assert.equal((await token_of(copy, connection)).access_token, token.access_token, 'what lives is served');
    const refused = await refresh(copy, connection, token.generation, { expect: 503 });
    assert.equal(refused.body.code, 'hold');
    assert.match(refused.body.detail, /valetkey resume/);
    await copy.restart();
    await refresh(copy, connection, token.generation, { expect: 503 });
    assert.equal(provider.counters().token_requests, asked, 'nothing was exchanged');
  } finally {
    await copy.end();
    await original.end();
  }
});

test('refresh_5_8_resume_ends_the_hold_of_a_running_copy', async () => {
  const original = await start_valetkey({ name: 'resume-original' });
  const copy = beside(original, 'resume-copy');
  try {
    const connection = await connect(original);
    const token = await token_of(original, connection);
    await original.stop();
    const backup = join(original.directory, 'backup.db');
    await command_of(original, ['backup', backup]);
    await command_of(copy, ['restore', backup]);
    await copy.start();
    await refresh(copy, connection, token.generation, { expect: 503 });

    assert.match((await command_of(copy, ['resume'])).stdout, /^resumed/);
    let answer;
    await until(async () => {
      answer = await refresh(copy, connection, token.generation, { expect: [200, 503] });
      return answer.status === 200;
    }, 'the running broker notices');
    assert.equal(answer.body.generation, token.generation + 1);
    assert.match((await command_of(copy, ['resume'])).stdout, /is not on hold/);
    await copy.restart();
    await refresh(copy, connection, token.generation + 1);
  } finally {
    await copy.end();
    await original.end();
  }
});

test('refresh_rule_19_a_copied_data_directory_starts_on_hold_and_the_original_never_does', async () => {
  const original = await start_valetkey({ name: 'clone-original' });
  const copy = beside(original, 'clone-copy');
  try {
    const connection = await connect(original);
    const token = await token_of(original, connection);
    await original.stop();
    cpSync(original.data_dir, copy.data_dir, { recursive: true });
    await copy.start();
    assert.match(copy.log(), /fingerprint changed/);
    await refresh(copy, connection, token.generation, { expect: 503 });
    await copy.stop();

    await original.start();
    assert.doesNotMatch(original.log(), /on hold/);
    await refresh(original, connection, token.generation);
    await original.kill9();
    await original.start();
    assert.doesNotMatch(original.log(), /on hold/);
    await refresh(original, connection, token.generation + 1);
  } finally {
    await copy.end();
    await original.end();
  }
});

test('refresh_5_8_a_directory_that_was_moved_on_purpose_is_resumed_before_it_serves', async () => {
  const broker = await start_valetkey({ name: 'moved' });
  const moved = beside(broker, 'moved-to');
  try {
    const connection = await connect(broker);
    const token = await token_of(broker, connection);
    await broker.stop();
    renameSync(broker.data_dir, moved.data_dir);
    assert.match((await command_of(moved, ['doctor'])).stdout, /the next start puts it on hold/);
    await command_of(moved, ['resume']);
    await moved.start();
    await refresh(moved, connection, token.generation);
  } finally {
    await moved.end();
    await broker.end();
  }
});

test('refresh_5_8_a_backup_that_was_put_in_place_by_hand_starts_on_hold', async () => {
  const broker = await start_valetkey({ name: 'by-hand' });
  try {
    const connection = await connect(broker);
    const token = await token_of(broker, connection);
    const backup = join(broker.directory, 'backup.db');
    await command_of(broker, ['backup', backup]);
    await refresh(broker, connection, token.generation);
    await broker.stop();
    cpSync(backup, join(broker.data_dir, 'valetkey.db'));
    for (const round of ['first start', 'second start']) {
      await broker.start();
      assert.equal((await refresh(broker, connection, token.generation, { expect: 503 })).body.code, 'hold', round);
      await broker.stop();
    }
    await command_of(broker, ['resume']);
    await broker.start();
    assert.match((await command_of(broker, ['doctor'])).stdout, /^ok +installation: .* not on hold/m);
  } finally {
    await broker.end();
  }
});

test('restore refuses what it must, and writes nothing then', async () => {
  const original = await start_valetkey({ name: 'refuse-original' });
  const copy = beside(original, 'refuse-copy');
  try {
    const backup = join(original.directory, 'backup.db');
    await command_of(original, ['backup', backup]);
    const before_it = tree_of(original.directory);
    const again = await command_of(original, ['restore', backup], { expect: 3 });
    assert.match(again.stderr, /there is .*valetkey\.db already, and nothing is overwritten/);
    await command_of(original, ['backup', backup], { expect: 2 });
    assert.match((await command_of(original, ['backup', join(original.directory, 'none', 'b.db')], { expect: 2 })).stderr, /there is no directory/);

    const rubbish = join(copy.directory, 'rubbish.db');
    writeFileSync(rubbish, 'x'.repeat(5000));
    const cut = join(copy.directory, 'cut.db');
    writeFileSync(cut, readFileSync(backup).subarray(0, 40_960));
    const files = tree_of(copy.directory);
    const wrong = secret(randomBytes(32).toString('base64'));
    for (const [args, env, said] of [
      [backup, { VALETKEY_ROOT_KEY: wrong, VALETKEY_ROOT_KEY_FILE: '' }, /the data is sealed under/],
      [backup, { VALETKEY_ROOT_KEY_FILE: join(copy.key_directory, 'none') }, /there is none/],
      [rubbish, {}, /damaged/],
      [cut, {}, /damaged/],
      [join(copy.directory, 'none.db'), {}, /there is no such file/],
    ]) {
      const { stderr } = await command_of(copy, ['restore', args], { env, expect: 3 });
      assert.match(stderr, said);
      assert.ok(!existsSync(copy.data_dir), 'nothing was written');
      assert.deepEqual(tree_of(copy.directory), files);
    }

    mkdirSync(copy.data_dir, { mode: 0o700 });
    writeFileSync(join(copy.data_dir, 'valetkey.db-wal'), 'left behind');
    assert.match((await command_of(copy, ['restore', backup], { expect: 3 })).stderr, /valetkey\.db-wal already/);
    await original.stop();
    assert.equal(tree_of(original.directory)['backup.db'], before_it['backup.db'], 'the backup itself is not changed');
  } finally {
    await copy.end();
    await original.end();
  }
});

test('restore takes a raw copy of the files of a killed broker, log and all', async () => {
  const original = await start_valetkey({ name: 'raw-original' });
  const copy = beside(original, 'raw-copy');
  try {
    await original.kill9();
    const raw = join(original.directory, 'raw');
    cpSync(original.data_dir, raw, { recursive: true });
    assert.ok(existsSync(join(raw, 'valetkey.db-wal')));
    await command_of(copy, ['restore', join(raw, 'valetkey.db')]);
    assert.deepEqual(Object.keys(tree_of(copy.data_dir)).sort(), ['serve.lock', 'valetkey.db']);
    await copy.start();
    await copy.api('GET', '/v1/keys');
  } finally {
    await copy.end();
    await original.end();
  }
});

test('rotate data-keys seals everything anew while serving, and keeps old keys for a day', async () => {
  const broker = await start_valetkey({ name: 'data-keys' });
  try {
    const connection = await connect(broker);
    const token = await token_of(broker, connection);
    const { stdout } = await command_of(broker, ['rotate', 'data-keys', '--tenant', 'ten_default']);
    assert.match(stdout, /^ten_default: [1-9]\d* records sealed anew, 0 old keys forgotten, 1 kept$/m);
    assert.match(stdout, /--finish/);
    assert.equal((await token_of(broker, connection)).access_token, token.access_token);
    await refresh(broker, connection, token.generation);
    await broker.restart();
    await refresh(broker, connection, token.generation + 1);
    assert.match((await command_of(broker, ['rotate', 'data-keys', '--finish'])).stdout, /0 records sealed anew, 0 old keys forgotten, 1 kept/);
    assert.match((await command_of(broker, ['rotate', 'data-keys', '--tenant', 'ten_none'], { expect: 2 })).stderr, /there is no tenant/);
  } finally {
    await broker.end();
  }
});
