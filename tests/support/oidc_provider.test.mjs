import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Browser } from './browser.mjs';
import { basic_authorization, http_request, post_form } from './http_request.mjs';
import { start_oidc_provider } from './oidc_provider.mjs';
import { Sink } from './sink.mjs';

let provider;
let receiver;
let redirect_uri;
before(async () => {
  receiver = await Sink.start();
  provider = await start_oidc_provider({ accounts: { alice: 'wonderland' } });
  redirect_uri = `${receiver.origin}/callback`;
  await provider.set({ redirect_uris: [redirect_uri] });
});
after(() => Promise.all([provider?.stop(), receiver?.stop()]));

const basic = (client) => ({ authorization: basic_authorization(client, provider.client_secret) });

async function connect(client_id, { scope = 'openid read', login = 'alice', password = 'wonderland', extra = {} } = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code', client_id, redirect_uri, scope, state: 'abc',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...extra,
  });
  const browser = new Browser();
  await browser.open(`${provider.authorization_url}?${query}`);
  assert.match(browser.page.text, /Sign in/);
  await browser.submit({ login, password });
  assert.match(browser.page.text, /Allow access/);
  await browser.submit();
  return { callback: new URL(browser.page.url).searchParams, verifier };
}

const redeem = ({ callback, verifier }, members = {}, headers = {}) => post_form(provider.token_url, {
  grant_type: 'authorization_code', code: callback.get('code'), redirect_uri, code_verifier: verifier, ...members,
}, headers);

const call_api = (token) => http_request(provider.api_url, { headers: { authorization: `Bearer ${token}` } });

test('code flow with basic, then refresh with rotation, reuse kills the grant', async () => {
  const flow = await connect('confidential-basic');
  assert.equal(flow.callback.get('state'), 'abc');
  assert.equal(flow.callback.get('iss'), provider.issuer);
  const tokens = (await redeem(flow, {}, basic('confidential-basic'))).json();
  assert.equal((await call_api(tokens.access_token)).json().account, 'alice');
  const refresh = (refresh_token) => post_form(provider.token_url, { grant_type: 'refresh_token', refresh_token }, basic('confidential-basic'));
  const second = (await refresh(tokens.refresh_token)).json();
  assert.notEqual(second.refresh_token, tokens.refresh_token);
  assert.equal((await refresh(tokens.refresh_token)).json().error, 'invalid_grant');
  assert.equal((await call_api(second.access_token)).status, 401);
  const counters = await provider.counters();
  assert.deepEqual(counters.token.refresh_token, { total: 2, ok: 1, refused: 1, errors: { invalid_grant: 1 } });
  assert.equal(counters.grants_revoked, 1);
});

test('code flow with post and with a public client, userinfo, introspection, revocation', async () => {
  const post = { client_id: 'confidential-post', client_secret: provider.client_secret };
  const tokens = (await redeem(await connect('confidential-post'), post)).json();
  const userinfo = await http_request(provider.userinfo_url, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.equal(userinfo.json().sub, 'alice');
  assert.equal((await post_form(provider.introspection_url, { token: tokens.access_token, ...post })).json().active, true);
  assert.equal((await post_form(provider.revocation_url, { token: tokens.refresh_token, ...post })).status, 200);
  assert.equal((await call_api(tokens.access_token)).status, 401);

  const open = (await redeem(await connect('public'), { client_id: 'public' })).json();
  assert.equal((await call_api(open.access_token)).status, 200);
  assert.ok(open.refresh_token);
});

test('the tokens that it issued are known to the leak scan', async () => {
  const tokens = (await redeem(await connect('confidential-basic'), {}, basic('confidential-basic'))).json();
  const issued = (await http_request(`${provider.issuer}/_control/secrets`)).json();
  assert.ok(issued.includes(tokens.access_token) && issued.includes(tokens.refresh_token));
});

test('client credentials, and the lifetime that was set', async () => {
  await provider.set({ access_token_ttl: 7 });
  const answer = await post_form(provider.token_url, { grant_type: 'client_credentials', scope: 'read' }, basic('machine-basic'));
  assert.equal(answer.json().expires_in, 7);
  assert.equal((await call_api(answer.json().access_token)).json().account, 'machine-basic');
  await provider.set({ access_token_ttl: 3600 });
});

test('offline_access is honoured: asked with consent there is a refresh token, else none', async () => {
  await provider.set({ refresh_tokens: 'offline_access' });
  const without = (await redeem(await connect('confidential-basic'), {}, basic('confidential-basic'))).json();
  assert.equal(without.refresh_token, undefined);
  const flow = await connect('confidential-basic', { scope: 'openid offline_access read', extra: { prompt: 'consent' } });
  assert.ok((await redeem(flow, {}, basic('confidential-basic'))).json().refresh_token);
  await provider.set({ refresh_tokens: 'always' });
});

test('a denial, a wrong password, an unregistered redirect URI', async () => {
  const query = (uri) => new URLSearchParams({ response_type: 'code', client_id: 'confidential-basic', redirect_uri: uri, scope: 'openid', state: 'x' });
  const browser = new Browser();
  await browser.open(`${provider.authorization_url}?${query(redirect_uri)}`);
  await browser.submit({ login: 'alice', password: 'wrong' });
  assert.equal(browser.page.status, 403);
  await browser.open(`${provider.authorization_url}?${query(redirect_uri)}`);
  await browser.submit({}, { form: 'deny' });
  assert.equal(new URL(browser.page.url).searchParams.get('error'), 'access_denied');
  await browser.open(`${provider.authorization_url}?${query('http://127.0.0.1:1/other')}`);
  assert.equal(browser.page.status, 400);
});
