// SIGTERM: what was sent is saved first, and what only sits there does not hold the end up.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { performance } from 'node:perf_hooks';
import { after, afterEach, before, describe, test } from 'node:test';

import { eventually, start_nasty_rig } from '../support/nasty_rig.mjs';

let rig;
let provider;
let broker;
const subjects = [];

before(async () => {
  rig = await start_nasty_rig({ name: 'drain', stepped: false, env: { VALETKEY_DRAIN_TIMEOUT: '20s' } });
  ({ provider, broker } = rig);
});
after(() => rig.stop());
afterEach(async () => {
  provider.script.release_all();
  if (!broker.running) await broker.start();
  rig.assert_never_concurrent();
  for (const subject of subjects.splice(0)) await subject.remove();
  provider.log.clear();
});

async function one({ expires_in = 3600, behaviour = { gate: 'slow' } } = {}) {
  const subject = await rig.subject();
  subjects.push(subject);
  subject.script(behaviour);
  return { subject, connection: await subject.import_connection({ expires_in }) };
}

/** Resolves when the broker takes no new connection any more: the drain has begun. */
const draining = () => eventually('no new connection is taken', () => new Promise((resolve) => {
  const socket = net.connect(broker.port, '127.0.0.1');
  socket.once('connect', () => { socket.destroy(); resolve(false); });
  socket.once('error', () => resolve(true));
}));

async function assert_saved(subject, connection) {
  await broker.start();
  const { status, body } = await rig.token(connection);
  assert.deepEqual([status, body.generation], [200, 2], body.detail);
  assert.ok(rig.takes(body.access_token));
  assert.equal(subject.requests().length, 1);
  assert.equal((await rig.connection(connection)).grant.last_error, null);
}

describe('SIGTERM during a slow refresh', () => {
  test('refresh_5_3_waits_for_its_save_and_the_reader_gets_the_token', async () => {
    const { subject, connection } = await one();
    const reader = rig.refresh(connection);
    await provider.script.held('slow');
    const stopped = broker.stop();
    await draining();
    provider.script.release('slow');
    const { status, body } = await reader;
    assert.deepEqual([status, body.generation], [200, 2], body.detail);
    await stopped;
    await assert_saved(subject, connection);
  });

  test('refresh_5_3_and_refresh_rule_20_waits_for_a_refresh_whose_reader_has_left', async () => {
    const { subject, connection } = await one();
    const leaving = new AbortController();
    const reader = broker.call('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: 1 }, signal: leaving.signal });
    await provider.script.held('slow');
    leaving.abort();
    await assert.rejects(reader);
    const stopped = broker.stop();
    await draining();
    provider.script.release('slow');
    await stopped;
    await assert_saved(subject, connection);
  });

  test('refresh_5_3_waits_for_a_refresh_that_nobody_asked_for', async () => {
    const { subject, connection } = await one({ expires_in: 1 });
    await provider.script.held('slow');
    const stopped = broker.stop();
    await draining();
    provider.script.release('slow');
    await stopped;
    await assert_saved(subject, connection);
  });

  test('refresh_5_4_a_provider_that_outlasts_the_drain_leaves_an_unknown_outcome_and_the_live_token', async () => {
    broker.options.env = { ...broker.options.env, VALETKEY_DRAIN_TIMEOUT: '1s' };
    await broker.restart();
    const { subject, connection } = await one();
    const reader = rig.refresh(connection).catch(() => null);
    await provider.script.held('slow');
    await broker.stop();
    await reader;
    provider.script.release('slow');
    broker.options.env = { ...broker.options.env, VALETKEY_DRAIN_TIMEOUT: '20s' };
    await broker.start();
    const { status, body } = await rig.token(connection);
    assert.deepEqual([status, body.access_token], [200, connection.access_token], body.detail);
    assert.ok(rig.takes(connection.access_token));
    assert.equal(subject.requests().length, 1, 'sent again before the live token ended');
  });
});

describe('SIGTERM with nothing to save', () => {
  /** SIGTERM, the end with status 0, and how long that took. */
  async function timed_stop() {
    const began = performance.now();
    await broker.stop();
    return performance.now() - began;
  }

  test('idle keep-alive connections do not hold it up', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
    try {
      const answers = await Promise.all(Array.from({ length: 50 }, () => broker.call('GET', '/healthz', { key: null, agent })));
      assert.ok(answers.every(({ headers }) => headers.connection !== 'close'), 'no connection was kept');
      assert.equal(Object.values(agent.freeSockets).flat().length, 50);
      const took = await timed_stop();
      assert.ok(took < 5000, `${took} ms`);
    } finally {
      agent.destroy();
    }
  });

  test('connections that never said anything do not hold it up', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => new Promise((resolve, reject) => {
      const socket = net.connect(broker.port, '127.0.0.1', () => resolve(socket));
      socket.once('error', reject);
    })));
    for (const socket of sockets) socket.removeAllListeners('error').on('error', () => {});
    try {
      const took = await timed_stop();
      assert.ok(took < 5000, `${took} ms`);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  test('a request that is never finished ends with the drain', async () => {
    broker.options.env = { ...broker.options.env, VALETKEY_DRAIN_TIMEOUT: '1s' };
    await broker.restart();
    const socket = net.connect(broker.port, '127.0.0.1');
    socket.on('error', () => {});
    try {
      await new Promise((resolve) => { socket.write('POST /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{', resolve); });
      const took = await timed_stop();
      assert.ok(took < 8000, `${took} ms`);
    } finally {
      socket.destroy();
      broker.options.env = { ...broker.options.env, VALETKEY_DRAIN_TIMEOUT: '20s' };
    }
  });

  test('SIGINT is as good', async () => {
    process.kill(broker.pid, 'SIGINT');
    const { code, signal } = await broker.exited;
    assert.deepEqual([code, signal], [0, null]);
    await broker.stop();
  });
});
