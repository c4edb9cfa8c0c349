// Auth Code and Client Credentials against npm oidc-provider, which rotates refresh tokens and ends a grant whose token is used twice.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { at_oidc_provider, connect_account, returned, walk } from '../support/connect_flow.mjs';
import { oidc_credential } from '../support/credential_bodies.mjs';
import { eventually } from '../support/eventually.mjs';
import { start_gate } from '../support/gate.mjs';
import { basic_authorization, http_request, post_form } from '../support/http_request.mjs';
import { start_oidc_provider } from '../support/oidc_provider.mjs';
import { register_at_oidc } from '../support/registration.mjs';
import { Sink } from '../support/sink.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

const kHour = 3600;

let provider;
let product;
let broker;
let return_url;
before(async () => {
  // one test holds an answer back until a thousand readers wait for it, however busy the machine is
  [provider, product, broker] = await Promise.all([start_oidc_provider(), Sink.start(), start_valetkey({ name: 'oidc', env: { VALETKEY_TOKEN_REQUEST_TIMEOUT: '120' } })]);
  return_url = `${product.origin}/connected`;
});
after(async () => { await Promise.all([broker?.end(), product?.stop()]); await provider?.stop(); });
beforeEach(async () => {
  await provider.set({ access_token_ttl: kHour });
  await provider.reset_counters();
});

const register = (more = {}) => register_at_oidc(broker, provider, { return_urls: [return_url], ...more });
const connect = (credential, { login = 'alice', ...more } = {}) => connect_account(broker, {
  credential: credential.id, return_url, at_provider: at_oidc_provider({ login }), ...more,
});
const token_of = (connection, options) => broker.api('GET', `/v1/connections/${connection.id}/token`, options);
const forced = (connection, rejected_generation, options) => broker.api('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation }, ...options });
const call_api = ({ token_type, access_token }) => http_request(provider.api_url, { headers: { authorization: `${token_type} ${access_token}` } });
const account_at_api = async (token) => {
  const answer = await call_api(token);
  assert.equal(answer.status, 200, answer.text);
  return answer.json().account;
};
const issued_secrets = async () => new Set((await http_request(`${provider.issuer}/_control/secrets`)).json());
/** Codes and tokens that the provider issued while `work` ran and still keeps. */
async function issued_during(work) {
  const earlier = await issued_secrets();
  const result = await work();
  return [result, [...await issued_secrets()].filter((one) => !earlier.has(one))];
}
const is_past = (time) => Date.parse(time) < Date.now();

describe('Auth Code', () => {
  for (const client of ['confidential-basic', 'confidential-post', 'public']) {
    test(`checklist_17_a_rotated_refresh_token_is_survived, ${client}`, async () => {
      await provider.set({ access_token_ttl: 2 });
      const { connection, browser } = await connect(await register({ client }));
      assert.deepEqual(browser.violations, []);
      assert.deepEqual([connection.state, connection.account, connection.end_user.id], ['active', 'alice', 'user-1']);
      const first = await token_of(connection);
      assert.deepEqual(first.scopes, ['openid', 'offline_access', 'read']);
      await provider.set({ access_token_ttl: kHour });
      await eventually(() => is_past(first.expires_at));
      const seen = [first, await token_of(connection)];
      // this server ends a grant at the second use of a refresh token: each round needs the token of the round before it
      for (let round = 0; round < 3; round += 1) seen.push(await forced(connection, seen.at(-1).generation));
      for (const token of seen.slice(1)) assert.equal(await account_at_api(token), 'alice');
      assert.equal(new Set(seen.map(({ access_token }) => access_token)).size, seen.length);
      assert.deepEqual(seen.map(({ generation }) => generation), [1, 2, 3, 4, 5]);
      const { token, grants_revoked } = await provider.counters();
      assert.equal(token.authorization_code.total, 1);
      assert.deepEqual(token.refresh_token, { total: 4, ok: 4, refused: 0, errors: {} });
      assert.equal(grants_revoked, 0);
    });
  }

  test('checklist_10_pkce_by_a_confidential_client, which the server insists on', async () => {
    await provider.set({ require_pkce: true });
    const { browser } = await connect(await register());
    const asked = new URL(browser.history.find(({ url }) => url.startsWith(provider.authorization_url)).url).searchParams;
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.match(asked.get('code_challenge'), /^[A-Za-z0-9_-]{43}$/);
    assert.equal(asked.get('code_verifier'), null);
    await provider.set({ require_pkce: undefined });
  });

  test('checklist_33_the_token_is_used_by_header_and_nothing_of_the_flow_tells_who_connects', async () => {
    const { connection, browser, session } = await connect(await register(), { end_user: { id: 'user-4711', email: 'someone@example.test' } });
    const asked = new URL(browser.history.find(({ url }) => url.startsWith(provider.authorization_url)).url).searchParams;
    assert.match(asked.get('state'), /^[A-Za-z0-9_-]{43,}$/);
    assert.equal(asked.get('scope'), 'openid offline_access read');
    for (const revealing of ['user-4711', 'someone', session.id, connection.id, connection.credential]) {
      assert.ok(!asked.toString().includes(revealing), `${revealing} is in ${asked}`);
    }
    // userinfo was asked for the account, and took the token from the header: this server reads no token from a query
    assert.equal((await provider.counters()).userinfo, 1);
    assert.equal((await token_of(connection)).token_type, 'Bearer');
  });
});

describe('Client Credentials', () => {
  for (const client of ['machine-basic', 'machine-post']) {
    test(`a token by ${client}, asked for again when it has ended, revoked with the connection`, async () => {
      await provider.set({ access_token_ttl: 2 });
      const credential = await broker.api('POST', '/v1/credentials', { body: oidc_credential(provider, { client, scopes: ['read', 'write'] }) });
      const connection = await broker.api('POST', '/v1/connections', { body: { credential: credential.id }, expect: 201 });
      assert.equal(connection.state, 'active');
      const first = await token_of(connection);
      assert.equal(await account_at_api(first), client);
      await provider.set({ access_token_ttl: kHour });
      await eventually(() => is_past(first.expires_at));
      const second = await token_of(connection);
      assert.notEqual(second.access_token, first.access_token);
      assert.equal(await account_at_api(second), client);

      const again = await broker.api('POST', '/v1/connections', { body: { credential: credential.id }, expect: 409 });
      assert.equal(again.code, 'conflict');
      const narrow = await broker.api('POST', '/v1/connections', { body: { credential: credential.id, scopes: ['read'] }, expect: 201 });
      assert.deepEqual((await token_of(narrow)).scopes, ['read']);

      const live = await token_of(connection);
      assert.equal(await account_at_api(live), client);
      const removed = await broker.api('DELETE', `/v1/connections/${connection.id}`);
      assert.equal(removed.revocation.outcome, 'revoked');
      assert.equal((await call_api(live)).status, 401);
      assert.equal((await provider.counters()).token.refresh_token, undefined);
    });
  }
});

describe('refresh', () => {
  test('refresh_5_5_a_thousand_concurrent_readers_of_an_expired_token_make_one_token_request', async () => {
    const gate = await start_gate(provider.port);
    const agent = new http.Agent({ keepAlive: true });
    try {
      await provider.set({ access_token_ttl: 2 });
      const { connection } = await connect(await register({ token_url: `${gate.origin}/token` }));
      const { expires_at, access_token } = await token_of(connection);
      gate.close_door();
      await provider.set({ access_token_ttl: kHour });
      await provider.reset_counters();
      await eventually(() => is_past(expires_at));

      const readers = Array.from({ length: 1000 }, () => token_of(connection, { agent }));
      await gate.arrived();
      // all of them are on their own connection and wait for an answer
      await eventually(async () => {
        const { text } = await broker.call('GET', '/metrics');
        return Number(/^valetkey_http_connections (\d+)$/m.exec(text)[1]) > readers.length;
      }, { within_ms: 90_000 });
      assert.deepEqual((await provider.counters()).token, {});
      gate.open_door();

      const tokens = await Promise.all(readers);
      assert.equal(new Set(tokens.map((token) => token.access_token)).size, 1);
      assert.equal(new Set(tokens.map(({ generation }) => generation)).size, 1);
      assert.notEqual(tokens[0].access_token, access_token);
      assert.deepEqual((await provider.counters()).token, { refresh_token: { total: 1, ok: 1, refused: 0, errors: {} } });
      assert.equal(await account_at_api(tokens[0]), 'alice');
    } finally {
      agent.destroy();
      await gate.stop();
    }
  });

  test('security_s24_a_hundred_concurrent_callers_force_one_refresh_per_generation', async () => {
    const { connection } = await connect(await register());
    const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
    try {
      let { generation } = await token_of(connection);
      for (let round = 1; round <= 3; round += 1) {
        const answers = await Promise.all(Array.from({ length: 100 }, () => forced(connection, generation, { agent })));
        assert.deepEqual(new Set(answers.map((answer) => answer.generation)), new Set([generation + 1]));
        assert.equal(new Set(answers.map(({ access_token }) => access_token)).size, 1);
        assert.equal((await provider.counters()).token.refresh_token.total, round);
        // who comes late with a generation that was replaced gets the newer token and starts nothing
        assert.equal((await forced(connection, generation)).access_token, answers[0].access_token);
        assert.equal((await provider.counters()).token.refresh_token.total, round);
        generation += 1;
      }
      const unknown = await forced(connection, generation + 5, { expect: 422 });
      assert.equal(unknown.code, 'generation_unknown');
      const nameless = await broker.api('POST', `/v1/connections/${connection.id}/refresh`, { body: {}, expect: 422 });
      assert.deepEqual(nameless.errors.map(({ pointer }) => pointer), ['/rejected_generation']);
      assert.equal((await provider.counters()).token.refresh_token.total, 3);
    } finally {
      agent.destroy();
    }
  });

  test('checklist_18_a_token_that_nobody_gives_spends_nothing_of_the_grant', async () => {
    const { connection } = await connect(await register());
    const live = await token_of(connection);
    const nameless = await broker.api('GET', `/v1/connections/${connection.id}/token?name=bot`, { expect: 422 });
    assert.deepEqual(nameless.errors.map(({ pointer }) => pointer), ['/name']);
    assert.deepEqual((await provider.counters()).token.refresh_token, undefined);

    // this server spends the refresh token of a request whose audience it refuses: who asks for one must not end the grant of all
    const asked = (target) => broker.api('GET', `/v1/connections/${target.id}/token?audience=${encodeURIComponent('https://api.example/')}`, { expect: 422 });
    const refused = await asked(connection);
    assert.deepEqual([refused.code, refused.errors.map(({ pointer }) => pointer)], ['invalid_input', ['/audience']]);
    await broker.api('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: live.generation, audience: 'https://api.example/' }, expect: 422 });
    assert.deepEqual((await provider.counters()).token.refresh_token, undefined);
    assert.equal(await account_at_api(await forced(connection, live.generation)), 'alice');

    // what the operator named is asked for; that the server refuses it is told to who asked, and keeps nobody else waiting
    const machine = await broker.api('POST', '/v1/credentials', { body: oidc_credential(provider, { client: 'machine-basic', audiences: ['https://api.example/'] }) });
    const by_machine = await broker.api('POST', '/v1/connections', { body: { credential: machine.id } });
    for (let i = 0; i < 2; i += 1) {
      const told = await asked(by_machine);
      assert.deepEqual([told.code, told.errors.map(({ pointer }) => pointer)], ['provider_rejected', ['/audience']]);
      assert.match(told.detail, /invalid_target/);
    }
    const { grant } = await broker.api('GET', `/v1/connections/${by_machine.id}`);
    assert.deepEqual([grant.failures, grant.next_attempt_at, grant.last_error], [0, null, null]);
    assert.equal((await forced(by_machine, 1)).generation, 2);
  });

  test('refresh_5_6_a_grant_that_ended_at_the_provider_needs_a_reconnect_and_is_not_asked_for_again', async () => {
    const credential = await register();
    const { connection } = await connect(credential);
    const live = await token_of(connection);
    // the end user takes the access away at the provider, whose token of ours only the broker knows: the whole grant goes with it
    const answer = await post_form(provider.revocation_url, { token: live.access_token }, { authorization: basic_authorization(credential.client_id, provider.client_secret) });
    assert.equal(answer.status, 200);
    assert.equal((await call_api(live)).status, 401);
    const refused = await forced(connection, live.generation, { expect: 409 });
    assert.deepEqual([refused.code, refused.act, refused.retryable], ['needs_reconnect', 'end_user', false]);
    await forced(connection, live.generation, { expect: 409 });
    assert.equal((await provider.counters()).token.refresh_token.total, 1);
    const { state, state_reason } = await broker.api('GET', `/v1/connections/${connection.id}`);
    assert.deepEqual([state, state_reason], ['needs_reconnect', 'invalid_grant']);

    const { connection: renewed } = await connect(credential, { session: { connection: connection.id } });
    assert.deepEqual([renewed.id, renewed.state], [connection.id, 'active']);
    assert.equal(await account_at_api(await token_of(connection)), 'alice');
  });
});

describe('the end of a connection', () => {
  /** None of `tokens` opens anything at the provider any more. */
  async function assert_dead(tokens, client) {
    assert.ok(tokens.length >= 2, 'an access token and a refresh token were issued');
    for (const refresh_token of tokens) {
      assert.equal((await call_api({ token_type: 'Bearer', access_token: refresh_token })).status, 401);
      const answer = await post_form(provider.token_url, { grant_type: 'refresh_token', refresh_token }, { authorization: basic_authorization(client, provider.client_secret) });
      assert.equal(answer.json().error, 'invalid_grant');
    }
  }

  test('deleting it revokes its grant at the provider, and only its own', async () => {
    const credential = await register();
    const { connection: kept } = await connect(credential, { login: 'bob' });
    const [{ connection }, tokens] = await issued_during(() => connect(credential));
    const before_it = await token_of(connection);
    assert.equal(await account_at_api(before_it), 'alice');

    const removed = await broker.api('DELETE', `/v1/connections/${connection.id}`);
    assert.deepEqual(removed, { id: connection.id, deleted: true, revocation: { outcome: 'revoked' } });
    // the refresh token, and the access token for servers that would let it live
    assert.equal((await provider.counters()).revocations, 2);
    await assert_dead(tokens, credential.client_id);
    await token_of(connection, { expect: 404 });
    await broker.api('GET', `/v1/connections/${connection.id}`, { expect: 404 });
    await broker.api('DELETE', `/v1/connections/${connection.id}`, { expect: 404 });
    assert.equal(await account_at_api(await token_of(kept)), 'bob');
    const { data } = await broker.api('GET', `/v1/events?type=connection.deleted&connection=${connection.id}`);
    assert.deepEqual(data.map(({ data: { revocation } }) => revocation), ['revoked']);
  });

  test('deleting an end user ends the connections of all credentials, and nobody else\'s', async () => {
    const [one, other] = [await register(), await register({ client: 'confidential-post' })];
    const end_user = { id: 'leaves/for ever' };
    const first = await connect(one, { end_user });
    const second = await connect(other, { end_user, login: 'carol' });
    const stays = await connect(one, { end_user: { id: 'stays' }, login: 'dave' });
    const tokens = [await token_of(first.connection), await token_of(second.connection)];

    const answer = await broker.api('DELETE', `/v1/end-users/${encodeURIComponent(end_user.id)}`);
    assert.equal(answer.end_user, end_user.id);
    assert.deepEqual(new Set(answer.connections.map(({ id }) => id)), new Set([first.connection.id, second.connection.id]));
    assert.deepEqual(answer.connections.map(({ revocation }) => revocation.outcome), ['revoked', 'revoked']);
    for (const token of tokens) assert.equal((await call_api(token)).status, 401);
    assert.equal(await account_at_api(await token_of(stays.connection)), 'dave');
    assert.deepEqual((await broker.api('GET', `/v1/connections?end_user=${encodeURIComponent(end_user.id)}`)).data, []);
    await broker.api('DELETE', `/v1/end-users/${encodeURIComponent(end_user.id)}`, { expect: 404 });
  });

  test('a provider that cannot be reached is said, and the connection is gone here all the same', async () => {
    const gate = await start_gate(provider.port);
    const credential = await register({ revocation_url: `${gate.origin}/token/revocation` });
    const { connection } = await connect(credential);
    await gate.stop();
    const { revocation } = await broker.api('DELETE', `/v1/connections/${connection.id}`);
    assert.equal(revocation.outcome, 'failed');
    assert.ok(revocation.detail);
    await broker.api('GET', `/v1/connections/${connection.id}`, { expect: 404 });
  });
});

describe('renewal', () => {
  test('security_s09_the_same_account_keeps_the_connection_and_gets_a_new_grant', async () => {
    const credential = await register();
    const { connection } = await connect(credential);
    const old = await token_of(connection);
    const { connection: renewed } = await connect(credential, { session: { connection: connection.id } });
    assert.equal(renewed.id, connection.id);
    const fresh = await token_of(connection);
    assert.notEqual(fresh.access_token, old.access_token);
    assert.equal(await account_at_api(fresh), 'alice');
    assert.equal((await broker.api('GET', `/v1/connections?credential=${credential.id}`)).data.length, 1);
  });

  test('refresh_5_7_until_a_renewal_is_confirmed_the_old_grant_works', async () => {
    const credential = await register();
    const { connection } = await connect(credential);
    const old = await token_of(connection);
    const { session, code } = await connect(credential, { session: { connection: connection.id }, confirm: false });
    assert.equal((await token_of(connection)).access_token, old.access_token);
    assert.equal(await account_at_api(await forced(connection, old.generation)), 'alice');
    await broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code } });
    assert.equal(await account_at_api(await token_of(connection)), 'alice');
  });

  test('security_s09_another_account_is_refused_and_the_old_grant_works_on', async () => {
    const credential = await register();
    const { connection } = await connect(credential);
    const old = await token_of(connection);
    const session = await broker.api('POST', '/v1/connect-sessions', { body: { credential: credential.id, end_user: { id: 'user-1' }, connection: connection.id, return_url } });
    const page = await walk(new Browser(), session.connect_url, at_oidc_provider({ login: 'mallory' }));
    assert.equal(page.status, 409);
    assert.match(page.visible, /That is another account/);
    assert.match(page.visible, /choose the same account as before/);
    const back = page.links.find(({ text }) => text === 'Go back').href;
    assert.deepEqual(returned({ url: back }), { session_id: session.id, status: 'error', error: 'account_mismatch' });
    const { status, error } = await broker.api('GET', `/v1/connect-sessions/${session.id}`);
    assert.deepEqual([status, error], ['failed', 'account_mismatch']);

    const { account, state } = await broker.api('GET', `/v1/connections/${connection.id}`);
    assert.deepEqual([account, state], ['alice', 'active']);
    assert.equal((await token_of(connection)).access_token, old.access_token);
    assert.equal(await account_at_api(await forced(connection, old.generation)), 'alice');
  });

  test('security_s09_a_renewal_keeps_its_end_user_and_credential', async () => {
    const [credential, other] = [await register(), await register()];
    const { connection } = await connect(credential);
    for (const wish of [{ credential: credential.id, end_user: { id: 'user-2' } }, { credential: other.id, end_user: { id: 'user-1' } }]) {
      const refused = await broker.api('POST', '/v1/connect-sessions', { body: { ...wish, connection: connection.id, return_url }, expect: 422 });
      assert.deepEqual(refused.errors.map(({ pointer }) => pointer), ['/connection']);
    }
  });
});

describe('server metadata', () => {
  const checks_of = async (credential) => Object.fromEntries((await broker.api('POST', `/v1/credentials/${credential.id}/test`)).checks.map(({ name, ...rest }) => [name, rest]));

  test('checklist_21_a_credential_is_held_against_the_metadata_of_its_server', async () => {
    const checks = await checks_of(await register({ introspection_url: provider.introspection_url }));
    assert.deepEqual([checks.metadata.outcome, checks.metadata.detail], ['ok', `agrees with ${provider.issuer}/.well-known/oauth-authorization-server`]);
    for (const name of ['authorization_url', 'token_url', 'revocation_url', 'introspection_url', 'userinfo_url', 'base_uri']) assert.equal(checks[name].outcome, 'ok', name);
    assert.equal(checks.client.outcome, 'skipped');
  });

  test('checklist_21_what_differs_from_the_metadata_is_named', async () => {
    const checks = await checks_of(await register({ token_url: `${provider.issuer}/old/token`, requires_iss: false }));
    assert.equal(checks.metadata.outcome, 'failed');
    assert.ok(checks.metadata.detail.includes(`token_endpoint is ${provider.token_url}`), checks.metadata.detail);
    assert.match(checks.metadata.detail, /RFC 9207/);
  });

  test('a client that the server accepts, one that it rejects, a server that is not there', async () => {
    const make = (more) => broker.api('POST', '/v1/credentials', { body: oidc_credential(provider, { client: 'machine-basic', ...more }) });
    assert.equal((await checks_of(await make())).client.outcome, 'ok');
    const rejected = (await checks_of(await make({ client_secret: 'certainly not the secret' }))).client;
    assert.equal(rejected.outcome, 'failed');
    assert.match(rejected.detail, /invalid_client/);
    const gate = await start_gate(provider.port);
    await gate.stop();
    const gone = await checks_of(await make({ token_url: `${gate.origin}/token` }));
    assert.deepEqual([gone.token_url.outcome, gone.client.outcome], ['failed', 'failed']);
  });
});
