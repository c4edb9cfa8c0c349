// The disk takes no more while the broker runs: nobody hears a verdict on a key or a connection, what lives is served, a rotated token
// is kept, and all of it is well again by itself. A limit on the size of the files that the process writes plays the full disk.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { walk } from '../support/connect_flow.mjs';
import { nasty_credential } from '../support/credential_bodies.mjs';
import { eventually, start_nasty_rig } from '../support/nasty_rig.mjs';
import { Sink } from '../support/sink.mjs';
import { secret } from '../support/test_run.mjs';

/** Ignored, the signal leaves the error of the write, as a full disk does. */
const wrapper = ['env', '--ignore-signal=XFSZ'];
/** Less than the log of the database is long, and room enough for a rescue record. */
const kRescueFits = 4096;

const limit_files = (broker, bytes) => execFileSync('prlimit', ['--pid', String(broker.pid), `--fsize=${bytes}:unlimited`]);
const fill_disk = (broker, bytes = kRescueFits) => limit_files(broker, bytes);
const free_disk = (broker) => limit_files(broker, 'unlimited');

const rescue_directory = (broker) => join(broker.data_dir, 'rescue');
const rescued = (broker) => (existsSync(rescue_directory(broker)) ? readdirSync(rescue_directory(broker)).filter((name) => name.endsWith('.rescue')) : []);

/** A rig whose subjects are gone after each test, its disk free again. */
function rig_of(options) {
  const state = { subjects: [] };
  before(async () => { state.rig = await start_nasty_rig({ wrapper, ...options }); });
  after(() => state.rig.stop());
  afterEach(async () => {
    const { broker, provider } = state.rig;
    provider.script.release_all();
    if (!broker.running) await broker.start();
    free_disk(broker);
    state.rig.assert_never_concurrent();
    assert.equal(provider.counters().reused_after_rotation, 0, 'a refresh token was spent twice');
    for (const subject of state.subjects.splice(0)) await subject.remove();
    provider.log.clear();
  });
  state.one = async ({ expires_in = 600, members } = {}) => {
    const subject = await state.rig.subject(members);
    state.subjects.push(subject);
    return { subject, connection: await subject.import_connection({ expires_in }) };
  };
  /** A refresh whose answer arrives while the disk is full; `bytes` is what a file may still have. */
  state.answered_on_a_full_disk = async (bytes) => {
    const { rig: { broker, provider }, one } = state;
    const { subject, connection } = await one();
    subject.script({ gate: 'answer' });
    const reader = state.rig.refresh(connection);
    await provider.script.held('answer');
    fill_disk(broker, bytes);
    provider.script.release('answer');
    const failed = await reader;
    assert.deepEqual([failed.status, failed.code, failed.body.act], [503, 'store_unavailable', 'wait'], failed.body.detail);
    return { subject, connection };
  };
  /** After a crash the lease of the former life runs on for as long as its request could have. */
  state.assert_saved = async (subject, connection, { lease = 0 } = {}) => {
    await eventually('the token is saved', async () => {
      if (state.rig.stepped) await state.rig.advance(5);
      return (await state.rig.connection(connection)).grant.generation === 2;
    });
    const { status, body } = await state.rig.token(connection);
    assert.deepEqual([status, body.generation], [200, 2], body.detail);
    assert.ok(state.rig.takes(body.access_token));
    await eventually('the rescue record is dropped', () => rescued(state.rig.broker).length === 0);
    if (lease) await state.rig.advance(lease);
    const next = await eventually('the guard is free', async () => {
      const answer = await state.rig.refresh(connection, 2);
      return answer.code === 'store_unavailable' ? null : answer;
    });
    assert.equal(next.body.generation, 3, 'the rotated refresh token was not the one that was saved');
    assert.deepEqual(subject.requests().map(({ refresh_generation }) => refresh_generation), [1, 2]);
  };
  return state;
}

describe('a full disk', () => {
  const state = rig_of({ name: 'store' });

  test('refresh_rule_14_is_503_and_never_a_verdict_on_a_key_or_a_connection', async () => {
    const product = await Sink.start();
    try {
      const { rig: { broker, provider }, rig } = state;
      const return_url = `${product.origin}/connected`;
      const { subject, connection } = await state.one({ members: { return_urls: [return_url] } });
      const session_body = { credential: subject.id, end_user: { id: 'user-1' }, return_url };
      const session = await broker.api('POST', '/v1/connect-sessions', { body: session_body });
      secret(new URL(session.connect_url).pathname.split('/').pop());
      const unwanted = await subject.import_connection({ expires_in: 3600 });
      const [{ access_token, refresh_token }] = provider.mint();
      const body = { credential: subject.id, end_user: { id: 'user-2' }, import: { access_token, refresh_token, expires_at: rig.time_in(3600) } };

      fill_disk(broker);
      for (const [method, path, members] of [
        ['POST', '/v1/credentials', nasty_credential(provider)],
        ['PATCH', `/v1/credentials/${subject.id}`, { description: 'changed' }],
        ['POST', `/v1/credentials/${subject.id}/rotate-secret`, { client_secret: provider.client_secret }],
        ['POST', '/v1/connections', body],
        ['PATCH', `/v1/connections/${connection.id}`, { metadata: { a: 'b' } }],
        ['DELETE', `/v1/connections/${unwanted.id}`],
        ['POST', '/v1/connect-sessions', session_body],
        ['POST', '/v1/callback-keys', { integration: 'custom' }],
        ['POST', '/v1/keys', { name: 'k', scopes: ['tokens:read'] }],
        ['POST', `/v1/connections/${connection.id}/refresh`, { rejected_generation: 1 }],
      ]) {
        const answer = await broker.call(method, path, { body: members, expect: 503 });
        assert.deepEqual([answer.body.code, answer.body.act, answer.body.retryable], ['store_unavailable', 'wait', true], `${method} ${path} ${answer.text}`);
      }
      const browser = new Browser();
      const page = await walk(browser, session.connect_url);
      assert.equal(page.status, 503, page.visible);
      assert.equal((await rig.connection(unwanted)).state, 'active');
      assert.equal(subject.requests().length, 0, 'a request left that could not be announced on disk');

      for (let reads = 0; reads < 5; reads += 1) assert.equal((await rig.token(connection)).body.access_token, connection.access_token);
      assert.equal((await rig.connection(connection)).state, 'active');
      await rig.advance(500);  // due
      assert.equal((await rig.token(connection)).body.access_token, connection.access_token);
      await rig.advance(101);  // ended
      const ended = await rig.token(connection);
      assert.deepEqual([ended.status, ended.code], [503, 'store_unavailable'], ended.body.detail);
      assert.equal(subject.requests().length, 0);

      free_disk(broker);
      const healed = await rig.token(connection);
      assert.deepEqual([healed.status, healed.body.generation], [200, 2], healed.body.detail);
      assert.equal(subject.requests().length, 1);
      assert.equal((await broker.api('DELETE', `/v1/connections/${unwanted.id}`)).deleted, true);
      const { data } = await broker.api('GET', `/v1/connections?credential=${subject.id}`);
      assert.deepEqual(data.map(({ id }) => id), [connection.id], 'something is half written');
      assert.equal((await subject.read()).description, '');
      await broker.api('POST', '/v1/connections', { body });
      await broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { description: 'changed' } });
    } finally {
      await product.stop();
    }
  });

  test('refresh_5_3_a_rotated_token_is_kept_outside_the_store_and_saved_when_it_is_back', async () => {
    const { rig, rig: { broker } } = state;
    const { subject, connection } = await state.answered_on_a_full_disk();
    await eventually('the rescue record is there', () => rescued(broker).length === 1);
    const file = join(rescue_directory(broker), rescued(broker)[0]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const bytes = readFileSync(file, 'latin1');
    for (const one of rig.provider.secrets().slice(-4)) assert.ok(!bytes.includes(one), 'the rescue record holds a token in clear');

    assert.equal((await rig.token(connection)).body.access_token, connection.access_token);
    await rig.advance(5);
    assert.equal((await rig.refresh(connection)).code, 'store_unavailable');
    assert.equal(subject.requests().length, 1, 'asked again while the answer waits to be saved');
    free_disk(broker);
    await state.assert_saved(subject, connection);
  });

  test('refresh_5_3_a_rescue_record_survives_a_crash_and_is_saved_by_the_next_life', async () => {
    const { subject, connection } = await state.answered_on_a_full_disk();
    await eventually('the rescue record is there', () => rescued(state.rig.broker).length === 1);
    await state.rig.kill_and_restart();
    await state.assert_saved(subject, connection, { lease: 31 });
  });

  test('refresh_5_3_where_not_even_a_rescue_record_can_be_written_the_token_waits_in_memory', async () => {
    const { rig } = state;
    const { subject, connection } = await state.answered_on_a_full_disk(0);
    await rig.advance(30);
    assert.equal((await rig.token(connection)).body.access_token, connection.access_token);
    assert.deepEqual(rescued(rig.broker), []);
    free_disk(rig.broker);
    await state.assert_saved(subject, connection);
  });

  test('refresh_5_3_a_connection_deleted_while_its_token_waits_to_be_saved_does_not_come_back', async () => {
    const { rig, rig: { broker } } = state;
    const { connection } = await state.answered_on_a_full_disk();
    await eventually('the rescue record is there', () => rescued(broker).length === 1);
    free_disk(broker);
    let deleted = null;
    broker.call('DELETE', `/v1/connections/${connection.id}`).then((answer) => { deleted = answer; });
    await eventually('it is deleted', async () => {
      await rig.advance(5);
      return deleted;
    });
    assert.equal(deleted.status, 200);
    await broker.call('GET', `/v1/connections/${connection.id}`, { expect: 404 });
    await eventually('the rescue record is dropped', () => rescued(broker).length === 0);
    await rig.kill_and_restart();
    await broker.call('GET', `/v1/connections/${connection.id}/token`, { expect: 404 });
  });
});

describe('a full disk when the broker is told to stop', () => {
  const state = rig_of({ name: 'store-drain', stepped: false, env: { VALETKEY_DRAIN_TIMEOUT: '20s' } });

  test('refresh_5_3_drain_waits_until_the_token_is_saved', async () => {
    const { broker } = state.rig;
    const { subject, connection } = await state.answered_on_a_full_disk();
    const stopped = broker.stop();
    free_disk(broker);
    await stopped;
    assert.deepEqual(rescued(broker), []);
    await broker.start();
    await state.assert_saved(subject, connection);
  });

  test('refresh_5_3_a_drain_that_cannot_save_leaves_the_rescue_record_for_the_next_start', async () => {
    const { rig, rig: { broker } } = state;
    broker.options.env = { ...broker.options.env, VALETKEY_DRAIN_TIMEOUT: '1s' };
    await broker.restart();
    const { connection } = await state.answered_on_a_full_disk();
    await eventually('the rescue record is there', () => rescued(broker).length === 1);
    await broker.stop();
    assert.equal(rescued(broker).length, 1);
    await broker.start();
    const { status, body } = await rig.token(connection);
    assert.deepEqual([status, body.generation], [200, 2], body.detail);
    assert.ok(rig.takes(body.access_token));
    assert.deepEqual(rescued(broker), []);
  });
});
