// What a credential's services find out about its accounts: whether tokens still work, who connected, and tokens of the operator's own
// making, against npm oidc-provider and an API that answers as it is told.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { Webhook } from 'standardwebhooks';

import { at_oidc_provider, connect_account } from '../support/connect_flow.mjs';
import { eventually } from '../support/eventually.mjs';
import { basic_authorization, http_request, post_form } from '../support/http_request.mjs';
import { answer_json, listen, read_body } from '../support/listener.mjs';
import { start_oidc_provider } from '../support/oidc_provider.mjs';
import { register_at_oidc } from '../support/registration.mjs';
import { Sink } from '../support/sink.mjs';
import { secret } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

let provider;
let product;
let broker;
let api;
let return_url;

/** The API of an application: `answers` are used up first, then `otherwise`. */
class ScriptedApi {
  answers = [];
  requests = [];
  otherwise = { status: 200, body: { ok: true, user: 'alice' } };

  static async start() {
    const made = new ScriptedApi();
    made.listener = await listen((req, res) => made.#handle(req, res));
    made.origin = made.listener.origin;
    return made;
  }

  async #handle(req, res) {
    const body = (await read_body(req)).toString();
    this.requests.push({ method: req.method, url: req.url, headers: req.headers, body });
    const answer = this.answers.shift() ?? this.otherwise;
    if (answer.hang) return;
    if (answer.reset) {
      req.socket.destroy();
      return;
    }
    if (typeof answer.body === 'string') {
      res.writeHead(answer.status, answer.headers);
      res.end(answer.body);
      return;
    }
    answer_json(res, answer.status, answer.body ?? {}, answer.headers);
  }

  stop() { return this.listener.close(); }
}

const kByCall = {
  by: 'call',
  path: '/auth.test',
  valid: [{ status: [200] }, { body: 'ok', equals: 'true' }],
  invalid: [[{ status: [401] }], [{ status: [200] }, { body: 'ok', equals: 'false' }]],
  reason: 'error',
  account: 'user',
};

before(async () => {
  [provider, product, broker, api] = await Promise.all([start_oidc_provider(), Sink.start(), start_valetkey({ name: 'validation' }), ScriptedApi.start()]);
  return_url = `${product.origin}/connected`;
});
after(async () => {
  await Promise.all([broker?.end(), product?.stop(), api?.stop()]);
  await provider?.stop();
});
beforeEach(async () => {
  api.answers = [];
  api.requests = [];
  api.otherwise = { status: 200, body: { ok: true, user: 'alice' } };
  await provider.reset_counters();
});

let made = 0;
const service = (wish) => {
  made += 1;
  return broker.api('POST', '/v1/services', { body: { name: `service ${made}`, ...wish } });
};
const declared = (token_check) => service({ implementation: 'declarative', document: { title: 'A check', token_check } });
const register = (more = {}) => register_at_oidc(broker, provider, { return_urls: [return_url], ...more });
const connect = async (credential) => (await connect_account(broker, { credential: credential.id, return_url, at_provider: at_oidc_provider() })).connection;
const validate = (connection, options) => broker.api('POST', `/v1/connections/${connection.id}/validate`, options);
const read = (connection) => broker.api('GET', `/v1/connections/${connection.id}`);
const token_of = (connection) => broker.api('GET', `/v1/connections/${connection.id}/token`);
const refreshes = async () => (await provider.counters()).token.refresh_token?.total ?? 0;

/** A connection whose check after connecting is done, and nothing counted of it. */
async function connected(token_check, more = {}) {
  const { id } = await declared(token_check);
  const credential = await register({ config_services: { token_validation: id }, ...more });
  const connection = await connect(credential);
  await eventually(async () => (await read(connection)).validation !== null);
  await provider.reset_counters();
  api.requests = [];
  return connection;
}
const at_scripted_api = () => connected(kByCall, { base_uri: `${api.origin}/api` });

describe('a check by a call to the API', () => {
  test('it runs after connecting, and a connection tells what was found', async () => {
    const connection = await at_scripted_api();
    const { validation, app_user_id } = await read(connection);
    assert.equal(validation.outcome, 'valid');
    assert.equal(app_user_id, 'alice', 'the account, where no mapper is named');
    const { access_token } = await token_of(connection);
    const found = await validate(connection);
    assert.deepEqual({ ...found, checked_at: null }, { outcome: 'valid', reason: null, account: 'alice', expires_at: null, scopes: [], checked_at: null });
    assert.ok(Math.abs(Date.parse(found.checked_at) - Date.now()) < 60_000);
    assert.deepEqual([api.requests[0].url, api.requests[0].headers.authorization], ['/api/auth.test', `Bearer ${access_token}`]);
    assert.equal(await refreshes(), 0);
  });

  test('a token that is invalid with 200 is renewed once, and good again', async () => {
    const connection = await at_scripted_api();
    api.answers = [{ status: 200, body: { ok: false, error: 'token_revoked' } }];
    assert.equal((await validate(connection)).outcome, 'valid');
    assert.equal(await refreshes(), 1);
    assert.equal(api.requests.length, 2);
    assert.notEqual(api.requests[0].headers.authorization, api.requests[1].headers.authorization);
    assert.equal((await read(connection)).state, 'active');
  });

  test('still invalid, the connection needs a reconnect, and its event says so once', async () => {
    const connection = await at_scripted_api();
    api.otherwise = { status: 401, body: { ok: false, error: 'token_revoked' } };
    const found = await validate(connection);
    assert.deepEqual([found.outcome, found.reason], ['invalid', 'token_revoked']);
    assert.equal(await refreshes(), 1, 'once per generation, not once per answer');
    const { state, state_reason, validation } = await read(connection);
    assert.deepEqual([state, state_reason, validation.outcome], ['needs_reconnect', 'token_invalid', 'invalid']);
    const refused = await broker.call('POST', `/v1/connections/${connection.id}/validate`, { expect: 409 });
    assert.equal(refused.body.code, 'needs_reconnect');
    const { data } = await broker.api('GET', `/v1/events?connection=${connection.id}&limit=50`);
    assert.equal(data.filter(({ type }) => type === 'connection.needs_reconnect').length, 1);
  });

  test('the token of another account is invalid', async () => {
    const connection = await at_scripted_api();
    api.otherwise = { status: 200, body: { ok: true, user: 'mallory' } };
    const found = await validate(connection);
    assert.deepEqual([found.outcome, found.reason], ['invalid', 'account_mismatch']);
    assert.equal((await read(connection)).state, 'needs_reconnect');
  });

  test('what is not about the token is unknown and changes nothing', async () => {
    const connection = await at_scripted_api();
    const cases = [
      [{ status: 429, body: { ok: false } }, 'rate_limited'],
      [{ status: 500, body: { ok: false } }, 'api_unavailable'],
      [{ status: 503, body: '<html>' }, 'api_unavailable'],
      [{ status: 302, body: {}, headers: { location: 'http://127.0.0.1:1/login' } }, 'redirect'],
      [{ status: 200, body: '<html>sign in</html>' }, 'unreadable'],
      [{ status: 403, body: {} }, 'unexpected_answer'],
      [{ reset: true }, 'no_answer'],
      [{ hang: true }, 'no_answer'],
    ];
    for (const [answer, reason] of cases) {
      api.answers = [answer];
      const found = await validate(connection);
      assert.deepEqual([found.outcome, found.reason], ['unknown', reason], JSON.stringify(answer));
      const { state, validation } = await read(connection);
      assert.deepEqual([state, validation.outcome, validation.reason], ['active', 'unknown', reason]);
    }
    assert.equal(await refreshes(), 0);
  });

  test('without a service there is nothing to ask, and an unknown one cannot be named', async () => {
    const connection = await connect(await register());
    assert.equal((await broker.call('POST', `/v1/connections/${connection.id}/validate`, { expect: 409 })).body.code, 'conflict');
    await assert.rejects(register({ config_services: { token_validation: 'serv_unknown' } }), /422.*\/config_services\/token_validation/s);
    const { id } = await declared(kByCall);
    await assert.rejects(register({ config_services: { user_id_mapper: id } }), /422.*\/config_services\/user_id_mapper/s, 'one of another kind');
  });
});

describe('a check at the authorisation server', () => {
  test('by introspection (RFC 7662): until the token ends, and with the next one again', async () => {
    const connection = await connected({ by: 'introspection' }, { introspection_url: provider.introspection_url });
    const before_it = await validate(connection);
    assert.deepEqual([before_it.outcome, before_it.account, [...before_it.scopes].sort()], ['valid', 'alice', ['offline_access', 'openid', 'read']]);
    const { access_token, expires_at } = await token_of(connection);
    assert.ok(Math.abs(Date.parse(before_it.expires_at) - Date.parse(expires_at)) < 10_000);
    await provider.end_access_token(access_token);
    assert.equal((await validate(connection)).outcome, 'valid', 'it was renewed');
    assert.equal(await refreshes(), 1);
    assert.equal((await provider.counters()).introspections, 3);
  });

  test('by userinfo: until the token ends, and with the next one again', async () => {
    const connection = await connected({ by: 'userinfo' });
    assert.deepEqual([(await validate(connection)).outcome, (await validate(connection)).account], ['valid', 'alice']);
    const { access_token } = await token_of(connection);
    await provider.end_access_token(access_token);
    assert.equal((await validate(connection)).outcome, 'valid');
    assert.equal(await refreshes(), 1);
  });

  test('a grant that the server ended needs a reconnect, with the reason that the server gave', async () => {
    const connection = await connected({ by: 'introspection' }, { introspection_url: provider.introspection_url });
    const { access_token } = await token_of(connection);
    const revoked = await post_form(provider.revocation_url, { token: access_token }, { authorization: basic_authorization('confidential-basic', provider.client_secret) });
    assert.equal(revoked.status, 200, revoked.text);
    const found = await validate(connection);
    assert.deepEqual([found.outcome, found.reason], ['invalid', 'inactive']);
    assert.deepEqual([(await read(connection)).state, (await read(connection)).state_reason], ['needs_reconnect', 'invalid_grant']);
    assert.equal(await refreshes(), 1);
  });

  test('an endpoint that the credential lacks is unknown', async () => {
    const connection = await connected({ by: 'introspection' });
    const found = await validate(connection);
    assert.deepEqual([found.outcome, found.reason], ['unknown', 'not_supported']);
  });
});

describe('services of the operator', () => {
  test('an HTTP service maps the user: signed, and told no token', async () => {
    const own = await ScriptedApi.start();
    own.otherwise = { status: 200, body: { appUserId: 'customer-7' } };
    try {
      const mapper = await service({ implementation: 'http', url: `${own.origin}/map`, kinds: ['user_id_mapper'] });
      const credential = await register({ config_services: { user_id_mapper: mapper.id } });
      const connection = await connect(credential);
      assert.equal(connection.app_user_id, 'customer-7');
      const [{ headers, body }] = own.requests;
      const signed = new Webhook(secret(mapper.signing_secret)).verify(body, headers);
      assert.deepEqual([signed.type, signed.data.account], ['user_id_mapper', 'alice']);
      const { access_token } = await token_of(connection);
      assert.ok(!body.includes(access_token));
    } finally {
      await own.stop();
    }
  });

  test('security_s28_what_an_end_user_typed_never_reaches_the_mapper', async () => {
    const own = await ScriptedApi.start();
    own.otherwise = { status: 200, body: { appUserId: null } };
    try {
      const mapper = await service({ implementation: 'http', url: `${own.origin}/map`, kinds: ['user_id_mapper'] });
      const credential = await register({ config_services: { user_id_mapper: mapper.id } });
      const { connection } = await connect_account(broker, {
        credential: credential.id, return_url, at_provider: at_oidc_provider(), end_user: { id: 'user-typed', display_name: 'typed-name', email: 'typed@example.test' },
      });
      assert.equal(connection.app_user_id, 'alice', 'it finds none: the account');
      assert.ok(!own.requests[0].body.includes('typed'), own.requests[0].body);
    } finally {
      await own.stop();
    }
  });

  test('a script maps the user by a call to the API, before the connection is stored', async () => {
    const source = 'function map(account, context) { const me = context.account.get("/me"); return "at-" + me.json().account; }';
    const mapper = await service({ implementation: 'script', source, kinds: ['user_id_mapper'] });
    const connection = await connect(await register({ config_services: { user_id_mapper: mapper.id } }));
    assert.equal(connection.app_user_id, 'at-alice');
  });

  test('a script that fails loses no connection', async () => {
    const mapper = await service({ implementation: 'script', source: 'function map() { throw new Error("no"); }', kinds: ['user_id_mapper'] });
    const connection = await connect(await register({ config_services: { user_id_mapper: mapper.id } }));
    assert.deepEqual([connection.state, connection.app_user_id], ['active', null]);
  });

  test('a script checks the token: it calls the API, and what it throws is unknown', async () => {
    const source = 'function validate(connection, context) { const me = context.account.get("/me"); return me.status === 200 ? { outcome: "valid", account: me.json().account } : { outcome: "invalid" }; }';
    const checks = await service({ implementation: 'script', source, kinds: ['token_validation'] });
    const connection = await connect(await register({ config_services: { token_validation: checks.id } }));
    assert.deepEqual([(await validate(connection)).outcome, (await validate(connection)).account], ['valid', 'alice']);
    const { access_token } = await token_of(connection);
    await provider.end_access_token(access_token);
    assert.equal((await validate(connection)).outcome, 'valid', 'it was renewed and checked again');
    assert.equal(await refreshes(), 1, 'by the check alone: its calls renew nothing');
    await broker.api('PATCH', `/v1/services/${checks.id}`, { body: { source: 'function validate() { throw new Error("no"); }' } });
    assert.equal((await eventually(async () => { const found = await validate(connection); return found.outcome === 'unknown' && found; })).outcome, 'unknown');
  });

  const kTokens = `
    const ask = (step, context, form) => {
      const answer = context.token.fetch({ method: 'POST', basic: { user: step.clientId, password: '{{secret.client_secret}}' }, form });
      const members = answer.json();
      return { ...members, note: step.parameters.realm };
    };
    function generate(step, context) {
      return ask(step, context, { grant_type: 'authorization_code', code: '{{secret.code}}', code_verifier: '{{secret.code_verifier}}', redirect_uri: step.redirectUri });
    }
    function refresh(step, context) {
      return ask(step, context, { grant_type: 'refresh_token', refresh_token: '{{secret.refresh_token}}' });
    }`;

  test('custom authentication: a script makes and renews the tokens, through the same guard, in the version the credential was given', async () => {
    const tokens = await service({ implementation: 'script', source: kTokens, kinds: ['token_generation', 'token_refreshal'] });
    const credential = await register({ custom: true, config_services: { token_generation: tokens.id, token_refreshal: tokens.id }, config_params: { realm: 'north' } });
    assert.deepEqual([credential.custom, credential.config_params, credential.config_services.token_generation], [true, { realm: 'north' }, `${tokens.id}@1`]);
    const connection = await connect(credential);
    const first = await token_of(connection);
    const at_api = await http_request(provider.api_url, { headers: { authorization: `Bearer ${first.access_token}` } });
    assert.equal(at_api.json().account, 'alice');

    await broker.api('PATCH', `/v1/services/${tokens.id}`, { body: { source: 'function generate() { return {}; } function refresh() { throw new Error("another version"); }' } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => broker.api('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: first.generation } })));
    assert.equal(new Set(answers.map(({ access_token }) => access_token)).size, 1);
    assert.deepEqual((await provider.counters()).token.refresh_token, { total: 1, ok: 1, refused: 0, errors: {} });
    const next = await broker.api('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: answers[0].generation } });
    assert.equal(next.generation, first.generation + 2, 'the rotated token was kept');
    assert.equal((await provider.counters()).grants_revoked, 0);
  });

  test('security_s01_another_version_of_a_token_service_needs_the_client_secret_again', async () => {
    const tokens = await service({ implementation: 'script', source: kTokens, kinds: ['token_generation', 'token_refreshal'] });
    const named = { token_generation: tokens.id, token_refreshal: tokens.id };
    const credential = await register({ custom: true, config_services: named });
    await broker.api('PATCH', `/v1/services/${tokens.id}`, { body: { source: `${kTokens}\n// another` } });
    const { body } = await broker.call('PATCH', `/v1/credentials/${credential.id}`, { body: { config_services: named }, expect: 422 });
    assert.equal(body.errors[0].pointer, '/client_secret');
    const changed = await broker.api('PATCH', `/v1/credentials/${credential.id}`, { body: { config_services: named, client_secret: provider.client_secret } });
    assert.equal(changed.config_services.token_generation, `${tokens.id}@2`);
    assert.equal(changed.endpoint_set, credential.endpoint_set + 1);
  });
});
