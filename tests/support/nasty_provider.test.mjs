import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { basic_authorization, http_request, post_form } from './http_request.mjs';
import { start_nasty_provider } from './nasty_provider.mjs';
import { start_script } from './server_process.mjs';

let provider;
before(async () => { provider = await start_nasty_provider(); });
after(() => provider.stop());
beforeEach(() => {
  provider.log.clear();
  provider.sink.requests.length = 0;
  for (const route of ['/token', '/authorize', '/revoke', '/api/me', 'connect']) provider.script.clear(route);
  Object.assign(provider.settings, { rotation: 'strict', grace_seconds: 0, expires_in: 3600, send_iss: true, account: null });
});

const basic = () => basic_authorization(provider.client_id, provider.client_secret);
const post = (url, members, headers = { authorization: basic() }) => post_form(url, members, headers);
const refresh = (refresh_token) => post(provider.token_url, { grant_type: 'refresh_token', refresh_token });
const call_api = (token) => http_request(provider.api_url, { headers: { authorization: `Bearer ${token}` } });

async function authorize(extra = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code', client_id: provider.client_id, redirect_uri: 'http://127.0.0.1:9/cb', state: 's1', scope: 'read',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...extra,
  });
  const answer = await http_request(`${provider.authorization_url}?${query}`);
  return { status: answer.status, callback: new URL(answer.headers['location']), verifier };
}

const redeem = (callback, verifier) => post(provider.token_url, {
  grant_type: 'authorization_code', code: callback.searchParams.get('code'), redirect_uri: 'http://127.0.0.1:9/cb', code_verifier: verifier,
});

describe('the good provider', () => {
  test('authorisation code with PKCE, then the API', async () => {
    const { status, callback, verifier } = await authorize();
    assert.equal(status, 302);
    assert.equal(callback.searchParams.get('state'), 's1');
    assert.equal(callback.searchParams.get('iss'), provider.issuer);
    const tokens = await (await redeem(callback, verifier)).json();
    assert.equal(tokens.expires_in, 3600);
    const me = await (await call_api(tokens.access_token)).json();
    assert.equal(me.account, tokens.account);
  });

  test('a wrong verifier and a second use of the code are refused, and the second use kills the grant', async () => {
    const first = await authorize();
    assert.equal((await redeem(first.callback, 'wrong')).status, 400);
    const { callback, verifier } = await authorize();
    const tokens = await (await redeem(callback, verifier)).json();
    assert.equal((await redeem(callback, verifier)).status, 400);
    assert.equal((await call_api(tokens.access_token)).status, 401);
  });

  test('password and client credentials', async () => {
    const password = { grant_type: 'password', username: 'alice', password: provider.settings.users.alice };
    assert.equal((await (await post(provider.token_url, password)).json()).account, 'alice');
    assert.equal((await post(provider.token_url, { ...password, password: 'no' })).status, 400);
    const machine = await (await post(provider.token_url, { grant_type: 'client_credentials' })).json();
    assert.equal(machine.refresh_token, undefined);
    assert.equal((await call_api(machine.access_token)).status, 200);
  });

  test('client authentication: basic, post, none, both, wrong', async () => {
    const [{ refresh_token }] = provider.mint();
    const body = { grant_type: 'refresh_token', refresh_token };
    assert.equal((await post(provider.token_url, body, {})).status, 401);
    const both = { ...body, client_id: provider.client_id, client_secret: provider.client_secret };
    assert.equal((await post(provider.token_url, both)).status, 400);
    assert.equal((await post(provider.token_url, { ...both, client_secret: 'no' }, {})).status, 401);
    assert.equal((await post(provider.token_url, both, {})).status, 200);
    assert.deepEqual(provider.log.of('/token').map(({ client_auth }) => client_auth), ['none', 'both', 'post', 'post']);
    assert.deepEqual(provider.counters().reused_after_rotation, 0);
  });

  test('revocation of a refresh token ends the grant', async () => {
    const [{ refresh_token, access_token }] = provider.mint();
    assert.equal((await post(provider.revocation_url, { token: refresh_token })).status, 200);
    assert.equal((await call_api(access_token)).status, 401);
    assert.equal(provider.counters().revocations, 1);
  });
});

describe('rotation', () => {
  test('strict: the second use kills the grant and its live access tokens', async () => {
    const [{ refresh_token, access_token }] = provider.mint();
    const rotated = await (await refresh(refresh_token)).json();
    assert.notEqual(rotated.refresh_token, refresh_token);
    assert.equal((await call_api(access_token)).status, 200);
    assert.equal((await (await refresh(refresh_token)).json()).error, 'invalid_grant');
    assert.equal((await call_api(access_token)).status, 401);
    assert.equal((await call_api(rotated.access_token)).status, 401);
    assert.equal((await refresh(rotated.refresh_token)).status, 400);
    const [first, second] = provider.log.of('/token');
    assert.equal(second.reused, true);
    assert.equal(second.spent_before_by, first.n);
    assert.equal(second.previous_answered, 'full');
    assert.equal(provider.counters().reused_after_rotation, 1);
  });

  test('grace: the old token answers with the current one until the grace is over, and one tick later kills', async () => {
    Object.assign(provider.settings, { rotation: 'grace', grace_seconds: 600 });
    const [{ refresh_token }] = provider.mint();
    const rotated = await (await refresh(refresh_token)).json();
    provider.advance(590);
    assert.equal((await (await refresh(refresh_token)).json()).refresh_token, rotated.refresh_token);
    provider.advance(11);
    assert.equal((await refresh(refresh_token)).status, 400);
    assert.equal((await refresh(rotated.refresh_token)).status, 400);
  });

  test('none: the refresh token stays, and is not repeated', async () => {
    provider.settings.rotation = 'none';
    const [{ refresh_token }] = provider.mint();
    assert.equal((await (await refresh(refresh_token)).json()).refresh_token, undefined);
    assert.equal((await refresh(refresh_token)).status, 200);
  });

  test('an access token ends when its time is over', async () => {
    const [{ access_token }] = provider.mint(1, { expires_in: 60 });
    provider.advance(59);
    assert.equal((await call_api(access_token)).status, 200);
    provider.advance(2);
    assert.equal((await call_api(access_token)).status, 401);
  });
});

describe('nasty answers', () => {
  const script = (...behaviours) => provider.script.push('/token', behaviours);

  test('rotate_then_reset: the rotated token is lost, and the log tells that the reuse was of an unanswered request', async () => {
    script({ rotate_then_reset: true });
    const [{ refresh_token, access_token }] = provider.mint();
    await assert.rejects(refresh(refresh_token));
    assert.equal((await refresh(refresh_token)).status, 400);
    assert.equal((await call_api(access_token)).status, 401);
    const [lost, again] = provider.log.of('/token');
    assert.equal(lost.answered, 'none');
    assert.equal(again.previous_answered, 'none');
  });

  test('reset_after_read and reset_before_read have no effect on the grant', async () => {
    script({ reset_after_read: true }, { reset_before_read: true });
    const [{ refresh_token }] = provider.mint();
    await assert.rejects(refresh(refresh_token));
    await assert.rejects(refresh(refresh_token));
    assert.equal((await refresh(refresh_token)).status, 200);
    const [read, unread] = provider.log.of('/token');
    assert.equal(read.params.refresh_token, refresh_token);
    assert.equal(unread.params.refresh_token, undefined);
  });

  test('reset of the connection itself', async () => {
    provider.script.push('connect', [{ reset: true }]);
    const [{ refresh_token }] = provider.mint();
    await assert.rejects(refresh(refresh_token));
    assert.equal(provider.log.of('/token').length, 0);
    assert.equal((await refresh(refresh_token)).status, 200);
  });

  test('truncated, dripped, huge, chunked and compressed bodies', async () => {
    script({ truncate: 10 }, { drip: { bytes: 40, ms: 1, headers: true } }, { huge: 2 << 20, process: false }, { chunked: true }, { gzip: true });
    let [{ refresh_token }] = provider.mint();
    await assert.rejects(refresh(refresh_token));
    [{ refresh_token }] = provider.mint();
    ({ refresh_token } = await (await refresh(refresh_token)).json());
    assert.ok((await refresh(refresh_token)).text.length > 2 << 20);
    const chunked = await refresh(refresh_token);
    assert.equal(chunked.headers['content-length'], undefined);
    const packed = await refresh((await chunked.json()).refresh_token);
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal(JSON.parse(gunzipSync(packed.body)).token_type, 'Bearer');
  });

  test('non-JSON, empty, raw, 200 with an error, form encoded', async () => {
    script({ body: '<html>', content_type: 'text/html' }, { body: '' }, { raw: 'SSH-2.0\r\n' }, { status: 200, json: { error: 'invalid_grant' } }, { form: true });
    const [{ refresh_token }] = provider.mint();
    assert.equal((await refresh(refresh_token)).text, '<html>');
    assert.equal((await refresh(refresh_token)).text, '');
    await assert.rejects(refresh(refresh_token));
    const soft = await refresh(refresh_token);
    assert.equal(soft.status, 200);
    assert.equal((await soft.json()).error, 'invalid_grant');
    const form = new URLSearchParams((await refresh(refresh_token)).text);
    assert.match(form.get('refresh_token'), /^rt_/);
  });

  test('statuses, Retry-After, OAuth errors and a default that lasts', async () => {
    script({ status: 429, retry_after: 7 }, { status: 503 }, { error: 'invalid_scope' }, { error: 'invalid_client' });
    provider.script.set_default('/token', { status: 502, body: 'bad gateway', content_type: 'text/plain' });
    const [{ refresh_token }] = provider.mint();
    const slow_down = await refresh(refresh_token);
    assert.equal(slow_down.headers['retry-after'], '7');
    const statuses = [slow_down.status];
    for (let i = 0; i < 5; i += 1) statuses.push((await refresh(refresh_token)).status);
    assert.deepEqual(statuses, [429, 503, 400, 401, 502, 502]);
    provider.script.set_default('/token', null);
    assert.equal((await refresh(refresh_token)).status, 200);
  });

  test('members of the token response: missing, string, negative, another account', async () => {
    script({ omit: ['expires_in'] }, { members: { expires_in: '3600' } }, { members: { expires_in: -1 } }, { omit: ['refresh_token'], process: true }, { account: 'mallory' });
    const answers = [];
    for (let i = 0; i < 5; i += 1) {
      const [{ refresh_token }] = provider.mint();
      answers.push(await (await refresh(refresh_token)).json());
    }
    assert.deepEqual(answers.map(({ expires_in }) => expires_in), [undefined, '3600', -1, 3600, 3600]);
    assert.equal(answers[3].refresh_token, undefined);
    assert.equal(answers[4].account, 'mallory');
  });

  test('a redirect at the token endpoint, and the sink tells which secrets followed it', async () => {
    script({ redirect: 307 });
    const [{ refresh_token }] = provider.mint();
    const answer = await refresh(refresh_token);
    assert.equal(answer.status, 307);
    assert.deepEqual(provider.sink.requests, []);
    // a careless client
    await post(answer.headers['location'], { refresh_token });
    assert.equal(provider.sink.requests.length, 1);
    assert.deepEqual(provider.sink.secrets_seen([refresh_token, provider.client_secret, 'other']).sort(), [refresh_token].sort());
  });

  test('the callback: wrong and missing iss, another state, denial', async () => {
    provider.script.push('/authorize', [{ iss: 'https://evil.example' }, { omit_iss: true }, { state: 'forged' }, { deny: true }, { query: { realmId: '7' } }]);
    const callbacks = [];
    for (let i = 0; i < 5; i += 1) callbacks.push(Object.fromEntries((await authorize()).callback.searchParams));
    assert.equal(callbacks[0].iss, 'https://evil.example');
    assert.equal('iss' in callbacks[1], false);
    assert.equal(callbacks[2].state, 'forged');
    assert.equal(callbacks[3].error, 'access_denied');
    assert.equal(callbacks[3].state, 's1');
    assert.equal(callbacks[4].realmId, '7');
  });

  test('requests held at a gate, two with one token seen as concurrent', async () => {
    script({ gate: 'slow' }, { gate: 'slow' });
    const [{ refresh_token }] = provider.mint();
    const both = [refresh(refresh_token), refresh(refresh_token)];
    await provider.script.held('slow', 2);
    assert.equal(provider.script.release('slow'), 2);
    assert.deepEqual((await Promise.all(both)).map(({ status }) => status).sort(), [200, 400]);
    assert.equal(provider.counters().concurrent_same_token, 1);
  });

  test('a client that leaves and asks again is not concurrent', async () => {
    script({ gate_before: 'slow' });
    const [{ refresh_token }] = provider.mint();
    const leaving = new AbortController();
    const first = post_form(provider.token_url, { grant_type: 'refresh_token', refresh_token }, { authorization: basic() }, { signal: leaving.signal });
    await provider.script.held('slow');
    leaving.abort();
    await assert.rejects(first);
    await provider.log.until(({ answered }) => answered === 'abandoned');
    await refresh(refresh_token);
    assert.equal(provider.counters().concurrent_same_token, 0);
    provider.script.release('slow');
  });

  test('a behaviour that does not exist is refused', () => {
    assert.throws(() => script({ truncated: 5 }), /no behaviour is called truncated/);
  });
});

test('5,000 grants are minted at once and each works', async () => {
  const grants = provider.mint(5000);
  assert.equal(new Set(grants.map(({ refresh_token }) => refresh_token)).size, 5000);
  assert.equal((await refresh(grants.at(-1).refresh_token)).status, 200);
});

test('as a process of its own, driven over its control routes', async () => {
  const child = await start_script(new URL('./nasty_provider_server.mjs', import.meta.url), [JSON.stringify({ expires_in: 5 })]);
  try {
    const { control_url, token_url, client_id, client_secret } = child.ready;
    const control = async (path, body) => (await http_request(`${control_url}/_control${path}`, body && { method: 'POST', body: JSON.stringify(body) })).json();
    const [{ refresh_token }] = await control('/mint', { n: 1 });
    await control('', { route: '/token', script: [{ status: 503 }] });
    const body = { grant_type: 'refresh_token', refresh_token, client_id, client_secret };
    assert.equal((await post(token_url, body, {})).status, 503);
    assert.equal((await (await post(token_url, body, {})).json()).expires_in, 5);
    assert.equal((await control('/counters')).token_requests, 2);
    assert.equal((await control('/log')).length, 2);
    assert.match((await control('', { route: '/token', script: [{ nonsense: 1 }] })).error, /nonsense/);
  } finally {
    await child.stop();
  }
});
