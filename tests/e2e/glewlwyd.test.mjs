// Password, Client Credentials and Auth Code against Debian's glewlwyd: its plugin `oidc` rotates refresh tokens, `oauth2` does not.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { connect_account } from '../support/connect_flow.mjs';
import { glewlwyd_credential } from '../support/credential_bodies.mjs';
import { eventually } from '../support/eventually.mjs';
import { start_glewlwyd } from '../support/glewlwyd.mjs';
import { http_request, post_form } from '../support/http_request.mjs';
import { register_at_glewlwyd } from '../support/registration.mjs';
import { Sink } from '../support/sink.mjs';
import { secret } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

let server;
let product;
let broker;
before(async () => {
  [server, product, broker] = await Promise.all([start_glewlwyd(), Sink.start(), start_valetkey({ name: 'glewlwyd' })]);
  secret(server.password, server.client_secret);
});
after(async () => { await Promise.all([broker?.end(), product?.stop()]); await server?.stop(); });

const make_credential = (more) => broker.api('POST', '/v1/credentials', { body: glewlwyd_credential(server, more), expect: 201 });
const make_connection = (credential, { expect = 201, ...more } = {}) => broker.api('POST', '/v1/connections', {
  body: { credential: credential.id, end_user: { id: 'user-1' }, username: server.username, password: server.password, ...more }, expect,
});
const token_of = (connection, options) => broker.api('GET', `/v1/connections/${connection.id}/token`, options);
const forced = (connection, rejected_generation, options) => broker.api('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation }, ...options });
const call_api = (plugin, { access_token }) => http_request(server[plugin].api_url, { headers: { authorization: `Bearer ${access_token}` } });
/** Whether the oidc plugin still takes the access token (RFC 7662). */
const is_active = async ({ access_token }) => (await post_form(server.oidc.introspection_url, { token: access_token }, server.basic(server.clients.basic))).json().active;
/** How many refresh tokens the end user sees as live in his account at the oidc plugin. */
async function live_refresh_tokens() {
  const { username, password } = server;
  const login = await http_request(`${server.issuer}/api/auth/`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) });
  const cookie = login.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
  const answer = await http_request(`${server.issuer}/api/oidc/token?limit=1000`, { headers: { cookie } });
  return answer.json().filter(({ enabled }) => enabled).length;
}
const token_requests = async () => {
  const { text } = await broker.call('GET', '/metrics');
  return [...text.matchAll(/^valetkey_token_requests_total\{[^}]*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
};

function files_below(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files_below(join(folder, entry.name)) : [join(folder, entry.name)]));
}
const files_that_hold = (text) => files_below(broker.directory).filter((file) => readFileSync(file).includes(text));

const kRefreshing = [['oidc', 'basic'], ['oidc', 'post'], ['oauth2', 'basic']];

describe('Password', () => {
  for (const [plugin, client] of kRefreshing) {
    test(`checklist_19_the_password_grant_works_and_is_warned_about, ${plugin} ${client}`, async () => {
      const credential = await make_credential({ plugin, client });
      const warning = credential.warnings.find(({ code }) => code === 'password_grant');
      assert.equal(warning.reference, 'RFC 9700 section 2.4');
      const connection = await make_connection(credential);
      assert.deepEqual([connection.state, connection.end_user.id], ['active', 'user-1']);
      const seen = [await token_of(connection)];
      // the oidc plugin ends the whole chain at the second use of a refresh token, so that each round needs the newest
      for (let round = 0; round < 3; round += 1) {
        const fresh = await forced(connection, seen.at(-1).generation);
        assert.equal((await call_api(plugin, fresh)).status, 200);
        seen.push(fresh);
      }
      assert.equal(new Set(seen.map(({ access_token }) => access_token)).size, seen.length);
      assert.deepEqual(seen.at(-1).scopes, ['read', 'write']);
    });
  }

  test('checklist_19_a_wrong_password_is_tried_once_and_leaves_nothing', async () => {
    const credential = await make_credential({ plugin: 'oidc' });
    const wrong = secret('not the password of anybody');
    const requests = await token_requests();
    const refused = await make_connection(credential, { password: wrong, expect: 422 });
    assert.deepEqual([refused.code, refused.retryable, refused.act], ['provider_rejected', false, 'caller']);
    assert.ok(!JSON.stringify(refused).includes(wrong));
    assert.equal(await token_requests(), requests + 1);
    assert.deepEqual((await broker.api('GET', `/v1/connections?credential=${credential.id}`)).data, []);
    assert.equal((await make_connection(credential)).state, 'active');
  });

  test('a wrong client secret is the credential\'s fault, not the end user\'s', async () => {
    const credential = await make_credential({ plugin: 'oidc', client: 'post', client_secret: 'certainly not the secret' });
    const refused = await make_connection(credential, { expect: [409, 422] });
    // this server answers 400 without a body: what is wrong cannot be told from it, but nobody is told to try again
    assert.equal(refused.retryable, false);
    assert.ok(!JSON.stringify(refused).includes(server.password));
  });

  test('checklist_19_a_tenant_policy_forbids_the_password_grant', async () => {
    // the policy only gets tighter, so that this has a broker of its own
    const strict = await start_valetkey({ name: 'no-password' });
    try {
      await strict.api('PATCH', '/v1/policy', { body: { forbid_password_grant: true } });
      const refused = await strict.api('POST', '/v1/credentials', { body: glewlwyd_credential(server), expect: 422 });
      assert.equal(refused.code, 'policy_forbids');
      assert.deepEqual(refused.errors.map(({ pointer }) => pointer), ['/grant_type']);
      assert.match(refused.errors[0].detail, /RFC 9700 section 2\.4/);
      await strict.api('PATCH', '/v1/policy', { body: { forbid_password_grant: false }, expect: 403 });
    } finally {
      await strict.end();
    }
  });

  test('checklist_19_the_password_is_nowhere_on_disk', async () => {
    await make_connection(await make_credential({ plugin: 'oidc' }));
    await make_connection(await make_credential({ plugin: 'oauth2' }));
    const kept = files_that_hold('glewlwyd');
    assert.ok(kept.some((file) => /valetkey\.db/.test(file)), 'names of credentials are in clear: the search finds what is there');
    for (const text of [server.password, encodeURIComponent(server.password), Buffer.from(server.password).toString('base64'), server.client_secret]) assert.deepEqual(files_that_hold(text), []);
  });

  test('members of other grants are refused, each with its pointer', async () => {
    const credential = await make_credential({ plugin: 'oidc' });
    const refused = await broker.api('POST', '/v1/connections', { body: { credential: credential.id, audience: 'x', scopes: ['read', 'admin'] }, expect: 422 });
    assert.deepEqual(new Set(refused.errors.map(({ pointer }) => pointer)), new Set(['/end_user', '/username', '/password', '/audience', '/scopes/1']));
  });
});

describe('Client Credentials', () => {
  for (const plugin of ['oidc', 'oauth2']) {
    test(`a token of plugin ${plugin}, asked for again by force`, async () => {
      const credential = await make_credential({ plugin, client: 'machine', grant_type: 'client_credentials' });
      const connection = await broker.api('POST', '/v1/connections', { body: { credential: credential.id }, expect: 201 });
      const first = await token_of(connection);
      const second = await forced(connection, first.generation);
      assert.notEqual(second.access_token, first.access_token);
      assert.deepEqual([second.scopes, second.generation], [['read'], 2]);
    });
  }
});

describe('Auth Code', () => {
  for (const [plugin, client] of [['oidc', 'basic'], ['oidc', 'public'], ['oauth2', 'basic']]) {
    test(`plugin ${plugin}, client ${client}`, async () => {
      const return_url = `${product.origin}/connected`;
      const credential = await register_at_glewlwyd(broker, server, { plugin, client, return_urls: [return_url] });
      const browser = new Browser();
      const { connection } = await connect_account(broker, { credential: credential.id, return_url, browser, at_provider: () => server.consent(browser) });
      const first = await token_of(connection);
      assert.equal((await call_api(plugin, first)).status, 200);
      const second = await forced(connection, first.generation);
      assert.notEqual(second.access_token, first.access_token);
      assert.equal((await call_api(plugin, second)).status, 200);
    });
  }
});

describe('expiry and the end', () => {
  test('an expired token is replaced when it is read', async () => {
    const short = await start_glewlwyd({ access_token_duration: 3 });
    try {
      secret(short.password, short.client_secret);
      const credential = await broker.api('POST', '/v1/credentials', { body: glewlwyd_credential(short) });
      const connection = await broker.api('POST', '/v1/connections', { body: { credential: credential.id, end_user: { id: 'u' }, username: short.username, password: short.password } });
      const first = await token_of(connection);
      await eventually(() => Date.parse(first.expires_at) < Date.now());
      const second = await token_of(connection);
      assert.ok(second.generation > first.generation);
      assert.equal((await http_request(short.oidc.api_url, { headers: { authorization: `Bearer ${second.access_token}` } })).status, 200);
      await broker.api('DELETE', `/v1/connections/${connection.id}`);
    } finally {
      await short.stop();
    }
  });

  test('deleting the connection revokes its refresh token there, and the access token that this server would let live', async () => {
    const credential = await make_credential({ plugin: 'oidc' });
    const connection = await make_connection(credential);
    const kept = await make_connection(credential, { end_user: { id: 'user-2' } });
    const [token, other] = [await token_of(connection), await token_of(kept)];
    assert.equal(await is_active(token), true);
    const live = await live_refresh_tokens();
    assert.ok(live >= 2);
    const { revocation } = await broker.api('DELETE', `/v1/connections/${connection.id}`);
    assert.equal(revocation.outcome, 'revoked');
    assert.equal(await live_refresh_tokens(), live - 1);
    assert.deepEqual([await is_active(token), await is_active(other)], [false, true]);
    assert.equal((await forced(kept, other.generation)).generation, other.generation + 1);
  });

  test('where no revocation endpoint is known, deleting says so', async () => {
    const credential = await make_credential({ plugin: 'oauth2' });
    assert.ok(credential.warnings.some(({ code }) => code === 'no_revocation_url'));
    const { revocation } = await broker.api('DELETE', `/v1/connections/${(await make_connection(credential)).id}`);
    assert.equal(revocation.outcome, 'not_supported');
    assert.ok(revocation.detail);
  });
});
