// Where a call goes: below the base URI of its connection, on the raw target, and nowhere else.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { plain_answer } from '../support/raw_upstream.mjs';
import { start_proxy_rig } from '../support/proxy_rig.mjs';

let rig;
let connection;
before(async () => {
  rig = await start_proxy_rig();
  connection = await rig.connect({ base: '/calendar/v3' });
});
after(() => rig?.stop());
beforeEach(() => rig.upstream.now(plain_answer('ok')));

const kUnchanged = [
  '/calendars/jo@example.com/events',
  '/calendars/jo%40example.com/events?timeMin=2026-01-01T00:00:00%2B01:00',
  '/calendars/c_188@group.v.calendar.google.com/acl/user:jo@example.com',
  '/projects/group%2Fproject/issues',
  '/projects/group%252Fproject',
  '//a///b//',
  '/a/...;/..b/c../.git',
  '/map;v=1/x;y=2',
  '/caf%C3%A9/%E2%82%AC/%f0%9f%98%80',
  '/100%/%zz/%2',
  '/https://evil.example/x',
  '/@evil.example/x',
  '/:8080/x',
  '/a%3Fb%23c?d=%2e%2e/..&e=\\..\\&&=f',
  '/a?',
  '/',
];

for (const path of kUnchanged) {
  test(`security_s15_security_s05_passes_unchanged ${path}`, async () => {
    const answer = await rig.raw(connection, path);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(rig.upstream.requests.length, 1);
    assert.equal(rig.upstream.last.target, `/calendar/v3${path}`);
    assert.equal(rig.upstream.last.header('host'), `127.0.0.1:${rig.upstream.port}`);
  });
}

const kRefused = [
  '/..', '/../v4', '/a/../../v4', '/./a', '/a/.', '/%2e%2e/v4', '/%2E%2e/v4', '/.%2e/v4', '/%252e%252e/v4', '/%25252e%25252e/v4', '/%%32%65%%32%65/v4',
  '/..%2fv4', '/..%252fv4', '/a%2f..%2f..%2fv4', '/..;/v4', '/..;x=y/v4', '/..%3b/v4', '/..%253bx/v4', '/.;/a', '/..\\v4', '/a\\b', '/..%5cv4', '/a%255cb',
  '/a%00', '/a%2500', '/%0d%0aHost:%20evil', '/%7f', '/%c0%ae%c0%ae/v4', '/%e0%80%ae%e0%80%ae/v4', '/%u002e%u002e/v4', '//..//..//v4',
];

for (const path of kRefused) {
  test(`security_s15_is_refused ${path}`, async () => {
    const answer = await rig.raw(connection, path);
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.header('valetkey-error'), 'invalid_input');
    assert.match(JSON.parse(answer.body).detail, /call the API: the path holds /);
    assert.equal(rig.upstream.requests.length, 0, 'nothing reached the API');
  });
}

test('security_s15_a_target_in_absolute_form_is_still_below_the_base', async () => {
  const { raw_exchange } = await import('../support/raw_exchange.mjs');
  const host = `127.0.0.1:${rig.port}`;
  const answer = await raw_exchange(rig.port, `GET http://${host}/v1/proxy/${connection.id}/a HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${rig.broker.key}\r\nConnection: close\r\n\r\n`);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(rig.upstream.last.target, '/calendar/v3/a');
});

test('the base URI itself, with and without a slash behind it', async () => {
  const graphql = await rig.connect({ base: '/graphql' });
  for (const [path, target] of [['', '/graphql'], ['/', '/graphql/'], ['?a=1', '/graphql?a=1']]) {
    await rig.call(graphql, path);
    assert.equal(rig.upstream.last.target, target);
  }
  const root = await rig.connect({ base: '' });
  await rig.call(root, '/a');
  assert.equal(rig.upstream.last.target, '/a');
  const slash = await rig.connect({ base: '/v1/' });
  await rig.call(slash, '/a');
  assert.equal(rig.upstream.last.target, '/v1/a');
});

test('security_s15_redirects_are_relayed_and_not_followed', async () => {
  for (const status of ['301 Moved Permanently', '302 Found', '303 See Other', '307 Temporary Redirect', '308 Permanent Redirect']) {
    rig.upstream.now(plain_answer('there', { status, headers: [`Location: ${rig.upstream.origin}/elsewhere`] }));
    const answer = await rig.call(connection, '/a', { method: 'POST', body: 'x' });
    assert.equal(answer.status, Number(status.slice(0, 3)));
    assert.equal(answer.headers.location, `${rig.upstream.origin}/elsewhere`);
    assert.equal(answer.text, 'there');
    assert.equal(rig.upstream.requests.length, 1);
  }
});

test('security_s16_parameters_that_the_integration_sets_are_not_the_callers', async () => {
  const keyed = await rig.connect({ base: '/v1', proxy: { query: { key: '{access_token}', alt: 'json' } } });
  for (const query of ['', '?key=evil', '?%6bey=evil&alt=xml', '?KEY=evil&key=evil2', '?x=1;key=evil']) {
    await rig.call(keyed, `/a${query}`);
    assert.equal(rig.upstream.last.target, `/v1/a?key=${keyed.access_token}&alt=json`);
    assert.equal(rig.upstream.last.header('authorization'), '');
  }
  await rig.call(keyed, '/a?x=%2F&y=1');
  assert.equal(rig.upstream.last.target, `/v1/a?x=%2F&y=1&key=${keyed.access_token}&alt=json`);
});

const kDenied = ['https://10.0.0.1/', 'https://169.254.169.254/latest', 'https://[::ffff:10.0.0.1]/', 'https://[64:ff9b::a00:1]/', 'https://[2002:a00:1::]/', 'https://0.0.0.0/', 'https://[fe80::1]/', 'https://[fd00::1]/'];

test('security_s06_what_the_policy_forbids_is_one_code_before_any_packet', async () => {
  const own = `${rig.broker.origin}/v1`;
  for (const base_uri of [...kDenied, own]) {
    const denied = await rig.connect({ base_uri });
    const answer = await rig.call(denied, '/a');
    assert.equal(answer.status, 422, `${base_uri}: ${answer.text}`);
    assert.equal(answer.headers['valetkey-error'], 'egress_denied', base_uri);
  }
});

test('an API that nobody serves', async () => {
  const nobody = await rig.connect({ base_uri: 'http://127.0.0.1:9/' });
  const answer = await rig.call(nobody, '/a');
  assert.equal(answer.status, 502);
  assert.equal(answer.headers['valetkey-error'], 'upstream_unreachable');
});
