// Clients that leave in the middle of each phase, ten thousand of them: nothing leaks, no guard is stuck, no kept connection is lost.
// A leak of the broker is told by the sanitizer when it ends.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';

import { start_closed_door } from '../support/closed_door.mjs';
import { http_request } from '../support/http_request.mjs';
import { metrics_of } from '../support/metrics.mjs';
import { eventually, start_nasty_rig } from '../support/nasty_rig.mjs';
import { open_descriptors } from '../support/process_facts.mjs';
import { start_slow_api } from '../support/slow_api.mjs';

const kAll = Number(process.env.VALETKEY_TEST_LEAVERS ?? 10_000);
const kPhases = 6;
const kEach = Math.ceil(kAll / kPhases);
const kAtOnce = 250;
const kOwn = 3;  // connections of this test: kept for API calls, and of the questions about metrics

let rig;
let api;
let door;
let connection;
let behind_door;
let refreshing;

/** `job(i)` for each of `count`, many at a time. */
async function many(count, job) {
  let next = 0;
  const work = async () => { while (next < count) await job(next++); };
  await Promise.all(Array.from({ length: Math.min(kAtOnce, count) }, work));
}

class Client {
  static async dial() {
    const client = new Client();
    await new Promise((resolve, reject) => {
      client.socket = net.connect(rig.broker.port, '127.0.0.1', resolve);
      client.socket.once('error', reject);
    });
    client.socket.on('error', () => {});
    return client;
  }

  send(bytes) { return new Promise((resolve) => { this.socket.write(bytes, resolve); }); }

  /** The first bytes of an answer. */
  receive() { return new Promise((resolve) => { this.socket.once('data', resolve); }); }

  /** With an orderly end or a reset, in turn. */
  leave(turn) {
    const closed = new Promise((resolve) => { this.socket.once('close', resolve); });
    if (turn % 2) this.socket.resetAndDestroy();
    else this.socket.destroy();
    return closed;
  }
}

const head = (method, path, lines = []) =>
  [`${method} ${path} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${rig.broker.key}`, ...lines, '', ''].join('\r\n');
const proxied = (to, path) => `/v1/proxy/${to.id}/${path}`;

before(async () => {
  [rig, api, door] = await Promise.all([start_nasty_rig({ stepped: false, name: 'leaving', env: { VALETKEY_LOG_LEVEL: 'warning' } }), start_slow_api(), start_closed_door()]);
  connection = await (await rig.subject({ base_uri: `${api.origin}/api` })).import_connection();
  behind_door = await (await rig.subject({ base_uri: `${door.origin}/api` })).import_connection();
  refreshing = await rig.subject({ base_uri: `${api.origin}/api` });
});

after(async () => {
  await rig?.stop();  // fails on what the sanitizer found
  await Promise.all([api?.stop(), door?.stop()]);
});

const call = (path = 'ok', to = connection) =>
  http_request(`${rig.broker.origin}${proxied(to, path)}`, { headers: { authorization: `Bearer ${rig.broker.key}` } });

/** Each leaves `kEach` clients behind. */
const phases = {
  'while the head is sent': () => many(kEach, async (i) => {
    const client = await Client.dial();
    const whole = head('POST', proxied(connection, 'swallow'), ['Content-Length: 100000']);
    await client.send(whole.slice(0, 1 + i % (whole.length - 3)));
    await client.leave(i);
  }),

  'while the body is sent': () => many(kEach, async (i) => {
    const client = await Client.dial();
    const framing = i % 3 ? 'Content-Length: 1000000' : 'Transfer-Encoding: chunked';
    await client.send(`${head('POST', proxied(connection, `swallow?n=body-${i}`), [framing])}${i % 3 ? '' : '10000\r\n'}${'b'.repeat(i % 40_000)}`);
    if (i % 2) await api.arrived(`body-${i}`);
    await client.leave(i);
  }),

  'while the API makes its answer': () => many(kEach, async (i) => {
    const client = await Client.dial();
    await client.send(head('GET', proxied(connection, `hold?n=hold-${i}`)));
    await api.arrived(`hold-${i}`);
    await client.leave(i);
  }),

  'while the answer is read': () => many(kEach, async (i) => {
    const client = await Client.dial();
    await client.send(head('GET', proxied(connection, i % 10 ? 'endless' : 'pour?bytes=3000000')));
    await client.receive();
    await client.leave(i);
  }),

  'while the broker connects to the API': () => many(kEach, async (i) => {
    const client = await Client.dial();
    await client.send(head('GET', proxied(behind_door, 'ok')));
    // Another answer of the broker, so that it has read this request.
    if (i % 50 === 0) await http_request(`${rig.broker.origin}/healthz`);
    await client.leave(i);
  }),

  'while a token is refreshed': async () => {
    for (let left = kEach, round = 0; left > 0; left -= kAtOnce, ++round) {
      const gate = `round-${round}`;
      refreshing.script({ gate });
      const due = await refreshing.import_connection({ expires_in: -60 });
      const clients = await Promise.all(Array.from({ length: Math.min(left, kAtOnce) }, async (_, i) => {
        const client = await Client.dial();
        await client.send(i % 2 ? head('GET', `/v1/connections/${due.id}/token`) : head('GET', proxied(due, 'ok')));
        return client;
      }));
      await rig.provider.script.held(gate);
      await http_request(`${rig.broker.origin}/healthz`);
      await Promise.all(clients.map((client, i) => client.leave(i)));
      rig.provider.script.release(gate);
      // Who stayed is served.
      const { status, body } = await rig.token(due);
      assert.equal(status, 200, body.detail);
      assert.equal(body.generation, 2);
    }
    assert.equal(rig.provider.counters().concurrent_same_token, 0);
  },
};

test(`${kAll} clients that leave in the middle of each phase leave nothing behind`, async (t) => {
  assert.equal((await call()).status, 200);
  const descriptors = open_descriptors(rig.broker.pid) - api.open;
  for (const [name, leave_behind] of Object.entries(phases)) await t.test(name, leave_behind);

  await t.test('then nothing is under way any more', async () => {
    let left;
    await eventually('all of it ends', async () => {
      const { valetkey_http_streams: streams, valetkey_guards_held: guards, valetkey_http_connections: connections } = await metrics_of(rig.broker);
      left = { streams, guards, connections };
      return streams === 0 && guards === 0 && connections <= kOwn;
    }).catch((error) => assert.fail(`${error.message}: ${JSON.stringify(left)}`));
    // What is open now is kept connections to the API, and what was open before.
    await eventually('descriptors are closed', () => open_descriptors(rig.broker.pid) - api.open <= descriptors + 4)
      .catch((error) => assert.fail(`${error.message}: ${open_descriptors(rig.broker.pid)} open, ${api.open} of them to the API, ${descriptors} before`));
  });

  await t.test('then calls are answered, on the connections that are kept', async () => {
    const before_calls = api.connections;
    for (let i = 0; i < 50; ++i) assert.equal((await call()).status, 200);
    assert.ok(api.connections - before_calls <= 2, `${api.connections - before_calls} new connections for 50 calls in turn`);
    const answers = await Promise.all(Array.from({ length: 200 }, () => call()));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const upload = await http_request(`${rig.broker.origin}${proxied(connection, 'swallow')}`, {
      method: 'POST', headers: { authorization: `Bearer ${rig.broker.key}` }, body: Buffer.alloc(2_000_000),
    });
    assert.equal(upload.body.toString(), '2000000');
  });
});
