// The API at its edges: what bad input is told, paging, conditions, repeats, and what no answer may hold.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { kRoutes, path_with } from '../support/api_routes.mjs';
import { http_request } from '../support/http_request.mjs';
import { furnish, imported, new_secret, plain_credential, plain_integration, start_installation } from '../support/tenants_rig.mjs';
import { secret } from '../support/test_run.mjs';

let broker;
let has;
before(async () => {
  broker = await start_installation({ name: 'api' });
  has = await furnish(broker);
});
after(() => broker?.end());

const raw = (method, path, { headers = {}, body } = {}) => http_request(`${broker.origin}${path}`, { method, headers: { authorization: `Bearer ${broker.key}`, ...headers }, body });

/** A problem document as RFC 9457 and the table of errors have it. */
function assert_problem({ status, headers, body }, code, pointers) {
  assert.match(headers['content-type'], /^application\/problem\+json/);
  assert.deepEqual([body.status, body.code, body.type], [status, code, `urn:valetkey:problem:${code}`]);
  assert.ok(body.title && body.detail && typeof body.retryable === 'boolean');
  assert.ok(['caller', 'end_user', 'operator', 'wait', 'nobody'].includes(body.act));
  assert.equal(body.error_id, headers['x-request-id']);
  assert.deepEqual((body.errors ?? []).map(({ pointer }) => pointer).sort(), [...pointers].sort());
  for (const { detail } of body.errors ?? []) assert.ok(detail.length > 3);
}

const refused = async (method, path, body, [status, code, ...pointers], options = {}) => {
  const answer = await broker.call(method, path, { body, expect: status, ...options });
  assert_problem(answer, code, pointers);
  return answer.body;
};
const kInvalid = [422, 'invalid_input'];

describe('bad input: several things wrong are told at once, each with its pointer', () => {
  const long = 'x'.repeat(2000);
  const rows = [
    ['POST', '/v1/integrations', {}, [...kInvalid, '/slug', '/name']],
    ['POST', '/v1/integrations', { slug: 'Not_A_Slug', name: 'x', token_url: 'http://example.com/t', authorization_url: 'https://user:pw@example.com/', grant_types: ['implicit'], refresh: 'sometimes', surprise: 1 },
      [...kInvalid, '/slug', '/token_url', '/authorization_url', '/grant_types/0', '/refresh', '/surprise']],
    ['POST', '/v1/integrations', { slug: 'free', name: 'x', token_url: 'https://{host}/t', placeholders: [{ name: 'host', filled_by: 'end_user' }] }, [...kInvalid, '/token_url']],
    ['POST', '/v1/integrations', { slug: 'github', name: 'x' }, [409, 'conflict', '/slug']],
    ['POST', '/v1/integrations', { slug: 'acme', name: 'x' }, [409, 'conflict', '/slug']],
    ['PATCH', '/v1/integrations/github', { name: 'x' }, [409, 'conflict']],
    ['DELETE', '/v1/integrations/github', undefined, [409, 'conflict']],
    ['DELETE', '/v1/integrations/acme', undefined, [409, 'conflict']],
    ['PATCH', '/v1/integrations/acme', { slug: 'other' }, [...kInvalid, '/slug']],
    ['POST', '/v1/callback-keys', {}, [...kInvalid, '/integration']],
    ['POST', '/v1/callback-keys', { integration: 'nope', more: 1 }, [...kInvalid, '/more']],
    ['POST', '/v1/credentials', {}, [...kInvalid, '/integration']],
    ['POST', '/v1/credentials', { integration: 'custom' }, [...kInvalid, '/name', '/grant_type', '/client_id', '/authorization_url', '/token_url', '/base_uri', '/client_secret']],
    ['POST', '/v1/credentials', { integration: 'github' }, [...kInvalid, '/name', '/grant_type', '/client_id', '/client_secret']],
    ['PATCH', () => `/v1/credentials/${has.credential.id}`, { grant_type: 'password', integration: 'github', nope: true }, [...kInvalid, '/grant_type', '/integration', '/nope']],
    ['POST', () => `/v1/credentials/${has.credential.id}/rotate-secret`, { client_secret: 'a\nb', window_seconds: -1 }, [...kInvalid, '/client_secret', '/window_seconds']],
    ['DELETE', () => `/v1/credentials/${has.credential.id}?cascade=perhaps`, undefined, [...kInvalid, '/cascade']],
    ['DELETE', () => `/v1/credentials/${has.credential.id}`, undefined, [409, 'conflict']],
    ['POST', () => `/v1/credentials/${has.credential.id}/export`, {}, [422, 'not_supported']],
    ['POST', '/v1/credentials/import', {}, [422, 'not_supported']],
    ['POST', '/v1/connect-sessions', {}, [...kInvalid, '/credential', '/end_user']],
    ['POST', '/v1/connect-sessions', { credential: null, end_user: null }, [...kInvalid, '/credential', '/end_user']],
    ['POST', '/v1/connections/conn_x/refresh', { rejected_generation: null }, [...kInvalid, '/rejected_generation']],
    ['POST', '/v1/connect-sessions', { credential: 1, end_user: { id: '', x: 1 }, return_url: 5, scopes: 'x', nope: 1 },
      [...kInvalid, '/credential', '/end_user/id', '/end_user/x', '/return_url', '/scopes', '/nope']],
    ['POST', '/v1/connect-sessions', () => ({ credential: has.credential.id, end_user: { id: 'x' }, return_url: 'https://x.example/', opener_origin: 'https://x.example', scopes: ['admin'] }),
      [...kInvalid, '/return_url', '/opener_origin', '/scopes/0']],
    ['POST', () => `/v1/connect-sessions/${has.session.id}/confirm`, {}, [...kInvalid, '/code']],
    ['POST', () => `/v1/connect-sessions/${has.session.id}/confirm`, { code: 'x' }, [409, 'conflict']],
    ['POST', '/v1/connections', {}, [...kInvalid, '/credential']],
    ['POST', '/v1/connections', () => ({ credential: has.credential.id, audience: 'y', username: 'z' }), [...kInvalid, '/end_user', '/credential', '/audience', '/username']],
    ['POST', '/v1/connections', () => ({ credential: has.credential.id, metadata: { a: 1 }, import: { expires_at: 'tomorrow', scopes: [1], more: 1 } }),
      [...kInvalid, '/metadata/a', '/import/access_token', '/import/expires_at', '/import/scopes/0', '/import/more']],
    ['PATCH', () => `/v1/connections/${has.connection.id}`, { end_user: { id: 'other' }, held: 'yes', state: 'active' }, [...kInvalid, '/end_user/id', '/held', '/state']],
    ['GET', () => `/v1/connections/${has.connection.id}/token?min_ttl=-1&audience=&nope=1`, undefined, [...kInvalid, '/min_ttl', '/audience', '/nope']],
    ['GET', () => `/v1/connections/${has.connection.id}/token?min_ttl=86401`, undefined, [...kInvalid, '/min_ttl']],
    ['GET', () => `/v1/connections/${has.connection.id}/token?name=bot`, undefined, [...kInvalid, '/name']],
    ['POST', () => `/v1/connections/${has.connection.id}/refresh`, { rejected_generation: 0 }, [...kInvalid, '/rejected_generation']],
    ['POST', () => `/v1/connections/${has.connection.id}/refresh`, { rejected_generation: 99 }, [422, 'generation_unknown']],
    ['GET', '/v1/connections?state=perfect', undefined, [...kInvalid, '/state']],
    ['GET', '/v1/credentials?grant_type=implicit', undefined, [...kInvalid, '/grant_type']],
    ['POST', '/v1/keys', {}, [...kInvalid, '/name', '/scopes']],
    ['POST', '/v1/keys', { name: 'x', scopes: ['nope', 'tokens:read', 'also'], role: 'god', expires_at: 'never', limits: { x: 1 } },
      [...kInvalid, '/role', '/scopes/0', '/scopes/2', '/limits/x', '/expires_at']],
    ['POST', '/v1/keys', { name: long, scopes: ['*'], expires_at: '2001-01-01T00:00:00Z' }, [...kInvalid, '/name', '/expires_at']],
    ['PATCH', '/v1/policy', { max_credentials: 'x', nope: 1 }, [...kInvalid, '/max_credentials', '/nope']],
  ];
  for (const [i, [method, path, body, told]] of rows.entries()) {
    test(`${i + 1}. ${method} ${String(path).replace(/^\(\) => `|`$/g, '')}: ${told.slice(1).join(' ')}`, async () => {
      await refused(method, typeof path === 'function' ? path() : path, typeof body === 'function' ? body() : body, told);
    });
  }

  test('tenants, by an installation key', async () => {
    const as_installation = { key: broker.installation_key };
    await refused('POST', '/v1/tenants', {}, [...kInvalid, '/name'], as_installation);
    await refused('POST', '/v1/tenants', { name: 'x'.repeat(101), policy: { forbid_password_grant: 1, max_connections: -1, x: 2 } },
      [...kInvalid, '/name', '/policy/forbid_password_grant', '/policy/max_connections', '/policy/x'], as_installation);
    await refused('POST', '/v1/keys', { name: 'x', scopes: ['*'] }, [...kInvalid, '/tenant'], as_installation);
    await refused('POST', '/v1/keys', { name: 'x', role: 'installation', scopes: ['*'], tenant: 'ten_default', limits: {} }, [...kInvalid, '/scopes', '/tenant', '/limits'], as_installation);
  });

  test('security_s17_a_tenant_makes_its_policy_tighter_and_only_an_installation_key_wider', async () => {
    assert.deepEqual((await broker.api('GET', '/v1/policy')).effective, { max_credentials: null, max_connections: null });
    const { effective } = await broker.api('PATCH', '/v1/policy', { body: { max_connections: 1000, forbid_password_grant: true } });
    assert.equal(effective.max_connections, 1000);
    for (const [change, pointer] of [[{ max_connections: 1001 }, '/max_connections'], [{ max_connections: null }, '/max_connections'], [{ forbid_password_grant: false }, '/forbid_password_grant']]) {
      await refused('PATCH', '/v1/policy', change, [403, 'forbidden', pointer]);
    }
    await broker.api('PATCH', '/v1/tenants/ten_default', { key: broker.installation_key, body: { policy: { max_connections: null, forbid_password_grant: false } } });
    assert.equal((await broker.api('GET', '/v1/policy')).max_connections, null);
  });

  test('bad input leaves nothing behind', async () => {
    const names = (await broker.api('GET', '/v1/credentials?limit=200')).data.map(({ name }) => name);
    assert.deepEqual(names, ['furnished']);
    assert.deepEqual((await broker.api('GET', '/v1/connections')).data.length, 1);
    const own = (await broker.api('GET', '/v1/integrations?limit=200')).data.filter(({ custom, slug }) => custom && slug !== 'custom');
    assert.deepEqual(own.map(({ slug }) => slug), ['acme']);
  });
});

describe('one member of a credential at a time', () => {
  const good = plain_credential('one member');
  const rows = [
    ['name', '', '/name'], ['name', 'x'.repeat(101), '/name'], ['description', 'x'.repeat(1001), '/description'],
    ['authentication_type', 'oauth1', '/authentication_type'], ['grant_type', 'implicit', '/grant_type'],
    ['client_id', '', '/client_id'], ['client_secret', '', '/client_secret'], ['client_secret', 7, '/client_secret'],
    ['base_uri', 'http://api.example.com', '/base_uri'], ['base_uri', 'https://api.example.com/?q=1', '/base_uri'], ['base_uri', null, '/base_uri'],
    ['authorization_url', '//x', '/authorization_url'], ['authorization_url', 'https://u:p@example.com/', '/authorization_url'],
    ['token_url', 'https://127.1/t', '/token_url'], ['token_url', 'https://0x7f.1/t', '/token_url'], ['token_url', 'https://example.com\\@evil.example/', '/token_url'],
    ['token_url', 'https://exämple.com/', '/token_url'], ['token_url', 'https://[fe80::1%25eth0]/', '/token_url'], ['token_url', 'ftp://example.com/', '/token_url'],
    ['scopes', ['a b'], '/scopes/0'], ['scopes', ['x', 'x'], '/scopes/1'], ['scopes', 'x', '/scopes'],
    ['return_urls', ['https://ok.example/', 'http://example.com/'], '/return_urls/1'], ['return_urls', ['/relative'], '/return_urls/0'],
    ['opener_origins', ['*'], '/opener_origins/0'], ['opener_origins', ['https://app.example/'], '/opener_origins/0'],
    ['completion', 'later', '/completion'], ['keep_password', true, '/keep_password'], ['pkce', 'yes', '/pkce'],
    ['requires_iss', true, '/issuer'], ['account', { from: 'userinfo', path: 'sub' }, '/userinfo_url'], ['account', { path: 'sub' }, '/account/from'],
    ['rotation', 'grace', '/rotation_grace'], ['rotation', 'often', '/rotation'],
    ['authorization_params', { state: 'x' }, '/authorization_params/state'], ['token_params', { client_secret: 'x' }, '/token_params/client_secret'],
    ['config_services', { nope: 'x' }, '/config_services/nope'], ['placeholders', { x: 'y' }, '/placeholders/x'],
    ['audiences', ['https://a.example/', ''], '/audiences/1'], ['callback_key', 'short', '/callback_key'],
    ['redirect_uri', 'https://app.example/callback#fragment', '/redirect_uri'], ['surprise', 1, '/surprise'],
  ];
  for (const [member, value, pointer] of rows) {
    test(`${member} = ${JSON.stringify(value).slice(0, 50)}`, () => refused('POST', '/v1/credentials', { ...good, [member]: value }, [...kInvalid, pointer]));
  }

  test('security_s12_pkce_off_together_with_a_foreign_redirect_uri', () => refused('POST', '/v1/credentials', { ...good, pkce: false, redirect_uri: 'https://app.example/callback' }, [...kInvalid, '/pkce']));

  for (const type of ['token', 'id_token', 'code id_token', 'id_token token', 'code token', 'code id_token token']) {
    test(`checklist_14_no_front_channel_token: response type ${type} comes with a later version`, async () => {
      const { errors } = await refused('POST', '/v1/credentials', { ...good, response_type: type }, [422, 'not_supported', '/response_type']);
      assert.match(errors[0].detail, /accepted: code/);
    });
  }

  test('checklist_15_the_response_type_is_code_unless_said_otherwise', async () => {
    assert.equal(has.credential.response_type, 'code');
    await refused('POST', '/v1/credentials', { ...good, response_type: 'tokens' }, [...kInvalid, '/response_type']);
  });

  for (const uri of ['http://app.example/callback', 'http://192.168.0.1/callback', 'ftp://app.example/', 'callback']) {
    test(`checklist_23_no_redirect_uri_over_plain_http: ${uri}`, () => refused('POST', '/v1/credentials', { ...good, redirect_uri: uri }, [...kInvalid, '/redirect_uri']));
  }

  for (const [member, value] of [['client_authentication', 'private_key_jwt'], ['client_authentication', 'tls_client_auth'], ['legacy', true]]) {
    test(`${member} = ${value} comes with a later version`, () => refused('POST', '/v1/credentials', { ...good, [member]: value }, [422, 'not_supported', `/${member}`]));
  }
});

describe('a request that cannot be read', () => {
  const deep = `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`;
  const rows = [['nothing', ''], ['half', '{'], ['a list', '[]'], ['a string', '"x"'], ['surplus bytes', '{"a":1}x'], ['a NUL', '\0'], ['70 levels', deep], ['no UTF-8', Buffer.from('{"name":"\xff"}', 'latin1')]];
  for (const [name, body] of rows) {
    test(`a body that is ${name}`, async () => {
      for (const { method, path } of kRoutes.filter((route) => route.method === 'POST' && !route.path.includes('{') && route.scopes && !route.path.endsWith('/import'))) {
        await refused(method, path, body, [400, 'malformed_request'], { headers: { 'content-type': 'application/json' } });
      }
    });
  }

  test('another content type, or none', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp']) {
      await refused('POST', '/v1/keys', '{"name":"x","scopes":["*"]}', [400, 'malformed_request'], { headers: { 'content-type': type } });
    }
    await refused('POST', '/v1/keys', '{"name":"x","scopes":["*"]}', [400, 'malformed_request']);
    await refused('POST', '/v1/keys', '{}', [...kInvalid, '/name', '/scopes'], { headers: { 'content-type': 'Application/JSON; charset=utf-8' } });
  });

  test('no such path, and what is no path', async () => {
    for (const path of ['/', '/v1', '/v1/', '/v1/credentials/', '/V1/credentials', '/v1/credentials/a/b', '/v1/nope', '/v1/credentials/%zz', '/v1/credentials/%00', '/v1/credentials/a%2fb', '/v1/credentials/..%2fkeys']) {
      const answer = await raw('GET', path);
      assert.equal(answer.status, 404, path);
      assert_problem({ ...answer, body: answer.json() }, 'not_found', []);
    }
  });

  test('a method that the path does not know', async () => {
    const paths = [...new Set(kRoutes.filter(({ method }) => method !== 'ANY').map(({ path }) => path))];
    for (const path of paths) {
      const known = kRoutes.filter((route) => route.path === path).flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      const answer = await broker.call('PUT', path_with({ path }, 'x'), { body: {}, expect: 405 });
      assert_problem(answer, 'method_not_allowed', []);
      assert.deepEqual(answer.headers.allow.split(', ').sort(), known.sort(), path);
    }
  });

  test('a body that is too large', async () => {
    const answer = await broker.call('POST', '/v1/keys', { body: { name: 'x'.repeat(2 << 20), scopes: ['*'] }, expect: 413 });
    assert_problem(answer, 'payload_too_large', []);
  });

  test('the log has a line with the error id, and not what was sent', async () => {
    const mark = randomBytes(16).toString('hex');
    const { error_id } = await refused('POST', `/v1/keys?${mark}=${mark}`, { [mark]: mark }, [...kInvalid, '/name', '/scopes', `/${mark}`]);
    assert.ok(broker.log().includes(error_id));
    assert.ok(!broker.log().includes(mark));
  });
});

describe('paging', () => {
  const kLists = ['/v1/integrations', '/v1/credentials', '/v1/connections', '/v1/keys', '/v1/events', '/v1/audit', '/v1/services', '/v1/endpoints', '/v1/destinations', '/v1/deliveries'];

  for (const path of kLists) {
    test(`${path}: every page once, in one order, and the end is said`, async () => {
      const whole = (await broker.api('GET', `${path}?limit=200`));
      assert.equal(whole.next, null);
      for (const limit of [1, 2, whole.data.length]) {
        const seen = [];
        let after = '';
        for (let pages = 0; after !== null && pages <= whole.data.length; pages += 1) {
          const page = await broker.api('GET', `${path}?limit=${limit}&after=${encodeURIComponent(after)}`);
          assert.ok(page.data.length <= limit);
          seen.push(...page.data);
          after = page.next;
        }
        assert.equal(after, null);
        assert.deepEqual(seen, whole.data);
      }
    });

    test(`${path}: limits and cursors that are none`, async () => {
      for (const limit of ['0', '201', '-1', '1.5', 'x', '']) await refused('GET', `${path}?limit=${limit}`, undefined, [...kInvalid, '/limit']);
      for (const after of ['!', '%00', 'a=b']) await refused('GET', `${path}?after=${after}`, undefined, [...kInvalid, '/after']);
      await refused('GET', `${path}?limit=0&after=!`, undefined, [...kInvalid, '/limit', '/after']);
    });
  }
});

describe('conditions', () => {
  const rows = [['credential', () => `/v1/credentials/${has.credential.id}`, { description: 'newer' }], ['connection', () => `/v1/connections/${has.connection.id}`, { metadata: { a: 'b' } }],
    ['integration', () => '/v1/integrations/acme', { description: 'newer' }], ['policy', () => '/v1/policy', { forbid_front_channel: true }]];
  for (const [name, path, change] of rows) {
    test(`If-Match on a ${name}: who read an older revision changes nothing`, async () => {
      const { headers: { etag }, body: before_it } = await broker.call('GET', path());
      assert.match(etag, /^"\d+"$/);
      const patch = (if_match, expect) => broker.call('PATCH', path(), { body: change, headers: { 'if-match': if_match }, expect });
      assert_problem(await patch('"999"', 412), 'precondition_failed', []);
      assert_problem(await patch('W/"1"', 412), 'precondition_failed', []);
      assert.deepEqual((await broker.call('GET', path())).body, before_it);
      const changed = await patch(`"999", ${etag}`, 200);
      assert.notEqual(changed.headers.etag, etag);
      assert.equal((await broker.call('GET', path())).headers.etag, changed.headers.etag);
      assert_problem(await patch(etag, 412), 'precondition_failed', []);
      await patch('*', 200);
      if (name !== 'policy') assert_problem(await broker.call('DELETE', path(), { headers: { 'if-match': etag }, expect: 412 }), 'precondition_failed', []);
    });
  }

  test('of two changes of one revision at once, one is made', async () => {
    const { id } = await broker.api('POST', '/v1/credentials', { body: plain_credential('raced') });
    const { headers: { etag } } = await broker.call('GET', `/v1/credentials/${id}`);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((description) => broker.call('PATCH', `/v1/credentials/${id}`, { body: { description }, headers: { 'if-match': etag }, expect: [200, 412] })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    assert.equal((await broker.api('GET', `/v1/credentials/${id}`)).description, answers.find(({ status }) => status === 200).body.description);
  });
});

describe('repeats', () => {
  const repeat_key = () => ({ 'idempotency-key': randomBytes(12).toString('hex') });

  test('security_s19_a_repeat_gets_the_first_answer_and_makes_nothing', async () => {
    const headers = repeat_key();
    const body = plain_credential('made once');
    const post = (more) => broker.call('POST', '/v1/credentials', { body, headers, ...more });
    const first = await post({ expect: 201 });
    for (let i = 0; i < 2; i += 1) {
      const again = await post({ expect: 201 });
      assert.deepEqual([again.body, again.headers.etag, again.headers.location, again.headers['idempotency-replayed']], [first.body, first.headers.etag, first.headers.location, 'true']);
    }
    assert.equal(first.headers['idempotency-replayed'], undefined);
    // without the key the name is taken
    assert_problem(await broker.call('POST', '/v1/credentials', { body, expect: 409 }), 'conflict', ['/name']);
  });

  test('security_s19_another_body_under_the_same_key_is_refused', async () => {
    const headers = repeat_key();
    await broker.call('POST', '/v1/callback-keys', { body: { integration: 'custom' }, headers, expect: 201 });
    const other = await broker.call('POST', '/v1/callback-keys', { body: { integration: 'github' }, headers, expect: 409 });
    assert_problem(other, 'idempotency_conflict', []);
    // the same key on another path is another request
    await broker.call('POST', '/v1/credentials', { body: plain_credential('another path'), headers, expect: 201 });
  });

  test('security_s19_an_answer_that_held_a_secret_is_not_kept', async () => {
    const rows = [['/v1/keys', { name: 'once', scopes: ['tokens:read'] }, ({ key }) => key], ['/v1/connect-sessions', { credential: has.credential.id, end_user: { id: 'u' } }, ({ connect_url }) => connect_url.split('/').pop()]];
    for (const [path, body, secret_of] of rows) {
      const headers = repeat_key();
      const first = await broker.call('POST', path, { body, headers, expect: 201 });
      const text = secret(secret_of(first.body));
      assert.equal(first.headers['cache-control'], 'no-store');
      const again = await broker.call('POST', path, { body, headers, expect: 409 });
      assert.deepEqual([again.body.code, again.body.resource_id], ['idempotency_conflict', first.body.id]);
      assert.ok(!again.text.includes(text));
    }
  });

  test('security_s19_of_many_at_once_with_one_key_one_is_made', async () => {
    const headers = repeat_key();
    const body = { ...imported(has.credential, { id: 'at once' }) };
    const answers = await Promise.all(Array.from({ length: 10 }, () => broker.call('POST', '/v1/connections', { body, headers, expect: [201, 409] })));
    const made = answers.filter(({ status }) => status === 201);
    assert.ok(made.length >= 1);
    assert.equal(new Set(made.map((answer) => answer.body.id)).size, 1);
    for (const { body: problem } of answers.filter(({ status }) => status === 409)) assert.equal(problem.code, 'idempotency_conflict');
    assert.equal((await broker.api('GET', '/v1/connections?end_user=at%20once')).data.length, 1);
  });

  test('security_s19_a_refusal_is_not_kept_and_a_key_that_is_none_is_told', async () => {
    const headers = repeat_key();
    await broker.call('POST', '/v1/callback-keys', { body: { integration: 'nope' }, headers, expect: 422 });
    await broker.call('POST', '/v1/callback-keys', { body: { integration: 'custom' }, headers, expect: 201 });
    for (const bad of ['with space', 'x'.repeat(256)]) await refused('POST', '/v1/callback-keys', { integration: 'custom' }, [400, 'malformed_request'], { headers: { 'idempotency-key': bad } });
  });
});

describe('what no answer may hold', () => {
  test('security_s23_answers_with_tokens_are_no_store_and_never_compressed', async () => {
    const headers = { 'accept-encoding': 'gzip, deflate, br, zstd' };
    for (const [method, path, body] of [['GET', `/v1/connections/${has.connection.id}/token`], ['POST', '/v1/keys', { name: 'seen once', scopes: ['tokens:read'] }]]) {
      const answer = await broker.call(method, path, { body, headers });
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers['content-encoding'], undefined);
      assert.equal(answer.headers['content-type'], 'application/json');
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
  });

  test('security_s23_a_key_in_the_query_opens_nothing', async () => {
    for (const name of ['access_token', 'api_key', 'key', 'token', 'authorization']) {
      const answer = await broker.call('GET', `/v1/connections/${has.connection.id}/token?${name}=${broker.key}`, { key: null, expect: 401 });
      assert_problem(answer, 'unauthenticated', []);
      assert.ok(!answer.text.includes(broker.key));
    }
    assert.ok(!broker.log().includes(broker.key));
  });

  test('checklist_24_a_token_read_answers_in_the_body_and_no_answer_holds_a_stored_secret', async () => {
    const [client_secret, access_token, refresh_token] = [new_secret(), new_secret(), new_secret()];
    const credential = await broker.api('POST', '/v1/credentials', { body: plain_credential('never shown', { client_secret }) });
    assert.deepEqual([credential.client_secret, credential.client_secret_set], [undefined, true]);
    const connection = await broker.api('POST', '/v1/connections', { body: { ...imported(credential), import: { access_token, refresh_token } } });
    const read = await broker.call('GET', `/v1/connections/${connection.id}/token`);
    assert.equal(read.body.access_token, access_token);
    assert.ok(!JSON.stringify(read.headers).includes(access_token));
    const answers = [['GET', `/v1/credentials/${credential.id}`], ['GET', '/v1/credentials'], ['GET', `/v1/connections/${connection.id}`], ['GET', '/v1/connections'], ['GET', '/v1/events'], ['GET', '/v1/audit?limit=200'],
      ['PATCH', `/v1/credentials/${credential.id}`, { description: 'x' }], ['POST', `/v1/credentials/${credential.id}/rotate-secret`, { client_secret: new_secret() }], ['GET', '/v1/keys'], ['GET', '/metrics']];
    for (const [method, path, body] of answers) {
      const { text } = await broker.call(method, path, { body });
      for (const hidden of [client_secret, refresh_token, access_token]) assert.ok(!text.includes(hidden), path);
    }
  });

  test('security_s21_an_unknown_host_is_misdirected', async () => {
    for (const host of ['attacker.example', `attacker.example:${broker.port}`, '169.254.169.254']) {
      const answer = await raw('GET', '/v1/connections', { headers: { host } });
      assert.equal(answer.status, 421, host);
      assert_problem({ ...answer, body: answer.json() }, 'misdirected_request', []);
    }
    assert.equal((await raw('GET', '/healthz', { headers: { host: `localhost:${broker.port}` } })).status, 200);
  });
});

describe('integrations, whole', () => {
  test('a custom integration is made, read, changed and deleted', async () => {
    const made = await broker.call('POST', '/v1/integrations', { body: { ...plain_integration('whole'), scopes: [{ name: 'read', description: 'Read' }] }, expect: 201 });
    assert.equal(made.headers.location, '/v1/integrations/whole');
    const changed = await broker.api('PATCH', '/v1/integrations/whole', { body: { description: 'changed', scopes: null } });
    assert.deepEqual([changed.description, changed.scopes ?? [], changed.token_url], ['changed', [], made.body.token_url]);
    assert.deepEqual(await broker.api('GET', '/v1/integrations/whole'), changed);
    await broker.call('DELETE', '/v1/integrations/whole', { expect: 204 });
    await broker.api('GET', '/v1/integrations/whole', { expect: 404 });
  });

  test('the catalogue is there: ten and custom', async () => {
    const { data } = await broker.api('GET', '/v1/integrations?limit=200');
    const slugs = data.map(({ slug }) => slug);
    for (const slug of ['custom', 'facebook', 'github', 'google', 'microsoft', 'notion', 'quickbooks', 'salesforce', 'shopify', 'slack', 'zendesk']) assert.ok(slugs.includes(slug), slug);
  });

  test('origins say where each value of a credential comes from', async () => {
    const made = await broker.api('POST', '/v1/credentials', { body: { name: 'origins', integration: 'github', grant_type: 'authorization_code', client_id: 'x', client_secret: new_secret(), scopes: ['repo'] } });
    const { origins } = made;
    assert.deepEqual([origins.token_url, origins.scopes, origins.pkce], ['integration', 'operator', 'default']);
    for (const url of ['webhook_url', 'action_url', 'authentication_url']) assert.ok(made[url].startsWith(broker.origin), url);
  });
});
