// kill -9 at random moments of a storm of webhooks. After each restart every request that was answered 2xx is there, and its events are
// delivered; nothing is delivered that was not accepted; what is delivered twice carries the same webhook-id. SOAK=1 makes 50 rounds.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { Webhook } from 'standardwebhooks';

import { eventually } from '../support/eventually.mjs';
import { http_request } from '../support/http_request.mjs';
import { Receiver } from '../support/receiver.mjs';
import { plain_credential, start_installation } from '../support/tenants_rig.mjs';
import { secret } from '../support/test_run.mjs';

const kRounds = process.env.SOAK ? 50 : 5;
const kSenders = 12;
const kService = 'preset/standard-webhooks';

let broker;
let receiver;
let hook_url;
let signer;

before(async () => {
  [broker, receiver] = await Promise.all([start_installation({ name: 'kill-webhooks' }), Receiver.start()]);
  const config_services = { webhook_event_verification: kService, webhook_parser: kService };
  const credential = await broker.api('POST', '/v1/credentials', { body: plain_credential('storm', { config_services }) });
  const { data: [endpoint] } = await broker.api('GET', `/v1/endpoints?credential=${credential.id}`);
  const signing_secret = secret(`whsec_${randomBytes(32).toString('base64')}`);
  await broker.api('PATCH', `/v1/endpoints/${endpoint.id}`, { body: { secrets: { signing_secret } } });
  signer = new Webhook(signing_secret);
  hook_url = endpoint.webhook_url;
  const destination = await broker.api('POST', '/v1/destinations', { body: { name: 'all', url: receiver.url('/all'), filter: { types: ['webhook.*'] } } });
  secret(destination.secret);
});
after(async () => {
  await broker?.end();
  await receiver?.stop();
});

/** Sends the event `id` until it is answered, as a provider does; answers its status, or null where nobody answered this time. */
async function send(id, { is_forged = false } = {}) {
  const body = JSON.stringify({ type: 'order.paid', timestamp: '2026-01-01T00:00:00Z', data: { id, is_forged } });
  const at = new Date();
  const headers = {
    'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': is_forged ? `v1,${randomBytes(32).toString('base64')}` : signer.sign(id, at, body),
  };
  try {
    return (await http_request(hook_url, { method: 'POST', headers, body, timeout_ms: 20_000 })).status;
  } catch {
    return null;
  }
}

test(`every webhook that was answered 2xx survives ${kRounds} kills and is delivered`, async () => {
  const accepted = new Set();
  const unanswered = new Set();
  const forged = new Set();
  let next = 0;
  let is_over = false;

  const sender = async () => {
    while (!is_over) {
      const again = unanswered.values().next().value;
      if (again) unanswered.delete(again);
      const is_forged = !again && randomInt(10) === 0;
      const id = again ?? `msg_${++next}_${randomBytes(6).toString('hex')}`;
      if (is_forged) forged.add(id);
      const status = await send(id, { is_forged });
      if (is_forged) assert.ok(status === null || status === 401 || status === 429 || status === 503, `forged: ${status}`);
      else if (status >= 200 && status < 300) accepted.add(id);
      else unanswered.add(id);
      if (status === null) await pause(20);
    }
  };
  const senders = Array.from({ length: kSenders }, sender);

  for (let round = 0; round < kRounds; ++round) {
    const before_it = accepted.size;
    await eventually(() => accepted.size > before_it + 20, { within_ms: 60_000, what: 'webhooks are accepted' });
    await pause(randomInt(300));
    await broker.kill9();
    await broker.start();
  }
  is_over = true;
  await Promise.all(senders);

  const delivered = () => new Map(receiver.at('/all').map(({ body, id }) => [body.data.event_id, id]));
  await eventually(() => {
    const have = delivered();
    return [...accepted].every((id) => have.has(id));
  }, { within_ms: 120_000, what: 'all that was accepted is delivered' });

  const ids = new Map();
  for (const { body, id } of receiver.at('/all')) {
    const event_id = body.data.event_id;
    assert.ok(!forged.has(event_id), `${event_id} was never accepted`);
    assert.ok(accepted.has(event_id) || unanswered.has(event_id), `${event_id} was never sent`);
    assert.equal(body.id, id);
    assert.equal(ids.get(event_id) ?? id, id, `${event_id} was delivered under two ids`);
    ids.set(event_id, id);
  }
  const events = [];
  for (let after_it = 0; ;) {
    const { data } = await broker.api('GET', `/v1/events?type=webhook.*&limit=200&after=${after_it}`);
    events.push(...data);
    if (data.length === 0) break;
    after_it = data.at(-1).sequence;
  }
  assert.deepEqual(new Set(events.map(({ data }) => data.event_id)).size, events.length, 'one event of each');
  for (const id of accepted) assert.ok(ids.has(id));
});
