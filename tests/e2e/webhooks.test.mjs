// What applications send: verified, on disk and answered in one breath, or refused without a trace. Real presets, real binary.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { eventually } from '../support/eventually.mjs';
import { http_request } from '../support/http_request.mjs';
import { imported, plain_credential, start_installation } from '../support/tenants_rig.mjs';
import { secret } from '../support/test_run.mjs';

let broker;
let number = 0;

before(async () => { broker = await start_installation({ name: 'webhooks' }); });
after(async () => { await broker?.end(); });

const hmac = (key, text, encoding = 'hex', algorithm = 'sha256') => createHmac(algorithm, key).update(text).digest(encoding);
const now = () => Math.floor(Date.now() / 1000);

/** A credential of the integration with what its endpoint is given; `send` posts to its URL. */
async function endpoint_of(integration, change = {}, more = {}) {
  const name = `${integration} ${++number}`;
  const body = plain_credential(name, ['trello', 'mailgun'].includes(integration)
    ? { config_services: { webhook_event_verification: `preset/${integration}`, webhook_parser: `preset/${integration}` } }
    : { integration, ...more });
  const credential = await broker.api('POST', '/v1/credentials', { body });
  const { data: [made] } = await broker.api('GET', `/v1/endpoints?credential=${credential.id}`);
  const endpoint = await broker.api('PATCH', `/v1/endpoints/${made.id}`, { body: change });
  assert.equal(endpoint.webhook_url, credential.webhook_url);
  const send = (text, headers = {}, { url = endpoint.webhook_url, method = 'POST' } = {}) =>
    http_request(new URL(url), { method, headers, body: method === 'POST' ? text : undefined });
  return { credential, endpoint, send, client_secret: body.client_secret };
}

const events_of = async ({ credential }, count) => eventually(async () => {
  const { data } = await broker.api('GET', '/v1/events?limit=200');
  const mine = data.filter((event) => event.data.credential === credential.id && /^(webhook|action)\./.test(event.type));
  return mine.length >= count && mine;
}, { what: `${count} events` });

/** Nothing came in: told by one that did, behind whatever was refused. */
const only = async (hook, count) => assert.equal((await events_of(hook, count)).length, count);

describe('github', () => {
  const key = secret("It's a Secret to Everybody");
  const signed = (text, { delivery = `d-${++number}`, event = 'push' } = {}) =>
    ({ 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${hmac(key, text)}`, 'x-github-event': event, 'x-github-delivery': delivery });

  test('a_signed_webhook_is_answered_and_becomes_an_event', async () => {
    const hook = await endpoint_of('github', { secrets: { signing_secret: key } });
    const text = '{ "action":"opened",  "installation":{"id":7},"ratio":1.0,"text":"gr\\u00fc\u00df" }';
    const answer = await hook.send(text, signed(text, { event: 'issues' }));
    assert.equal(answer.status, 200);
    const [event] = await events_of(hook, 1);
    assert.equal(event.type, 'webhook.issues.opened');
    assert.deepEqual(event.data.event_payload, JSON.parse(text));
    assert.equal(event.data.app_user_id, '7');
    assert.equal(event.data.verification, 'preset/github');
    assert.ok(event.data.unsigned.includes('event_type') && event.data.unsigned.includes('event_id'), 'headers that GitHub does not sign');
    const raw = await broker.api('GET', `/v1/events/${event.id}/raw`);
    assert.equal(Buffer.from(raw.body_base64, 'base64').toString(), text, 'the bytes as they came');
  });

  test('security_s25_every_way_to_leave_the_proof_out_or_wrong_is_refused', async () => {
    const hook = await endpoint_of('github', { secrets: { signing_secret: key } });
    const text = '{"action":"opened"}';
    const good = signed(text);
    const without = (name) => Object.fromEntries(Object.entries(good).filter(([each]) => each !== name));
    const rows = [
      ['no signature', without('x-hub-signature-256')],
      ['an empty one', { ...good, 'x-hub-signature-256': '' }],
      ['another secret', { ...good, 'x-hub-signature-256': `sha256=${hmac('another', text)}` }],
      ['of other bytes', { ...good, 'x-hub-signature-256': `sha256=${hmac(key, `${text} `)}` }],
      ['without its prefix', { ...good, 'x-hub-signature-256': hmac(key, text) }],
      ['shorter', { ...good, 'x-hub-signature-256': 'sha256=ab' }],
      ['no hex', { ...good, 'x-hub-signature-256': 'sha256=zz' }],
      ['the legacy one alone', { ...without('x-hub-signature-256'), 'x-hub-signature': `sha1=${hmac(key, text, 'hex', 'sha1')}` }],
      ['twice', { ...good, 'x-hub-signature-256': [good['x-hub-signature-256'], good['x-hub-signature-256']] }],
    ];
    for (const [what, headers] of rows) assert.equal((await hook.send(text, headers)).status, 401, what);
    assert.equal((await hook.send(text, good)).status, 200);
    await only(hook, 1);
    const { data } = await broker.api('GET', `/v1/endpoints/${hook.endpoint.id}/rejected`);
    assert.equal(data.length, rows.length);
    assert.equal(data.at(-1).reason, 'signature_missing');
    assert.equal(data.at(-1).body, text);
  });

  test('security_s25_where_no_secret_is_set_nothing_is_accepted', async () => {
    const hook = await endpoint_of('github');
    for (const used of ['', key]) {
      const answer = await hook.send('{}', { 'x-hub-signature-256': `sha256=${hmac(used, '{}')}`, 'x-github-event': 'push' });
      assert.equal(answer.status, 401);
    }
    assert.ok(hook.endpoint.warnings.some(({ code }) => code === 'missing_values'));
    assert.deepEqual(hook.endpoint.needs.missing, ['signing_secret']);
  });

  test('security_s29_of_a_storm_of_equal_requests_one_becomes_an_event', async () => {
    const hook = await endpoint_of('github', { secrets: { signing_secret: key } });
    const text = '{"action":"storm"}';
    const headers = signed(text);
    const answers = await Promise.all(Array.from({ length: 64 }, () => hook.send(text, headers)));
    assert.ok(answers.every(({ status }) => status === 200));
    const other = '{"action":"behind"}';
    assert.equal((await hook.send(other, signed(other))).status, 200);
    await only(hook, 2);
    assert.equal((await hook.send(text, signed(text))).status, 200);
    const replay = (await events_of(hook, 3)).at(-1);
    assert.equal(replay.data.possible_replay, true, 'the same body under another unsigned id is told');
  });

  test('security_s32_without_verification_events_say_so', async () => {
    const hook = await endpoint_of('github', { verification: 'none' });
    assert.ok(hook.endpoint.warnings.some(({ code, reference }) => code === 'verification_none' && reference === 'S32'));
    assert.equal((await hook.send('{"action":"x"}', { 'x-github-event': 'push' })).status, 200);
    assert.equal((await events_of(hook, 1))[0].data.verification, 'none');
    const { data } = await broker.api('GET', '/v1/audit?limit=200');
    assert.ok(data.some((entry) => entry.action === 'endpoint.changed' && entry.target === hook.endpoint.id));
  });

  test('a_key_is_rotated_with_an_overlap', async () => {
    const hook = await endpoint_of('github', { secrets: { signing_secret: key } });
    const rotated = await broker.api('POST', `/v1/endpoints/${hook.endpoint.id}/rotate-key`, { body: { retire_after: 3600 } });
    assert.notEqual(rotated.webhook_url, hook.endpoint.webhook_url);
    assert.equal((await broker.api('GET', `/v1/credentials/${hook.credential.id}`)).webhook_url, rotated.webhook_url);
    for (const url of [hook.endpoint.webhook_url, rotated.webhook_url]) {
      const text = `{"action":"${url.at(-1)}${++number}"}`;
      assert.equal((await hook.send(text, signed(text), { url })).status, 200);
    }
    await broker.api('POST', `/v1/endpoints/${hook.endpoint.id}/rotate-key`, { body: { retire_after: 0 } });
    for (const url of [hook.endpoint.webhook_url, rotated.webhook_url]) assert.equal((await hook.send('{}', signed('{}'), { url })).status, 404);
  });

  test('unknown_endpoints_are_one_answer_and_bodies_have_a_limit', async () => {
    const hook = await endpoint_of('github', { secrets: { signing_secret: key } });
    const url = new URL(hook.endpoint.webhook_url);
    const wrong = await hook.send('{}', {}, { url: url.href.replace('/github/', '/gitlab/') });
    const unknown = await hook.send('{}', {}, { url: `${url.href}x` });
    for (const answer of [wrong, unknown]) {
      assert.equal(answer.status, 404);
      assert.equal(answer.headers['content-security-policy'], "default-src 'none'; sandbox; frame-ancestors 'none'");
    }
    assert.equal(wrong.json().detail, unknown.json().detail);
    await broker.api('PATCH', `/v1/endpoints/${hook.endpoint.id}`, { body: { is_enabled: false } });
    assert.equal((await hook.send('{}', signed('{}'))).json().detail, unknown.json().detail);
    assert.equal((await hook.send('x'.repeat((1 << 20) + 1), {})).status, 413);
  });

  test('security_s33_a_source_that_floods_with_forged_requests_is_shed', async () => {
    const hook = await endpoint_of('github', { secrets: { signing_secret: key } });
    const statuses = [];
    for (let i = 0; i < 40; ++i) statuses.push((await hook.send('{}', { 'x-hub-signature-256': `sha256=${hmac('forged', '{}')}` })).status);
    assert.equal(statuses[0], 401);
    const shed = await eventually(async () => {
      const answer = await hook.send('{}', { 'x-hub-signature-256': 'sha256=00' });
      return answer.status === 429 && answer;
    }, { what: '429' });
    assert.ok(Number(shed.headers['retry-after']) >= 1);
    assert.ok(statuses.filter((status) => status === 429).length > 10);
    const { data } = await broker.api('GET', `/v1/endpoints/${hook.endpoint.id}/rejected`);
    assert.ok(data.length <= 64);
  });
});

describe('slack', () => {
  const key = secret('8f742231b10e8888abcd99yyyzzz85a5');
  const signed = (text, at = now()) => ({ 'x-slack-request-timestamp': `${at}`, 'x-slack-signature': `v0=${hmac(key, `v0:${at}:${text}`)}` });

  test('security_s25_its_challenge_is_answered_only_where_it_is_signed', async () => {
    const hook = await endpoint_of('slack', { secrets: { signing_secret: key } });
    const text = '{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}';
    for (const headers of [{}, signed('{"type":"another"}')]) assert.equal((await hook.send(text, headers)).status, 401);
    const answer = await hook.send(text, signed(text));
    assert.equal(answer.text, JSON.parse(text).challenge);
    assert.match(answer.headers['content-type'], /^text\/plain/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    const event = '{"type":"event_callback","event_id":"Ev0","event":{"type":"message"}}';
    assert.equal((await hook.send(event, signed(event))).status, 200);
    await only(hook, 1);
  });

  test('security_s25_time_runs_out_in_both_directions', async () => {
    const hook = await endpoint_of('slack', { secrets: { signing_secret: key } });
    const text = '{"type":"event_callback","event_id":"Ev1","team_id":"T1","event":{"type":"message"}}';
    for (const off of [-400, 400]) assert.equal((await hook.send(text, signed(text, now() + off))).status, 401, `${off} s`);
    assert.equal((await hook.send(text, signed(text))).status, 200);
    assert.equal((await hook.send(text, signed(text))).status, 200, 'sent again');
    await only(hook, 1);
  });

  test('a_button_click_becomes_an_action', async () => {
    const hook = await endpoint_of('slack', { secrets: { signing_secret: key } });
    const payload = { type: 'block_actions', team: { id: 'T1' }, trigger_id: 't-1', actions: [{ action_id: 'approve' }], response_url: 'https://hooks.slack.com/x' };
    const text = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const answer = await hook.send(text, { 'content-type': 'application/x-www-form-urlencoded', ...signed(text) }, { url: hook.endpoint.action_url });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '');
    const [event] = await events_of(hook, 1);
    assert.equal(event.type, 'action.block_actions');
    assert.equal(event.data.action_id, 'approve');
    assert.equal(event.data.response_url, payload.response_url);
  });
});

describe('challenges', () => {
  test('security_s26_x_is_answered_once_a_second_and_only_in_its_alphabet', async () => {
    const key = secret('consumer-secret-of-x');
    const hook = await endpoint_of('x', { secrets: { consumer_secret: key } });
    const ask = (token) => hook.send('', {}, { method: 'GET', url: `${hook.endpoint.webhook_url}?crc_token=${encodeURIComponent(token)}` });
    const answer = await ask('abc-123');
    assert.deepEqual(answer.json(), { response_token: `sha256=${hmac(key, 'abc-123', 'base64')}` });
    assert.equal((await ask('abc-124')).status, 429);
    const refused = await eventually(async () => {
      const again = await ask('{"for_user_id":"1"}');
      return again.status !== 429 && again;
    }, { what: 'an answer behind the limit' });
    assert.equal(refused.status >= 400, true, 'what could be a signed message is never put through the key');
  });

  test('dropbox_echoes_and_uses_the_client_secret', async () => {
    const hook = await endpoint_of('dropbox');
    const echoed = await hook.send('', {}, { method: 'GET', url: `${hook.endpoint.webhook_url}?challenge=%3Cscript%3E` });
    assert.equal(echoed.text, '<script>');
    assert.match(echoed.headers['content-type'], /^text\/plain/);
    const text = '{"list_folder":{"accounts":["dbid:1","dbid:2"]}}';
    assert.equal((await hook.send(text, { 'x-dropbox-signature': hmac(hook.client_secret, text) })).status, 200);
    assert.equal((await hook.send(text, { 'x-dropbox-signature': hmac('other', text) })).status, 401);
    await only(hook, 1);
  });

  test('trello_asks_with_head', async () => {
    const key = secret('trello-secret');
    const hook = await endpoint_of('trello', { secrets: { signing_secret: key } });
    assert.equal((await hook.send('', {}, { method: 'HEAD' })).status, 200);
    const text = '{"action":{"type":"updateCard","id":"a-1"},"model":{"id":"m-1"}}';
    assert.equal((await hook.send(text, { 'x-trello-webhook': hmac(key, text + hook.endpoint.webhook_url, 'base64', 'sha1') })).status, 200);
    assert.equal((await events_of(hook, 1))[0].type, 'webhook.updateCard');
  });

  test('discord_probes_with_wrong_signatures_and_a_ping', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const hook = await endpoint_of('discord', { secrets: { public_key: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex') } });
    const signed = (text, at = `${now()}`) => ({ 'x-signature-timestamp': at, 'x-signature-ed25519': sign(null, Buffer.from(at + text), privateKey).toString('hex') });
    const ping = '{"type":1}';
    const url = hook.endpoint.action_url;
    for (const headers of [{}, { ...signed(ping), 'x-signature-ed25519': '0'.repeat(128) }, signed('{"type":2}')])
      assert.equal((await hook.send(ping, headers, { url })).status, 401);
    const answer = await hook.send(ping, signed(ping), { url });
    assert.deepEqual(answer.json(), { type: 1 });
    const command = '{"type":2,"id":"i-1","guild_id":"g-1","application_id":"app","token":"t","data":{"name":"hello"}}';
    assert.deepEqual((await hook.send(command, signed(command), { url })).json(), { type: 5 }, 'nobody computes an answer: the fall-back');
    assert.equal((await events_of(hook, 1))[0].type, 'action.application_command');
  });
});

describe('handshakes', () => {
  test('security_s31_asana_may_set_its_secret_only_in_the_window_and_only_once', async () => {
    const hook = await endpoint_of('asana');
    const shake = (value) => eventually(async () => {
      const answer = await hook.send('{}', { 'x-hook-secret': value });
      return answer.status !== 429 && answer;
    }, { what: 'an answer to the handshake' });
    assert.ok((await shake('attackers')).status >= 400);
    await broker.api('PATCH', `/v1/endpoints/${hook.endpoint.id}`, { body: { accepts_handshake_for: 60 } });
    const key = secret('b537207f20cbfa02357cf448134da559');
    const answer = await shake(key);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-hook-secret'], key);
    assert.ok((await shake('attackers')).status >= 400);
    const text = '{"events":[{"action":"added","resource":{"gid":"1","resource_type":"task"},"created_at":"2026-01-01T00:00:00Z"}]}';
    assert.equal((await hook.send(text, { 'x-hook-signature': hmac('attackers', text) })).status, 401);
    assert.equal((await hook.send(text, { 'x-hook-signature': hmac(key, text) })).status, 200);
    assert.equal((await events_of(hook, 1))[0].type, 'webhook.task.added');
    const { data } = await broker.api('GET', '/v1/events?type=endpoint.secret_received');
    assert.ok(data.some((event) => event.data.endpoint === hook.endpoint.id));
    assert.ok(!JSON.stringify(data).includes(key));
  });

  test('security_s31_what_notion_gave_is_shown_in_the_window_for_it_is_typed_back_there', async () => {
    const hook = await endpoint_of('notion', { accepts_handshake_for: 60 });
    const token = secret('secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl');
    assert.equal((await hook.send(JSON.stringify({ verification_token: token }))).status, 200);
    const shown = () => broker.call('POST', `/v1/endpoints/${hook.endpoint.id}/received-secret`, { body: { name: 'verification_token' }, expect: [200, 409] });
    assert.equal((await shown()).body.value, token);
    await broker.api('PATCH', `/v1/endpoints/${hook.endpoint.id}`, { body: { accepts_handshake_for: 0 } });
    assert.equal((await shown()).status, 409);
    const text = '{"id":"n-1","type":"page.created","workspace_id":"w-1","timestamp":"2026-01-01T00:00:00Z"}';
    assert.equal((await hook.send(text, { 'x-notion-signature': `sha256=${hmac(token, text)}` })).status, 200);
    await only(hook, 1);
  });
});

describe('static proofs', () => {
  test('security_s34_a_token_is_masked_in_events_raw_bytes_and_what_was_refused', async () => {
    const token = secret('gitlab-token-of-the-hook');
    const hook = await endpoint_of('gitlab', { secrets: { token } });
    const text = JSON.stringify({ object_kind: 'push', project: { id: 1 }, leaked: token });
    const headers = { 'content-type': 'application/json', 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': 'u-1', 'x-gitlab-token': token };
    assert.equal((await hook.send(text, headers)).status, 200);
    assert.equal((await hook.send(text, { ...headers, 'x-gitlab-token': 'token-of-another-hook' })).status, 401);
    const [event] = await events_of(hook, 1);
    const raw = await broker.call('GET', `/v1/events/${event.id}/raw`);
    const rejected = await broker.call('GET', `/v1/endpoints/${hook.endpoint.id}/rejected`);
    assert.equal(rejected.headers['content-security-policy'], "default-src 'none'; sandbox; frame-ancestors 'none'");
    for (const told of [JSON.stringify(event), raw.text, Buffer.from(raw.body.body_base64, 'base64').toString(), rejected.text]) {
      assert.ok(!told.includes(token));
      assert.ok(!told.includes('token-of-another-hook'));
    }
    assert.equal(event.data.event_payload.leaked, '***');
  });
});

describe('endpoints of the API', () => {
  test('security_s28_are_made_for_single_connections_changed_with_etags_and_deleted', async () => {
    const credential = await broker.api('POST', '/v1/credentials', { body: plain_credential(`of connections ${++number}`, { integration: 'github' }) });
    const headers = { 'idempotency-key': 'once' };
    const body = { credential: credential.id, parameters: {} };
    const made = await broker.call('POST', '/v1/endpoints', { body, headers, expect: 201 });
    const again = await broker.call('POST', '/v1/endpoints', { body, headers, expect: 201 });
    assert.equal(again.body.id, made.body.id);
    const path = `/v1/endpoints/${made.body.id}`;
    assert.equal(made.headers.location, path);
    await broker.call('PATCH', path, { body: { is_enabled: false }, headers: { 'if-match': '"99"' }, expect: 412 });
    const changed = await broker.call('PATCH', path, { body: { secrets: { signing_secret: secret('typed-here') } }, headers: { 'if-match': made.headers.etag } });
    assert.deepEqual(changed.body.secrets.map(({ name }) => name), ['signing_secret']);
    assert.ok(!changed.text.includes('typed-here'));
    const wrong = await broker.call('PATCH', path, { body: { secrets: { sining_secret: 'x' }, verification: 'off' }, expect: 422 });
    assert.deepEqual(wrong.body.errors.map(({ pointer }) => pointer), ['/secrets/sining_secret', '/verification']);
    await broker.call('POST', '/v1/endpoints', { body: { credential: credential.id, connection: 'conn_unknown' }, expect: 422 });
    await broker.call('DELETE', path, { expect: 204 });
    await broker.call('GET', path, { expect: 404 });
    const connection = await broker.api('POST', '/v1/connections', { body: imported(credential, { id: 'of-an-endpoint' }) });
    const of_one = await broker.api('POST', '/v1/endpoints', { body: { credential: credential.id, connection: connection.id, secrets: { signing_secret: 'own-of-one' } } });
    const text = '{"action":"x","sender":{"id":"of nobody"}}';
    const signature = { 'x-hub-signature-256': `sha256=${hmac('own-of-one', text)}`, 'x-github-event': 'push', 'x-github-delivery': 'd' };
    assert.equal((await http_request(new URL(of_one.webhook_url), { method: 'POST', headers: signature, body: text })).status, 200);
    const [event] = await events_of({ credential }, 1);
    assert.equal(event.data.connection, connection.id, 'security_s28: verified with its secret, it is its own');
    await broker.call('DELETE', `/v1/connections/${connection.id}`);
    await broker.call('GET', `/v1/endpoints/${of_one.id}`, { expect: 404 });
    assert.equal((await http_request(new URL(of_one.webhook_url), { method: 'POST', headers: signature, body: text })).status, 404);
    const { data: [own] } = await broker.api('GET', `/v1/endpoints?credential=${credential.id}`);
    await broker.call('DELETE', `/v1/endpoints/${own.id}`, { expect: 409 });
    await broker.call('DELETE', `/v1/credentials/${credential.id}`);
    await broker.call('GET', `/v1/endpoints/${own.id}`, { expect: 404 });
    assert.equal((await http_request(new URL(own.webhook_url), { method: 'POST', body: '{}' })).status, 404);
  });

  test('keys_with_limits_see_their_own_only', async () => {
    const [mine, other] = await Promise.all([endpoint_of('github'), endpoint_of('slack')]);
    const { key } = await broker.api('POST', '/v1/keys', {
      body: { name: `limited ${++number}`, scopes: ['endpoints:read', 'endpoints:write', 'events:raw'], limits: { credentials: [mine.credential.id] } } });
    secret(key);
    const limited = broker.as(key);
    const { data } = await limited.api('GET', '/v1/endpoints');
    assert.deepEqual(data.map(({ id }) => id), [mine.endpoint.id]);
    for (const [method, more] of [['GET', ''], ['PATCH', ''], ['DELETE', ''], ['POST', '/rotate-key'], ['GET', '/rejected']])
      await limited.call(method, `/v1/endpoints/${other.endpoint.id}${more}`, { body: method === 'GET' || method === 'DELETE' ? undefined : {}, expect: 404 });
    await limited.call('POST', '/v1/endpoints', { body: { credential: other.credential.id }, expect: 422 });
  });
});
