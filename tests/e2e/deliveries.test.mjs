// What the broker tells goes to destinations: signed, again and again until it is taken, and never to the wrong one.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { Webhook } from 'standardwebhooks';

import { eventually } from '../support/eventually.mjs';
import { Receiver } from '../support/receiver.mjs';
import { imported, plain_credential, start_installation } from '../support/tenants_rig.mjs';
import { secret } from '../support/test_run.mjs';

let broker;
let receiver;
let credential;
let users = 0;
const made = [];

before(async () => {
  [broker, receiver] = await Promise.all([start_installation({ name: 'deliveries', stepped: true }), Receiver.start()]);
  credential = await broker.api('POST', '/v1/credentials', { body: plain_credential('main') });
});
after(async () => {
  await broker?.end();
  await receiver?.stop();
});
afterEach(async () => {
  for (const { id } of made.splice(0)) await broker.call('DELETE', `/v1/destinations/${id}`, { expect: [204, 404] });
});

async function destination(path, more = {}) {
  const one = await broker.api('POST', '/v1/destinations', { body: { name: path, url: receiver.url(path), ...more } });
  secret(one.secret);
  made.push(one);
  return one;
}
const connect = () => broker.api('POST', '/v1/connections', { body: imported(credential, { id: `user-${++users}` }) });
const arrived = (path, count = 1) => eventually(() => receiver.at(path).length >= count && receiver.at(path), { what: `${count} at ${path}` });
/** Moves the clock on until it holds: what looks once a second may have looked just before. */
const in_time = (holds) => eventually(async () => {
  const answer = await holds();
  if (!answer) await broker.advance(1);
  return answer;
}, { what: holds.toString() });
const delivery_to = async ({ id }, holds) => eventually(async () => {
  const { data } = await broker.api('GET', `/v1/deliveries?destination=${id}`);
  return data.find(holds);
}, { what: `a delivery to ${id} as ${holds}` });

/** As a receiver verifies, at the time that the broker's clock shows: it stands where the test put it. */
function verify(secret_text, headers, text) {
  const now = Date.now;
  Date.now = () => Number(headers['webhook-timestamp']) * 1000;
  try {
    return new Webhook(secret_text).verify(text, headers);
  } finally {
    Date.now = now;
  }
}

describe('a delivery', () => {
  test('security_s35_is_signed_over_id_time_audience_and_body_as_standard_webhooks_are', async () => {
    const to = await destination('/signed');
    const connection = await connect();
    const [got] = await arrived('/signed');
    assert.equal(got.body.type, 'connection.created');
    assert.equal(got.body.data.connection, connection.id);
    assert.equal(got.body.data.end_user, connection.end_user.id);
    assert.equal(got.body.audience, receiver.url('/signed'));
    assert.deepEqual(verify(to.secret, got.headers, got.text), got.body);
    for (const [name, value] of [['webhook-id', `${got.id}x`], ['webhook-timestamp', `${Number(got.headers['webhook-timestamp']) + 1}`]])
      assert.throws(() => verify(to.secret, { ...got.headers, [name]: value }, got.text), /signature/i);
    assert.throws(() => verify(to.secret, got.headers, got.text.replace('/signed', '/other')), /signature/i);
    const other = await destination('/other');
    assert.throws(() => verify(other.secret, got.headers, got.text), /signature/i, 'one secret per destination');
  });

  test('is_signed_by_both_secrets_while_one_is_rotated', async () => {
    const to = await destination('/rotated');
    const rotated = await broker.api('POST', `/v1/destinations/${to.id}/rotate-secret`, { body: { overlap_seconds: 60 } });
    secret(rotated.secret);
    await connect();
    const [got] = await arrived('/rotated');
    for (const each of [to, rotated]) verify(each.secret, got.headers, got.text);
    await broker.advance(61);
    await connect();
    const [, later] = await arrived('/rotated', 2);
    assert.equal(later.headers['webhook-signature'].split(' ').length, 1);
  });

  const kRows = [
    ['500, then taken', [500, 200], 'status', 500],
    ['a redirect, which is never followed', [{ status: 302, headers: { location: '/stolen' } }], 'redirect', 302],
    ['a connection that is reset', ['reset'], 'no_answer', null],
    ['a reply without end', [{ status: 500, body: 'x'.repeat(8 << 20) }], 'status', 500],
  ];
  for (const [name, script, error, status] of kRows) {
    test(`gets ${name}`, async () => {
      const path = `/${error}-${status}-${script.length}`;
      receiver.script(path, ...script);
      const to = await destination(path);
      await connect();
      const failed = await delivery_to(to, ({ attempts }) => attempts === 1);
      assert.deepEqual([failed.state, failed.log[0].error, failed.log[0].status], ['pending', error, status]);
      await broker.advance(6);
      await in_time(() => receiver.at(path).length >= 2);
      const [first, second] = receiver.at(path);
      assert.equal(first.id, second.id, 'the same webhook-id');
      await delivery_to(to, ({ state }) => state === 'delivered');
      assert.equal(receiver.at('/stolen').length, 0);
      const { reply } = await broker.api('GET', `/v1/deliveries/${failed.id}`);
      assert.ok((reply ?? '').length <= 4096);
    });
  }

  test('security_s35_at_most_4_KiB_of_a_reply_are_kept', async () => {
    receiver.script('/long', { status: 200, body: 'y'.repeat(1 << 20) });
    const to = await destination('/long');
    await connect();
    const { id } = await delivery_to(to, ({ state }) => state === 'delivered');
    assert.equal((await broker.api('GET', `/v1/deliveries/${id}`)).reply, 'y'.repeat(4096));
  });

  test('that_hangs_does_not_keep_others_waiting', async () => {
    receiver.script('/hangs', ...Array(20).fill('hang'));
    const hangs = await destination('/hangs');
    await destination('/quick');
    for (let i = 0; i < 12; ++i) await connect();
    await arrived('/quick', 12);
    assert.ok(receiver.at('/hangs').length <= 8, `${receiver.at('/hangs').length} at once`);
    await broker.api('PATCH', `/v1/destinations/${hangs.id}`, { body: { enabled: false } });
  });

  test('of_410_disables_the_destination_and_tells_others', async () => {
    receiver.script('/gone', 410);
    const gone = await destination('/gone');
    await destination('/watch', { filter: { types: ['destination.*', 'delivery.*'] } });
    await connect();
    await eventually(async () => (await broker.api('GET', `/v1/destinations/${gone.id}`)).disabled_reason === 'gone');
    const told = await arrived('/watch', 2);
    assert.deepEqual(told.map(({ body }) => body.type).sort(), ['delivery.dead', 'destination.disabled']);
    for (const { body } of told) assert.equal(body.data.destination, gone.id);
  });
});

describe('a destination', () => {
  test('gets_only_what_its_filter_names', async () => {
    const other = await broker.api('POST', '/v1/credentials', { body: plain_credential(`other ${++users}`) });
    await destination('/mine', { filter: { credentials: [other.id], types: ['connection.*'] } });
    await destination('/all');
    await connect();
    await broker.api('POST', '/v1/connections', { body: imported(other, { id: `user-${++users}` }) });
    await arrived('/all', 2);
    const [got] = await arrived('/mine');
    assert.equal(got.body.data.credential, other.id);
    assert.equal(receiver.at('/mine').length, 1);
  });

  test('is_tested_now_and_the_answer_tells_what_came_of_it', async () => {
    receiver.script('/tested', { status: 418, body: 'teapot' });
    const to = await destination('/tested');
    const test_it = () => broker.api('POST', `/v1/destinations/${to.id}/test`, { body: {} });
    const { duration_ms: _, ...failed } = await test_it();
    assert.deepEqual(failed, { delivered: false, status: 418, error: 'status', reply: 'teapot' });
    assert.equal((await test_it()).delivered, true);
    assert.equal(receiver.at('/tested')[0].body.type, 'destination.test');
    assert.equal((await broker.api('GET', `/v1/deliveries?destination=${to.id}`)).data.length, 0);
  });

  test('tells_its_health_and_never_its_secret', async () => {
    const to = await destination('/health');
    await connect();
    await delivery_to(to, ({ state }) => state === 'delivered');
    const { text, body } = await broker.call('GET', `/v1/destinations/${to.id}`);
    assert.ok(!text.includes(to.secret));
    assert.deepEqual([body.health.pending, body.health.dead, body.health.breaker], [0, 0, 'closed']);
    assert.ok(body.health.last_success_at);
  });

  test('gets_again_what_it_missed', async () => {
    receiver.script('/again', ...Array(11).fill(500));
    const to = await destination('/again');
    await connect();
    for (let i = 0; i < 11; ++i) {
      await in_time(async () => (await broker.api('GET', `/v1/deliveries?destination=${to.id}`)).data.some(({ attempts }) => attempts === i + 1));
      await broker.advance(80_000);
    }
    const dead = await delivery_to(to, ({ state }) => state === 'dead');
    assert.equal(dead.log.length, 11);
    assert.equal((await broker.api('GET', `/v1/destinations/${to.id}`)).health.dead, 1);
    const { replayed } = await broker.api('POST', `/v1/destinations/${to.id}/replay`, { body: { state: 'dead' } });
    assert.equal(replayed, 1);
    await delivery_to(to, ({ state, is_replay }) => state === 'delivered' && is_replay);
    assert.equal(new Set(receiver.at('/again').map(({ id }) => id)).size, 1, 'one webhook-id');
    await broker.api('POST', `/v1/events/${dead.event}/replay`, { body: { destination: to.id } });
    await arrived('/again', 13);
    await broker.api('POST', `/v1/deliveries/${dead.id}/replay`, { body: {} });
    await arrived('/again', 14);
  });

  test('at_an_address_that_egress_forbids_is_not_called', async () => {
    const one = await broker.api('POST', '/v1/destinations', { body: { name: 'inside', url: 'https://169.254.169.254/latest' } });
    made.push(one);
    const answer = await broker.api('POST', `/v1/destinations/${one.id}/test`, { body: {} });
    assert.deepEqual([answer.delivered, answer.error], [false, 'egress_denied']);
    for (const url of ['http://example.com/', 'ftp://example.com/', 'https://user:pw@example.com/'])
      await broker.call('POST', '/v1/destinations', { body: { name: url, url }, expect: 422 });
    for (const url of [undefined, null, '']) await broker.call('POST', '/v1/destinations', { body: { name: 'nowhere', url }, expect: 422 });
  });
});
