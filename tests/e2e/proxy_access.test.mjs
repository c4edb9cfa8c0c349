// Who may call what: keys, their limits, tenants; and that each call is counted.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { plain_answer } from '../support/raw_upstream.mjs';
import { start_proxy_rig } from '../support/proxy_rig.mjs';
import { new_tenant } from '../support/tenants_rig.mjs';

let rig;
let connection;
before(async () => {
  rig = await start_proxy_rig();
  connection = await rig.connect();
});
after(() => rig?.stop());
beforeEach(() => rig.upstream.now(plain_answer('ok')));

const bare = (answer) => ({ status: answer.status, ...answer.json(), error_id: undefined });

test('security_s17_the_scope_is_proxy_and_nothing_less', async () => {
  const other = await rig.broker.make_key({ scopes: ['tokens:read', 'tokens:refresh', 'connections:read'] });
  const refused = await rig.call(connection, '/a', { key: other });
  assert.equal(refused.status, 403);
  assert.equal(refused.json().detail, 'the API key lacks proxy');
  assert.equal(refused.headers['valetkey-error'], 'forbidden');
  const enough = await rig.broker.make_key({ scopes: ['proxy'] });
  assert.equal((await rig.call(connection, '/a', { key: enough })).status, 200);
  assert.equal((await rig.call(connection, '/a', { key: rig.broker.installation_key })).status, 403);
  assert.equal(rig.upstream.requests.length, 1);
});

test('security_s17_another_tenants_connection_looks_like_none', async () => {
  const other = await new_tenant(rig.broker, 'other');
  const theirs = await rig.call(connection, '/a', { key: other.key });
  const nobodys = await rig.call({ id: 'conn_06h0000000000000000000000g' }, '/a', { key: other.key });
  assert.equal(theirs.status, 404);
  assert.deepEqual(bare(theirs), bare(nobodys));
  assert.equal(rig.upstream.requests.length, 0);
});

test('security_s17_a_limited_key_calls_its_own_connections_and_causes_nothing_at_others', async () => {
  const another = await rig.connect();
  const of_connection = await rig.broker.make_key({ scopes: ['proxy', 'tokens:read', 'tokens:refresh'], limits: { connections: [another.id] } });
  const of_credential = await rig.broker.make_key({ scopes: ['proxy'], limits: { credentials: [another.credential] } });
  for (const key of [of_connection, of_credential]) {
    assert.equal((await rig.call(another, '/a', { key })).status, 200);
    const hidden = await rig.call(connection, '/a', { key });
    assert.deepEqual(bare(hidden), bare(await rig.call({ id: 'conn_06h0000000000000000000000g' }, '/a', { key })));
    assert.equal(hidden.status, 404);
  }
  assert.equal(rig.upstream.requests.length, 2);
  rig.tokens.requests = [];
  await rig.broker.as(of_connection).call('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: 1 }, expect: 404 });
  assert.equal(rig.tokens.requests.length, 0, 'a refusal causes no refresh');
});

test('a connection that is gone is not called', async () => {
  const gone = await rig.connect();
  assert.equal((await rig.call(gone, '/a')).status, 200);
  await rig.broker.api('DELETE', `/v1/connections/${gone.id}`);
  assert.equal((await rig.call(gone, '/a')).status, 404);
  assert.equal(rig.upstream.requests.length, 1);
});

test('security_s01_a_changed_base_uri_is_not_called_with_the_old_token', async () => {
  const moved = await rig.connect();
  assert.equal((await rig.call(moved, '/a')).status, 200);
  const { etag } = (await rig.broker.call('GET', `/v1/credentials/${moved.credential}`)).headers;
  await rig.broker.api('PATCH', `/v1/credentials/${moved.credential}`, { headers: { 'if-match': etag }, body: { base_uri: `${rig.upstream.origin}/elsewhere`, client_secret: 'a client secret entered again' } });
  const answer = await rig.call(moved, '/a');
  assert.equal(answer.status, 409);
  assert.equal(answer.headers['valetkey-error'], 'needs_reconnect');
  assert.equal(rig.upstream.requests.length, 1);
});

test('a narrowed base URI is in force for the next call', async () => {
  const narrowed = await rig.connect();
  await rig.call(narrowed, '/a');
  const { etag } = (await rig.broker.call('GET', `/v1/credentials/${narrowed.credential}`)).headers;
  await rig.broker.api('PATCH', `/v1/credentials/${narrowed.credential}`, { headers: { 'if-match': etag }, body: { base_uri: `${rig.upstream.origin}/base/narrower` } });
  assert.equal((await rig.call(narrowed, '/a')).status, 200);
  assert.equal(rig.upstream.last.target, '/base/narrower/a');
});

test('security_s43_calls_are_counted_per_key_connection_and_minute', async () => {
  const counted = await rig.connect();
  for (let i = 0; i < 3; ++i) await rig.call(counted, '/a');
  await rig.call(counted, '/a%00');
  await rig.broker.restart();  // counts are written at the latest when it ends
  const rows = execFileSync('sqlite3', ['-readonly', join(rig.broker.data_dir, 'valetkey.db'), `SELECT sum(json_extract(doc, '$.count')) FROM token_reads WHERE id LIKE '%/${counted.id}/%'`], { encoding: 'utf8' });
  assert.equal(rows.trim(), '3');
});
