import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { Browser } from './browser.mjs';
import { start_glewlwyd } from './glewlwyd.mjs';
import { http_request, post_form } from './http_request.mjs';
import { Sink } from './sink.mjs';

let server;
let receiver;
let redirect_uri;
before(async () => {
  receiver = await Sink.start();
  server = await start_glewlwyd({ access_token_duration: 1800 });
  redirect_uri = `${receiver.origin}/callback`;
  await server.set_redirect_uris([redirect_uri]);
});
after(() => Promise.all([server?.stop(), receiver?.stop()]));

const by_basic = () => [{}, server.basic(server.clients.basic)];
const by_post = () => [server.clients.post, {}];
const token = ({ token_url }, members, [body, headers] = by_basic()) => post_form(token_url, { ...members, ...body }, headers);
const password_grant = (urls, auth) => token(urls, { grant_type: 'password', username: server.username, password: server.password, scope: 'read write' }, auth);
const call_api = ({ api_url }, access_token) => http_request(api_url, { headers: { authorization: `Bearer ${access_token}` } });

describe('plugin oidc', () => {
  for (const [name, auth] of [['basic', by_basic], ['post', by_post]]) {
    test(`password grant by ${name}, refresh with rotation, and a second use ends the chain`, async () => {
      const first = (await password_grant(server.oidc, auth())).json();
      assert.equal(first.expires_in, 1800);
      assert.equal((await call_api(server.oidc, first.access_token)).status, 200);
      const refresh = (refresh_token) => token(server.oidc, { grant_type: 'refresh_token', refresh_token }, auth());
      const second = (await refresh(first.refresh_token)).json();
      assert.notEqual(second.refresh_token, first.refresh_token);
      const third = (await refresh(second.refresh_token)).json();
      // this server refuses with a status alone
      const again = await refresh(first.refresh_token);
      assert.deepEqual([again.status, again.text], [400, '']);
      assert.equal((await refresh(third.refresh_token)).status, 400);
    });
  }

  test('wrong password and wrong client secret', async () => {
    assert.equal((await token(server.oidc, { grant_type: 'password', username: server.username, password: 'no', scope: 'read' })).status, 403);
    const wrong = [{ client_id: 'post', client_secret: 'no' }, {}];
    assert.equal((await password_grant(server.oidc, wrong)).status, 400);
  });

  test('client credentials', async () => {
    const answer = (await token(server.oidc, { grant_type: 'client_credentials', scope: 'read' }, [{}, server.basic(server.clients.machine)])).json();
    assert.equal(answer.refresh_token, undefined);
    assert.ok(answer.access_token);
  });

  test('revocation, seen by introspection', async () => {
    const { access_token, refresh_token } = (await password_grant(server.oidc)).json();
    const [, headers] = by_basic();
    assert.equal((await post_form(server.oidc.introspection_url, { token: access_token }, headers)).json().active, true);
    assert.equal((await post_form(server.oidc.revocation_url, { token: access_token }, headers)).status, 200);
    assert.equal((await call_api(server.oidc, access_token)).status, 401);
    assert.equal((await post_form(server.oidc.revocation_url, { token: refresh_token }, headers)).status, 200);
    assert.equal((await token(server.oidc, { grant_type: 'refresh_token', refresh_token })).status, 400);
  });

  test('authorisation code with PKCE after the user signed in', async () => {
    const verifier = randomBytes(32).toString('base64url');
    const browser = new Browser();
    const query = new URLSearchParams({
      response_type: 'code', client_id: 'basic', redirect_uri, scope: 'read write', state: 'abc',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
    });
    await browser.open(`${server.oidc.authorization_url}?${query}`);
    await server.consent(browser);
    const callback = new URL(browser.page.url).searchParams;
    assert.equal(callback.get('state'), 'abc');
    const answer = await token(server.oidc, { grant_type: 'authorization_code', code: callback.get('code'), redirect_uri, code_verifier: verifier });
    assert.equal((await call_api(server.oidc, answer.json().access_token)).status, 200);
  });
});

describe('plugin oauth2', () => {
  test('password grant, and a refresh token that does not rotate', async () => {
    const { refresh_token } = (await password_grant(server.oauth2)).json();
    for (let i = 0; i < 2; i += 1) {
      const answer = (await token(server.oauth2, { grant_type: 'refresh_token', refresh_token })).json();
      assert.equal(answer.refresh_token, undefined);
      assert.equal((await call_api(server.oauth2, answer.access_token)).json().username, server.username);
    }
  });

  test('client credentials', async () => {
    assert.equal((await token(server.oauth2, { grant_type: 'client_credentials', scope: 'read' }, [{}, server.basic(server.clients.machine)])).status, 200);
  });
});
