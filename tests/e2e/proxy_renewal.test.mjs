// An API that finds its token expired: one refresh, one repeat, and what happens where either cannot be.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { json_answer, plain_answer } from '../support/raw_upstream.mjs';
import { start_proxy_rig } from '../support/proxy_rig.mjs';

let rig;
before(async () => { rig = await start_proxy_rig(); });
after(() => rig?.stop());
beforeEach(() => {
  rig.upstream.now(plain_answer('ok'));
  Object.assign(rig.tokens, { requests: [], answer: null });
});

const kExpired = plain_answer('expired', { status: '401 Unauthorized', headers: ['WWW-Authenticate: Bearer error="invalid_token"'] });
const is_of = (request, token) => request.header('authorization') === `Bearer ${token}`;
/** Takes the newest token of the token endpoint only. */
const only_newest = (answer = plain_answer('ok')) => (request) => (is_of(request, rig.tokens.last_token) ? answer : kExpired);

test('refresh_rule_18_security_s24_a_hundred_callers_with_a_401_make_one_refresh_and_each_gets_its_answer', async () => {
  const connection = await rig.connect();
  rig.upstream.now(only_newest());
  const answers = await Promise.all(Array.from({ length: 100 }, () => rig.call(connection, '/a')));
  assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))], ['200 ok']);
  assert.equal(rig.tokens.requests.length, 1);
  assert.equal(rig.tokens.requests[0].get('refresh_token'), connection.refresh_token);
});

test('refresh_rule_09_a_request_is_repeated_once_with_the_new_token', async () => {
  const connection = await rig.connect();
  rig.upstream.now(only_newest());
  const answer = await rig.call(connection, '/a?b=c', { headers: { 'x-mine': '1' } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['valetkey-warning'], undefined);
  assert.equal(rig.upstream.requests.length, 2);
  const [first, second] = rig.upstream.requests;
  assert.ok(is_of(first, connection.access_token));
  assert.equal(second.head.replace(rig.tokens.last_token, connection.access_token), first.head);
});

test('security_s24_a_token_that_is_refused_again_is_not_renewed_again', async () => {
  const connection = await rig.connect();
  rig.upstream.now(kExpired);
  const answer = await rig.call(connection, '/a');
  assert.equal(answer.status, 401);
  assert.equal(answer.text, 'expired');
  assert.equal(answer.headers['www-authenticate'], 'Bearer error="invalid_token"');
  assert.equal(answer.headers['valetkey-error'], undefined, 'it is the API\'s own answer');
  assert.deepEqual([rig.upstream.requests.length, rig.tokens.requests.length], [2, 1]);
});

describe('a request with a body', () => {
  for (const [what, body, headers] of [
    ['small', 'hello', {}],
    ['empty', '', {}],
    ['of 64 KiB', 'x'.repeat(64 << 10), {}],
    ['chunked', 'hello chunks', { 'transfer-encoding': 'chunked' }],
  ]) {
    test(`is repeated with its body: ${what}`, async () => {
      const connection = await rig.connect();
      rig.upstream.now(only_newest());
      const { 'transfer-encoding': chunked } = headers;
      const answer = chunked
        ? await rig.raw(connection, '/a', { method: 'POST', lines: ['Transfer-Encoding: chunked'], body: `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` })
        : await rig.call(connection, '/a', { method: 'POST', body });
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(rig.upstream.requests.map((request) => request.body.toString()), [body, body]);
      assert.equal(rig.tokens.requests.length, 1);
    });
  }

  test('that is longer is not repeated; its token is renewed', async () => {
    const connection = await rig.connect();
    rig.upstream.now(only_newest());
    const answer = await rig.call(connection, '/a', { method: 'PUT', body: 'x'.repeat((64 << 10) + 1) });
    assert.equal(answer.status, 401);
    assert.equal(answer.text, 'expired');
    assert.equal(answer.headers['valetkey-warning'], 'not_repeated');
    assert.deepEqual([rig.upstream.requests.length, rig.tokens.requests.length], [1, 1]);
    assert.equal((await rig.call(connection, '/a')).status, 200);
    assert.equal(rig.tokens.requests.length, 1, 'the next call has the new token already');
  });
});

test('refresh_rule_05_where_the_token_cannot_be_renewed_the_apis_answer_is_handed_on', async () => {
  const connection = await rig.connect();
  rig.upstream.now(kExpired);
  rig.tokens.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
  const answer = await rig.call(connection, '/a');
  assert.equal(answer.status, 401);
  assert.equal(answer.text, 'expired');
  assert.equal(answer.headers['valetkey-warning'], 'refresh_failed');
  assert.equal(rig.upstream.requests.length, 1);
  const next = await rig.call(connection, '/a');
  assert.equal(next.status, 409);
  assert.equal(next.headers['valetkey-error'], 'needs_reconnect');
  assert.equal(rig.upstream.requests.length, 1, 'a dead grant is not tried');
});

describe('the signs of an integration', () => {
  test('refresh_rule_09_statuses_of_its_own', async () => {
    const connection = await rig.connect({ proxy: { expired_statuses: [403] } });
    rig.upstream.now((request) => (is_of(request, rig.tokens.last_token) ? plain_answer('ok') : plain_answer('no', { status: '403 Forbidden' })));
    assert.equal((await rig.call(connection, '/a')).status, 200);
    rig.upstream.now(kExpired);
    assert.equal((await rig.call(connection, '/a')).status, 401);
    assert.deepEqual([rig.upstream.requests.length, rig.tokens.requests.length], [1, 1], '401 is no sign there');
  });

  const proxy = { expired_body: { statuses: [200], path: 'error.code', values: ['token_expired'] } };

  test('refresh_rule_09_a_body_of_its_own', async () => {
    const connection = await rig.connect({ proxy });
    rig.upstream.now((request) => json_answer(is_of(request, rig.tokens.last_token) ? { ok: true } : { error: { code: 'token_expired' } }));
    const answer = await rig.call(connection, '/a', { headers: { 'accept-encoding': 'gzip' } });
    assert.deepEqual(answer.json(), { ok: true });
    assert.deepEqual([rig.upstream.requests.length, rig.tokens.requests.length], [2, 1]);
    assert.equal(rig.upstream.last.header('accept-encoding'), 'identity', 'it can only be read uncompressed');
  });

  for (const [what, body] of [['another error', { error: { code: 'other' } }], ['long', { text: 'x'.repeat(200_000), error: { code: 'token_expired' } }], ['nothing of it', []]]) {
    for (const is_chunked of [false, true]) {
      test(`a body without a match is handed on unchanged: ${what}${is_chunked ? ', chunked' : ''}`, async () => {
        const connection = await rig.connect({ proxy });
        const text = JSON.stringify(body);
        rig.upstream.now(is_chunked
          ? `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
          : json_answer(body));
        const answer = await rig.call(connection, '/a');
        assert.equal(answer.text, text);
        assert.equal(rig.tokens.requests.length, 0);
      });
    }
  }

  test('rate limits are told by Retry-After, and the status stays', async () => {
    const connection = await rig.connect({ proxy: { rate_limit: { statuses: [429, 403], remaining_header: 'X-Left', reset_header: 'X-Reset', reset_unit: 'unix_seconds' } } });
    const reset = Math.ceil(Date.now() / 1000) + 100;
    rig.upstream.now(plain_answer('slow down', { status: '403 Forbidden', headers: ['X-Left: 0', `X-Reset: ${reset}`] }));
    const limited = await rig.call(connection, '/a');
    assert.equal(limited.status, 403);
    assert.ok(Math.abs(Number(limited.headers['retry-after']) - 100) <= 5, limited.headers['retry-after']);
    rig.upstream.now(plain_answer('slow down', { status: '429 Too Many Requests', headers: ['X-Left: 0', `X-Reset: ${reset}`, 'Retry-After: 3'] }));
    assert.equal((await rig.call(connection, '/a')).headers['retry-after'], '3');
    rig.upstream.now(plain_answer('no', { status: '403 Forbidden', headers: ['X-Left: 7', `X-Reset: ${reset}`] }));
    assert.equal((await rig.call(connection, '/a')).headers['retry-after'], undefined);
    assert.match(await (await fetch(`${rig.broker.origin}/metrics`, { headers: { authorization: `Bearer ${rig.broker.key}` } })).text(), /valetkey_proxy_calls_total\{outcome="rate_limited"\} 2/);
  });
});
