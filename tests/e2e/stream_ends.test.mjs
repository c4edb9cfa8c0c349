// What ends a stream from outside: the key is revoked, the broker drains.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';

import { eventually, start_nasty_rig } from '../support/nasty_rig.mjs';
import { start_slow_api } from '../support/slow_api.mjs';

let api;
before(async () => { api = await start_slow_api(); });
after(() => api.stop());

async function connected(rig) {
  return (await rig.subject({ base_uri: `${api.origin}/api` })).import_connection();
}

/** A call whose answer has begun: { received(), ended, leave() }; `ended` resolves with whether the answer was whole. */
async function begun(rig, connection, path, key = rig.broker.key) {
  const res = await new Promise((resolve, reject) => {
    http.get(`${rig.broker.origin}/v1/proxy/${connection.id}/${path}`, { headers: { authorization: `Bearer ${key}` }, agent: false }, resolve).on('error', reject);
  });
  assert.equal(res.statusCode, 200);
  let size = 0;
  await new Promise((resolve) => { res.on('data', (piece) => { size += piece.length; resolve(); }); });
  const ended = new Promise((resolve) => { res.on('close', () => resolve(res.complete)); });
  res.on('error', () => {});
  return { received: () => size, ended, leave: () => res.destroy() };
}

describe('a key that is revoked', () => {
  let rig;
  before(async () => { rig = await start_nasty_rig({ name: 'revoked' }); });
  after(() => rig.stop());

  test('security_s23_ends_its_streams_within_10_s_and_no_others', async () => {
    const connection = await connected(rig);
    const made = await rig.broker.api('POST', '/v1/keys', { body: { name: 'stream', scopes: ['proxy'] } });
    const [stream, other] = await Promise.all([begun(rig, connection, 'endless', made.key), begun(rig, connection, 'endless')]);
    for (let second = 0; second < 25; ++second) await rig.advance(1);
    let is_over = false;
    stream.ended.then(() => { is_over = true; });
    await rig.broker.call('DELETE', `/v1/keys/${made.id}`, { expect: 204 });
    assert.equal(is_over, false);
    for (let second = 0; second < 10; ++second) await rig.advance(1);
    assert.equal(await stream.ended, false, 'the answer looks whole');
    const before_more = other.received();
    await eventually('the other stream goes on', () => other.received() > before_more);
    await eventually('the API is told', () => api.open <= 1);
    other.leave();
    assert.match(rig.broker.log(), /"reason":"its key does not allow it any more"/);
  });
});

describe('SIGTERM during streams', () => {
  async function draining(timeout, work) {
    const rig = await start_nasty_rig({ stepped: false, name: 'stream-drain', env: { VALETKEY_DRAIN_TIMEOUT: timeout } });
    try {
      await work(rig, await connected(rig));
    } finally {
      await rig.stop();
    }
  }

  test('lets one end that ends in time', () => draining('30s', async (rig, connection) => {
    const bytes = 2_000_000;
    const stream = await begun(rig, connection, `pour?bytes=${bytes}&pause=30`);
    const stopped = rig.broker.stop();
    assert.equal(await stream.ended, true);
    assert.equal(stream.received(), bytes);
    await stopped;
  }));

  test('breaks one off that does not, and ends', () => draining('1s', async (rig, connection) => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => begun(rig, connection, 'endless')));
    await rig.broker.stop();
    assert.deepEqual([...new Set(await Promise.all(streams.map(({ ended }) => ended)))], [false]);
  }));
});
