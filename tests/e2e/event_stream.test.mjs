// Those who pull: the cursor of /v1/events, and the stream.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';

import { eventually } from '../support/eventually.mjs';
import { imported, plain_credential, start_installation } from '../support/tenants_rig.mjs';

let broker;
let credential;
let users = 0;
const open = new Set();

before(async () => {
  broker = await start_installation({ name: 'event-stream', stepped: true });
  credential = await broker.api('POST', '/v1/credentials', { body: plain_credential('main') });
});
after(async () => {
  for (const one of open) one.close();
  await broker?.end();
});

const connect = () => broker.api('POST', '/v1/connections', { body: imported(credential, { id: `user-${++users}` }) });

/** Follows the stream: { events, beats, headers, ended, close() }. */
async function follow(query = '', headers = {}, key = broker.key) {
  const one = { events: [], beats: 0, ended: false, text: '' };
  const req = http.request(`${broker.origin}/v1/events/stream${query}`, { headers: { authorization: `Bearer ${key}`, ...headers }, agent: false });
  one.close = () => req.destroy();
  open.add(one);
  const response = await new Promise((resolve, reject) => {
    req.on('response', resolve);
    req.on('error', reject);
    req.end();
  });
  Object.assign(one, { status: response.statusCode, headers: response.headers });
  response.setEncoding('utf8');
  response.on('error', () => { one.ended = true; });
  response.on('close', () => { one.ended = true; });
  response.on('data', (piece) => {
    one.text += piece;
    for (let end = one.text.indexOf('\n\n'); end >= 0; end = one.text.indexOf('\n\n')) {
      const block = one.text.slice(0, end);
      one.text = one.text.slice(end + 2);
      if (block.startsWith(':')) { ++one.beats; continue; }
      const [id, data] = block.split('\n');
      assert.match(id, /^id: \d+$/);
      assert.match(data, /^data: \{/);
      one.events.push({ ...JSON.parse(data.slice(6)), at: Number(id.slice(4)) });
    }
  });
  return one;
}

describe('the stream', () => {
  test('tells_events_as_they_happen_from_now_on', async () => {
    await connect();
    await eventually(async () => (await broker.api('GET', '/v1/events')).data.length > 0);
    const one = await follow();
    assert.deepEqual([one.status, one.headers['content-type'], one.headers['cache-control']], [200, 'text/event-stream', 'no-store']);
    await eventually(() => one.beats === 1);
    const connection = await connect();
    await eventually(() => one.events.some(({ data }) => data.connection === connection.id));
    const [event] = one.events.filter(({ data }) => data.connection === connection.id);
    assert.equal(event.sequence, event.at);
    assert.equal(event.type, 'connection.created');
    one.close();
  });

  test('goes_on_behind_last_event_id_without_a_gap', async () => {
    const first = await follow('?after=0');
    const made = [];
    for (let i = 0; i < 5; ++i) made.push(await connect());
    await eventually(() => first.events.length >= 5);
    first.close();
    const seen = first.events.at(-3).at;
    const second = await follow('', { 'last-event-id': String(seen) });
    await connect();
    const all = (await broker.api('GET', `/v1/events?after=${seen}&limit=200`)).data.map(({ sequence }) => sequence);
    await eventually(() => second.events.length === all.length);
    assert.deepEqual(second.events.map(({ at }) => at), all);
    second.close();
  });

  test('beats_while_nothing_happens_and_ends_when_the_key_is_deleted', async () => {
    const { id, key } = await broker.api('POST', '/v1/keys', { body: { name: 'follower', scopes: ['events:read'] } });
    const one = await follow('', {}, key);
    await eventually(() => one.beats === 1);
    // another follower says when the first one waits
    await eventually(async () => { await broker.advance(16); return one.beats > 1; });
    await broker.call('DELETE', `/v1/keys/${id}`, { expect: 204 });
    await eventually(async () => { await broker.advance(5); return one.ended; });
  });

  test('shows_what_the_filter_and_the_limits_of_the_key_let_through', async () => {
    const other = await broker.api('POST', '/v1/credentials', { body: plain_credential('other') });
    const limited = await broker.make_key({ scopes: ['events:read'], limits: { credentials: [other.id] } });
    const [by_filter, by_limit] = await Promise.all([follow(`?credential=${other.id}&type=connection.*`), follow('', {}, limited)]);
    await connect();
    const mine = await broker.api('POST', '/v1/connections', { body: imported(other, { id: 'mine' }) });
    for (const one of [by_filter, by_limit]) {
      await eventually(() => one.events.length > 0);
      assert.deepEqual(one.events.map(({ data }) => data.connection), [mine.id]);
      one.close();
    }
  });

  test('needs_events_read', async () => {
    const key = await broker.make_key({ scopes: ['events:raw'] });
    assert.equal((await follow('', {}, key)).status, 403);
    await broker.call('GET', '/v1/events/stream?after=x', { expect: 422 });
  });

  test('ends_at_a_drain_at_once', async () => {
    const one = await follow();
    await eventually(() => one.beats === 1);
    const started = performance.now();
    await broker.stop();
    assert.ok(performance.now() - started < 20_000);
    await eventually(() => one.ended);
  });
});
