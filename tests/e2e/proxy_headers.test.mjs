// What passes from the caller to the API, and back.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { json_answer, plain_answer } from '../support/raw_upstream.mjs';
import { start_proxy_rig } from '../support/proxy_rig.mjs';

let rig;
let connection;
before(async () => {
  rig = await start_proxy_rig();
  connection = await rig.connect();
});
after(() => rig?.stop());
beforeEach(() => rig.upstream.now(plain_answer('ok')));

const names_of = (request) => request.headers.map(([name]) => name.toLowerCase());

const kKept = [
  'Authorization: Bearer mine', 'Cookie: a=b', 'Cookie2: a', 'Proxy-Authorization: Basic YTpi', 'Proxy-Connection: keep-alive', 'Forwarded: for=1.2.3.4', 'X-Forwarded-For: 1.2.3.4',
  'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https', 'X-Forwarded-Anything: 1', 'X-Real-IP: 1.2.3.4', 'Via: 1.1 evil', 'TE: trailers', 'Trailer: X-A', 'Keep-Alive: timeout=5',
  'X-Original-URL: /admin', 'X-Rewrite-URL: /admin', 'X_Forwarded_For: 1.2.3.4', 'Valetkey-Anything: 1',
];

for (const line of kKept.slice(1)) {
  test(`security_s16_checklist_22_does_not_reach_the_api ${line.split(':')[0]}`, async () => {
    const answer = await rig.raw(connection, '/a', { lines: [line, 'X-Kept: yes'] });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(names_of(rig.upstream.last).sort(), ['authorization', 'host', 'x-kept'].sort());
    assert.equal(rig.upstream.last.header('authorization'), `Bearer ${connection.access_token}`);
  });
}

test('security_s16_checklist_22_the_brokers_key_never_reaches_the_api', async () => {
  await rig.call(connection, '/a', { method: 'POST', body: 'x', headers: { 'x-other': 'y' } });
  assert.ok(!rig.upstream.last.head.includes(rig.broker.key));
});

test('security_s16_connection_cannot_name_what_is_injected_away', async () => {
  for (const value of ['authorization', 'Authorization, close', 'close, x-secret, AUTHORIZATION']) {
    const answer = await rig.raw(connection, '/a', { lines: [`Connection: ${value}`, 'X-Secret: 1'] });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(rig.upstream.last.header('authorization'), `Bearer ${connection.access_token}`);
    assert.equal(rig.upstream.last.header('x-secret'), value.includes('x-secret') ? '' : '1');
    assert.doesNotMatch(rig.upstream.last.header('connection'), /authorization|x-secret/i);
  }
});

test('security_s16_names_that_the_integration_sets_are_not_the_callers', async () => {
  const own = await rig.connect({ proxy: { headers: { 'X-Access-Token': '{access_token}', 'X-Version': '7' } } });
  await rig.raw(own, '/a', { lines: ['X-Access-Token: evil', 'x-access-token: evil', 'X_Access_Token: evil', 'X-Version: 8', 'Connection: x-access-token'] });
  assert.equal(rig.upstream.last.header('x-access-token'), own.access_token);
  assert.equal(rig.upstream.last.header('x-version'), '7');
  assert.ok(!rig.upstream.last.head.includes('evil'));
  assert.equal(rig.upstream.last.header('authorization'), '', 'the default is replaced');
});

test('idempotency_key_and_trace_context_and_the_rest_pass_in_their_order', async () => {
  const lines = ['Accept: a/b', 'Idempotency-Key: one', 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'tracestate: a=1', 'X-A: 1', 'X-A: 2', 'User-Agent: me/1', 'Range: bytes=0-1'];
  await rig.raw(connection, '/a', { lines });
  const seen = rig.upstream.last.headers.filter(([name]) => !/^(host|authorization)$/i.test(name)).map(([name, value]) => `${name}: ${value}`.toLowerCase());
  assert.deepEqual(seen, lines.map((line) => line.toLowerCase()));
});

test('security_s19_an_idempotency_key_is_the_apis_and_both_calls_are_made', async () => {
  for (let i = 0; i < 2; ++i) {
    const answer = await rig.call(connection, '/a', { method: 'POST', body: 'x', headers: { 'idempotency-key': 'same' } });
    assert.equal(answer.headers['idempotency-replayed'], undefined);
  }
  assert.equal(rig.upstream.requests.length, 2);
});

const kLost = [
  'Set-Cookie: a=b', 'set-cookie: a=b; Path=/', 'Set-Cookie2: a', 'Clear-Site-Data: "*"', 'Service-Worker-Allowed: /', 'Strict-Transport-Security: max-age=0', 'Alt-Svc: h2=":1"',
  'Access-Control-Allow-Origin: *', 'Access-Control-Allow-Credentials: true', 'Reporting-Endpoints: a="https://evil.example"', 'Report-To: {}', 'NEL: {}', 'Refresh: 0; url=https://evil.example',
  'Valetkey-Error: not_found', 'Valetkey-Warning: refresh_failed', 'VALETKEY-ANYTHING: 1', 'Proxy-Authenticate: Basic',
];

function assert_isolated(answer, what) {
  const all = (name) => answer.raw_headers.filter((each, i) => i % 2 === 0 && each.toLowerCase() === name).length;
  assert.equal(answer.headers['content-security-policy'], "default-src 'none'; sandbox; frame-ancestors 'none'", what);
  assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin', what);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff', what);
  for (const name of ['content-security-policy', 'cross-origin-resource-policy', 'x-content-type-options', 'date', 'x-request-id']) assert.equal(all(name), 1, `${what}: ${name}`);
}

for (const line of kLost) {
  test(`security_s13_does_not_reach_the_caller ${line}`, async () => {
    rig.upstream.now(plain_answer('<script>', { headers: ['Content-Type: text/html', line, 'X-Kept: yes'] }));
    const answer = await rig.call(connection, '/a');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-kept'], 'yes');
    assert.equal(answer.headers[line.split(':')[0].toLowerCase()], undefined);
    assert_isolated(answer, line);
  });
}

test('security_s13_the_apis_own_policies_are_replaced', async () => {
  rig.upstream.now(plain_answer('<script>', {
    headers: ['Content-Type: text/html', "Content-Security-Policy: default-src *", 'Content-Security-Policy-Report-Only: default-src *', 'Cross-Origin-Resource-Policy: cross-origin', 'X-Content-Type-Options: x'],
  }));
  const answer = await rig.call(connection, '/a');
  assert_isolated(answer, 'replaced');
  assert.equal(answer.headers['content-security-policy-report-only'], undefined);
});

test('security_s13_every_answer_below_the_proxy_is_isolated_and_ours_are_told_apart', async () => {
  rig.upstream.now(json_answer({ code: 'not_found' }, { status: '404 Not Found' }));
  const theirs = await rig.call(connection, '/a');
  assert.equal(theirs.status, 404);
  assert.equal(theirs.headers['valetkey-error'], undefined);
  assert_isolated(theirs, 'their 404');
  const rows = [
    ['no connection', () => rig.call({ id: 'conn_nothing' }, '/a'), 404, 'not_found'],
    ['no connection, no path', () => rig.call({ id: 'conn_nothing' }, ''), 404, 'not_found'],
    ['no id', () => rig.call({ id: '' }, ''), 404, 'not_found'],
    ['no key', () => rig.call(connection, '/a', { headers: { authorization: '' } }), 401, 'unauthenticated'],
    ['another scheme', () => rig.call(connection, '/a', { headers: { authorization: 'Basic YTpi' } }), 401, 'unauthenticated'],
    ['bad path', () => rig.call(connection, '/a%00'), 422, 'invalid_input'],
  ];
  for (const [what, ask, status, code] of rows) {
    const answer = await ask();
    assert.equal(answer.status, status, what);
    assert.equal(answer.headers['valetkey-error'], code, what);
    assert.equal(answer.json().code, code, what);
    assert_isolated(answer, what);
  }
});

test('security_s13_a_key_is_taken_from_no_cookie_and_no_query', async () => {
  const key = rig.broker.key;
  for (const [path, headers] of [['/a', { cookie: `key=${key}; authorization=Bearer ${key}` }], [`/a?access_token=${key}&key=${key}`, {}]]) {
    const answer = await rig.call(connection, path, { headers: { ...headers, authorization: '' } });
    assert.equal(answer.status, 401);
  }
  assert.equal(rig.upstream.requests.length, 0);
});

test('what else the API says passes, and its request id beside ours', async () => {
  const headers = ['Content-Type: application/json', 'ETag: "a"', 'Cache-Control: max-age=5', 'Link: <https://a.example>; rel=next', 'Retry-After: 9', 'X-Request-Id: theirs', 'WWW-Authenticate: Bearer a', 'X-B: 1', 'X-B: 2'];
  rig.upstream.now(plain_answer('{}', { headers, status: '403 Forbidden' }));
  const answer = await rig.call(connection, '/a');
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.etag, '"a"');
  assert.equal(answer.headers['cache-control'], 'max-age=5');
  assert.equal(answer.headers.link, '<https://a.example>; rel=next');
  assert.equal(answer.headers['retry-after'], '9');
  assert.equal(answer.headers['www-authenticate'], 'Bearer a');
  assert.equal(answer.headers['x-b'], '1, 2');
  assert.equal(answer.headers['valetkey-upstream-request-id'], 'theirs');
  assert.notEqual(answer.headers['x-request-id'], 'theirs');
});

test('security_s22_the_log_holds_no_path_no_query_and_no_token', async () => {
  await rig.call(connection, '/a-path-of-mine?and-a-query=1');
  await rig.call(connection, '/%00/another-path-of-mine');
  const log = rig.broker.log();
  for (const text of ['a-path-of-mine', 'and-a-query', 'another-path', connection.access_token]) assert.ok(!log.includes(text), text);
  assert.match(log, /\/v1\/proxy\/\{connection\}\/\{path\.\.\.\}/);
});
