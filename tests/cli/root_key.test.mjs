// The root key: where it is made, what is refused, and that a refusal touches nothing (S42).
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { command_of } from '../support/command.mjs';
import { secret } from '../support/test_run.mjs';
import { mode_of, tree_of } from '../support/tree.mjs';
import { prepare_valetkey, start_valetkey } from '../support/valetkey.mjs';

const new_root_key = () => secret(randomBytes(32).toString('base64'));
const key_in = (path) => secret(readFileSync(path, 'latin1').split('\n').find((line) => line && !line.startsWith('#')));

test('security_s42_root_key_is_made_outside_data_dir_with_mode_0600', async () => {
  const broker = await start_valetkey({ name: 'root-key', admin: false });
  try {
    assert.equal(mode_of(broker.root_key_file), '600');
    assert.ok(relative(broker.data_dir, broker.root_key_file).startsWith('..'));
    const key = key_in(broker.root_key_file);
    assert.equal(Buffer.from(key, 'base64').length, 32);
    assert.ok(!broker.log().includes(key));
    for (const content of Object.values(tree_of(broker.data_dir))) assert.ok(!Buffer.from(content.split(' ')[1] ?? '', 'base64').includes(key));
    assert.equal(mode_of(broker.data_dir), '700');
    for (const name of ['valetkey.db', 'serve.lock']) assert.equal(mode_of(join(broker.data_dir, name)), '600');
  } finally {
    await broker.end();
  }
});

test('security_s42_root_key_is_not_made_inside_data_dir', async () => {
  const broker = prepare_valetkey({ name: 'root-key-inside' });
  const { stderr } = await command_of(broker, ['serve'], { expect: 3, env: { VALETKEY_ROOT_KEY_FILE: join(broker.data_dir, 'root.key') } });
  assert.match(stderr, /inside the data directory/);
  assert.ok(!existsSync(join(broker.data_dir, 'root.key')));
  assert.ok(!existsSync(join(broker.data_dir, 'valetkey.db')));
});

test('security_s42_environment_core_limit_and_exit_leave_no_trace_of_the_root_key', async () => {
  const key = new_root_key();
  const broker = await start_valetkey({ name: 'root-key-environment', env: { VALETKEY_ROOT_KEY: key, VALETKEY_ROOT_KEY_FILE: '' } });
  try {
    const environment_of = () => readFileSync(`/proc/${broker.pid}/environ`, 'latin1');
    if (process.getuid() === 0) {
      assert.ok(environment_of().includes('VALETKEY_ROOT_KEY='), 'the broker was given it');
      assert.ok(!environment_of().includes(key.slice(0, 12)));
      assert.ok(!environment_of().includes(broker.bootstrap_key.slice(0, 12)));
    } else {
      assert.throws(environment_of, { code: 'EACCES' }, 'it is not dumpable, so that even its own user may not look');
    }
    assert.match(readFileSync(`/proc/${broker.pid}/limits`, 'latin1'), /^Max core file size +0 +0 /m);
    assert.ok(!existsSync(broker.root_key_file), 'the key of the environment is the only one');
    await broker.restart();
    await broker.api('GET', '/v1/keys');
  } finally {
    await broker.end();
  }
});

describe('security_s42_refusal_touches_nothing', () => {
  let broker;
  let good;
  let before_it;
  before(async () => {
    broker = await start_valetkey({ name: 'root-key-refused' });
    await broker.stop();
    good = key_in(broker.root_key_file);
    before_it = tree_of(broker.data_dir);
  });
  after(async () => {
    assert.deepEqual(tree_of(broker.data_dir), before_it);
    await broker.restart();
    await broker.api('GET', '/v1/keys');
    await broker.end();
  });

  const every = [['serve'], ['resume'], ['rotate', 'root'], ['rotate', 'data-keys'], ['installation-key'], ['doctor']];
  const refused = async (commands, env, said) => {
    for (const command of commands) {
      const { stdout, stderr } = await command_of(broker, command, { expect: 3, env });
      assert.match(stdout + stderr, said, command.join(' '));
      assert.ok(!(stdout + stderr).includes(good));
      assert.deepEqual(tree_of(broker.data_dir), before_it, command.join(' '));
    }
  };

  test('security_s42_wrong_root_key', () => refused(every, { VALETKEY_ROOT_KEY: new_root_key(), VALETKEY_ROOT_KEY_FILE: '' }, /the data is sealed under [0-9a-f]{16}/));

  test('security_s42_wrong_root_key_in_its_file', async () => {
    const other = join(broker.key_directory, 'other.key');
    writeFileSync(other, `${new_root_key()}\n`, { mode: 0o600 });
    await refused(every, { VALETKEY_ROOT_KEY_FILE: other }, /the data is sealed under [0-9a-f]{16}/);
  });

  test('security_s42_missing_root_key', async () => {
    const away = `${broker.root_key_file}.away`;
    renameSync(broker.root_key_file, away);
    try {
      await refused(every, {}, /there is no(ne| root key file)|there is none|root_key: there is no/);
      assert.ok(!existsSync(broker.root_key_file), 'none is made for a store that holds data');
    } finally {
      renameSync(away, broker.root_key_file);
    }
  });

  test('security_s42_duplicate_root_key', async () => {
    await refused(every, { VALETKEY_ROOT_KEY: `${good},${good}`, VALETKEY_ROOT_KEY_FILE: '' }, /key 2 repeats the key of key 1/);
    const twice = join(broker.key_directory, 'twice.key');
    writeFileSync(twice, `${good}\n${Buffer.from(good, 'base64').toString('hex')}\n`, { mode: 0o600 });
    await refused(every, { VALETKEY_ROOT_KEY_FILE: twice }, /line 2 repeats the key of line 1/);
  });

  test('security_s42_root_key_that_others_may_read', async () => {
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(broker.root_key_file, mode);
      try {
        await refused(every, {}, /run chmod 0600/);
      } finally {
        chmodSync(broker.root_key_file, 0o600);
      }
    }
  });

  test('security_s42_no_root_key_at_all_in_the_file', async () => {
    const empty = join(broker.key_directory, 'empty.key');
    writeFileSync(empty, '# nothing\n', { mode: 0o600 });
    await refused(every, { VALETKEY_ROOT_KEY_FILE: empty }, /holds no key/);
    rmSync(empty);
  });
});

test('security_s42_damaged_database_is_refused_and_kept_as_it_is', async () => {
  const broker = await start_valetkey({ name: 'damaged', admin: false });
  try {
    await broker.stop();
    const path = join(broker.data_dir, 'valetkey.db');
    const bytes = readFileSync(path);
    bytes.fill(0x78, 0, 4096);
    writeFileSync(path, bytes);
    const damaged = tree_of(broker.data_dir);
    for (const command of [['serve'], ['doctor'], ['resume']]) {
      const { stdout, stderr } = await command_of(broker, command, { expect: 3 });
      assert.match(stdout + stderr, /the database is damaged/, command.join(' '));
    }
    assert.deepEqual(tree_of(broker.data_dir), damaged);
  } finally {
    await broker.end();
  }
});

test('security_s42_root_key_is_rotated_while_serving', async () => {
  const [old_key, new_key] = [new_root_key(), new_root_key()];
  const env = { VALETKEY_ROOT_KEY: old_key, VALETKEY_ROOT_KEY_FILE: '' };
  const broker = await start_valetkey({ name: 'root-rotation', env });
  try {
    const only_old = await command_of(broker, ['rotate', 'root']);
    assert.match(only_old.stdout, /wrapped 0 keys anew/);
    env.VALETKEY_ROOT_KEY = `${new_key},${old_key}`;
    await broker.restart();
    assert.match((await command_of(broker, ['doctor'])).stdout, /warning +root_key: a rotation is not finished/);

    const rotated = await command_of(broker, ['rotate', 'root']);
    assert.match(rotated.stdout, /wrapped [1-9]\d* keys anew; all are under root key [0-9a-f]{16}/);
    assert.match(rotated.stdout, /\broot key [0-9a-f]{16} opens nothing here any more/);
    await broker.make_key();
    assert.match((await command_of(broker, ['rotate', 'root'])).stdout, /wrapped 0 keys anew/);
    assert.match((await command_of(broker, ['doctor'])).stdout, /the first key opens everything/);

    await broker.stop();
    await command_of(broker, ['serve'], { expect: 3, env: { VALETKEY_ROOT_KEY: old_key } });
    env.VALETKEY_ROOT_KEY = new_key;
    await broker.start();
    await broker.api('GET', '/v1/keys');
  } finally {
    await broker.end();
  }
});

test('one broker serves from a data directory', async () => {
  const broker = await start_valetkey({ name: 'twice' });
  try {
    const { stdout, stderr } = await command_of(broker, ['serve'], { expect: 3, env: { VALETKEY_LISTEN: '127.0.0.1:0' } });
    assert.equal(stdout, '');
    assert.match(stderr, /another valetkey serves from it already/);
    await broker.api('GET', '/v1/keys');
    await broker.kill9();
    await broker.start();
    await broker.api('GET', '/v1/keys');
  } finally {
    await broker.end();
  }
});
