// What can come back to the callback, and who may have sent it: each test plays one attack or one fault, and then looks that nothing
// was stored, nothing was sent, and that the honest way still works.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { connect_account, returned, walk } from '../support/connect_flow.mjs';
import { eventually, secrets_in, start_nasty_rig } from '../support/nasty_rig.mjs';
import { Sink } from '../support/sink.mjs';
import { secret } from '../support/test_run.mjs';

let rig;
let provider;
let broker;
let product;
let return_url;
const subjects = [];

before(async () => {
  rig = await start_nasty_rig({ name: 'nasty-callback' });
  ({ provider, broker } = rig);
  product = await Sink.start();
  return_url = `${product.origin}/connected`;
});
after(async () => {
  await product?.stop();
  await rig.stop();
});
afterEach(async () => {
  rig.assert_never_concurrent();
  provider.script.clear('/authorize');
  for (const subject of subjects.splice(0)) await subject.remove();
  Object.assign(provider.settings, { account: null, send_iss: true });
  for (const { params } of provider.log.entries) secret(params.code_verifier, params.code, params.state, params.nonce);
  provider.log.clear();
});

async function made(members) {
  const subject = await rig.subject({ return_urls: [return_url], ...members });
  subjects.push(subject);
  return subject;
}

async function session_for(subject, wish = {}) {
  const session = await broker.api('POST', '/v1/connect-sessions', { body: { credential: subject.id, end_user: { id: 'user-1' }, return_url, ...wish } });
  secret(new URL(session.connect_url).pathname.split('/').pop());
  return session;
}

const session_of = ({ id }) => broker.api('GET', `/v1/connect-sessions/${id}`);
const is_callback = ({ pathname }) => pathname.startsWith('/oauth/callback/');

/** A flow up to the redirect that leads back: {session, browser, callback}. */
async function begun(subject, { browser = new Browser(), wish } = {}) {
  const session = await session_for(subject, wish);
  await browser.open(session.connect_url);
  await browser.submit({}, { button: /allow/i, until: is_callback });
  assert.ok(browser.pending, `the provider did not answer: ${browser.page.status} ${browser.page.visible}`);
  for (const { headers } of browser.history) for (const cookie of headers['set-cookie'] ?? []) secret(/^[^=]+=([^;]*)/.exec(cookie)[1]);
  return { session, browser, callback: new URL(browser.pending) };
}

const with_query = (url, members) => {
  const out = new URL(url);
  for (const [name, value] of Object.entries(members)) {
    if (value === null) out.searchParams.delete(name);
    else out.searchParams.set(name, value);
  }
  return out;
};

/** A page that says why, and holds neither secrets nor anything of the provider's text. */
function assert_page(page, status, code) {
  assert.equal(page.status, status, page.visible);
  assert.match(page.visible, new RegExp(`\\b${code}\\b`));
  assert.match(page.headers['content-security-policy'], /default-src 'none'/);
  assert.deepEqual(secrets_in(page.text, provider), []);
}

/** Nothing came of it: no connection, no code for the product, no request to the token endpoint. */
async function assert_nothing_stored(subject, session, { error = null, token_requests = 0 } = {}) {
  const { data } = await broker.api('GET', `/v1/connections?credential=${subject.id}`);
  assert.deepEqual(data, [], 'a connection was stored');
  assert.equal(subject.requests().length, token_requests, 'requests to the token endpoint');
  const now = await session_of(session);
  assert.equal(now.error, error);
  assert.equal(now.connection, null);
  await broker.call('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: 'x'.repeat(43) }, expect: 409 });
}

/** The same link still leads to a connection. */
async function assert_honest_way_works(session, browser) {
  const page = await walk(browser, session.connect_url);
  assert.ok(page.url.startsWith(return_url), `${page.url} ${page.visible}`);
  const { code, status } = returned(page);
  assert.equal(status, 'success');
  const connection = await broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: secret(code) } });
  assert.equal(connection.state, 'active');
  return connection;
}

describe('the issuer (RFC 9207)', () => {
  for (const [name, members] of [
    ['another', { iss: 'https://evil.example' }],
    ['with a slash more', (issuer) => ({ iss: `${issuer}/` })],
    ['with the host in capitals', (issuer) => ({ iss: issuer.replace('http', 'HTTP') })],
    ['one that begins the same', (issuer) => ({ iss: `${issuer}.evil.example` })],
  ]) {
    test(`checklist_07_a_wrong_iss_aborts_before_the_code_goes_anywhere: ${name}`, async () => {
      const subject = await made();
      provider.script.push('/authorize', [typeof members === 'function' ? members(provider.issuer) : members]);
      const { session, browser } = await begun(subject);
      assert_page(await browser.proceed(), 400, 'issuer_mismatch');
      assert.ok(browser.page.links.some(({ href }) => href.startsWith(return_url) && href.includes('error=issuer_mismatch')), 'no way back to the product');
      await assert_nothing_stored(subject, session, { error: 'issuer_mismatch' });
      await assert_honest_way_works(session, browser);
    });
  }

  test('checklist_07_a_missing_iss_aborts_where_the_server_always_sends_it', async () => {
    const subject = await made();
    provider.script.push('/authorize', [{ omit_iss: true }, { query: { iss: '' } }]);
    for (let times = 0; times < 2; times += 1) {
      const { session, browser } = await begun(subject);
      assert_page(await browser.proceed(), 400, 'issuer_missing');
      await assert_nothing_stored(subject, session, { error: 'issuer_missing' });
    }
  });

  test('checklist_07_a_wrong_iss_aborts_too_where_none_was_promised_and_none_is_fine', async () => {
    const subject = await made({ requires_iss: false });
    provider.script.push('/authorize', [{ iss: 'https://evil.example' }, { omit_iss: true }]);
    const { session, browser } = await begun(subject);
    assert_page(await browser.proceed(), 400, 'issuer_mismatch');
    await assert_nothing_stored(subject, session, { error: 'issuer_mismatch' });
    await assert_honest_way_works(session, browser);
  });

  test('checklist_07_two_issuers_are_none', async () => {
    const subject = await made();
    const { session, browser, callback } = await begun(subject);
    callback.searchParams.append('iss', 'https://evil.example');
    assert_page(await browser.open(callback), 400, 'malformed_callback');
    await assert_nothing_stored(subject, session, { error: 'malformed_callback' });
  });
});

describe('state', () => {
  test('checklist_05_a_replayed_state_is_refused_and_the_code_is_not_sent_again', async () => {
    const subject = await made();
    const { session, browser, callback } = await begun(subject);
    const page = await browser.proceed();
    const { code } = returned(page);
    for (const replay of [callback, with_query(callback, { code: 'code_of_somebody_else' }), with_query(callback, { error: 'access_denied', code: null })]) {
      assert_page(await browser.open(replay), 400, 'state_unknown');
    }
    assert.equal(subject.requests().length, 1);
    const connection = await broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: secret(code) } });
    assert_page(await browser.open(callback), 400, 'state_unknown');
    assert.equal(subject.requests().length, 1);
    const token = await rig.token(connection);
    assert.ok(rig.takes(token.body.access_token), 'the replay killed the grant');
  });

  test('checklist_05_of_many_callbacks_at_once_one_is_taken', async () => {
    const subject = await made();
    const { browser, callback } = await begun(subject);
    const cookie = browser.cookies.header(callback, { method: 'GET', initiator: null });
    const answers = await Promise.all(Array.from({ length: 20 }, () => broker.call('GET', callback.pathname + callback.search, {
      key: null, headers: { cookie }, expect: [303, 400],
    })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, ...Array(19).fill(400)]);
    assert.equal(subject.requests().length, 1);
  });

  test('security_s08_and_checklist_02_a_state_from_another_browser_is_consumed_and_stores_nothing', async () => {
    const subject = await made();
    const attacker = await begun(subject);
    const victim = new Browser();
    assert_page(await victim.open(attacker.callback), 400, 'browser_mismatch');
    await assert_nothing_stored(subject, attacker.session);
    assert_page(await attacker.browser.proceed(), 400, 'state_unknown');
    await assert_nothing_stored(subject, attacker.session);
    await assert_honest_way_works(attacker.session, attacker.browser);
  });

  test('security_s08_the_cookie_of_another_flow_of_the_same_browser_does_not_do', async () => {
    const subject = await made();
    const browser = new Browser();
    const first = await begun(subject, { browser });
    const second = await begun(subject, { browser });
    assert.notEqual(first.callback.searchParams.get('state'), second.callback.searchParams.get('state'));
    // each flow has a cookie of its own: both may be under way in two tabs
    const crossed = with_query(first.callback, { state: second.callback.searchParams.get('state') });
    assert_page(await browser.open(crossed), 502, 'exchange_failed');
    assert.equal(subject.requests().at(-1).error, 'invalid_grant', 'the code of the first flow was bound to its verifier');
    const page = await browser.open(first.callback);
    assert.ok(page.url.startsWith(return_url), page.visible);
  });

  test('checklist_09_a_stolen_code_injected_into_another_flow_fails_at_pkce', async () => {
    const subject = await made();
    const stolen = (await begun(subject)).callback.searchParams.get('code');
    const attacker = await begun(subject);
    assert_page(await attacker.browser.open(with_query(attacker.callback, { code: stolen })), 502, 'exchange_failed');
    await assert_nothing_stored(subject, attacker.session, { error: 'exchange_failed', token_requests: 1 });
    assert.equal(subject.requests()[0].error, 'invalid_grant');
  });

  for (const [name, change] of [
    ['missing', { state: null }],
    ['empty', { state: '' }],
    ['another', { state: 'A'.repeat(43) }],
    ['cut', (state) => ({ state: state.slice(0, -1) })],
    ['with a space', (state) => ({ state: `${state} ` })],
    ['with a NUL', (state) => ({ state: `${state}\0` })],
    ['of 8,000 bytes', { state: 'x'.repeat(8000) }],
    ['hostile', { state: '"><script>alert(1)</script>' }],
  ]) {
    test(`checklist_04_a_state_that_was_tampered_with_is_no_state: ${name}`, async () => {
      const subject = await made();
      const { session, browser, callback } = await begun(subject);
      const tampered = with_query(callback, typeof change === 'function' ? change(callback.searchParams.get('state')) : change);
      const page = await browser.open(tampered);
      assert_page(page, 400, 'state_(missing|unknown)');
      assert.ok(!page.text.includes('<script>'));
      await assert_nothing_stored(subject, session);
      assert.ok((await browser.open(callback)).url.startsWith(return_url), 'the flow itself was harmed');
    });
  }

  test('checklist_04_two_states_are_none', async () => {
    const subject = await made();
    const { session, browser, callback } = await begun(subject);
    const twice = new URL(callback);
    twice.searchParams.append('state', 'A'.repeat(43));
    assert_page(await browser.open(twice), 400, 'state_missing');
    await assert_nothing_stored(subject, session);
  });
});

describe('codes', () => {
  test('checklist_09_a_code_that_was_used_before_connects_nobody', async () => {
    const subject = await made();
    const first = await connect_account(broker, { credential: subject.id, return_url });
    const [used] = subject.requests();
    provider.script.push('/authorize', [{ code: used.params.code }]);
    const { session, browser } = await begun(subject);
    assert_page(await browser.proceed(), 502, 'exchange_failed');
    assert.equal((await session_of(session)).error, 'exchange_failed');
    const { data } = await broker.api('GET', `/v1/connections?credential=${subject.id}`);
    assert.deepEqual(data.map(({ id, state }) => [id, state]), [[first.connection.id, 'active']]);
    assert.equal(subject.requests().length, 2, 'a code is exchanged once');
  });

  for (const [name, change] of [
    ['twice', (callback) => callback.searchParams.append('code', 'another')],
    ['none', (callback) => callback.searchParams.delete('code')],
    ['empty', (callback) => callback.searchParams.set('code', '')],
    ['error twice', (callback) => { callback.searchParams.append('error', 'a'); callback.searchParams.append('error', 'b'); }],
  ]) {
    test(`checklist_29_a_callback_that_says_nothing_clear_is_malformed: ${name}`, async () => {
      const subject = await made();
      const { session, browser, callback } = await begun(subject);
      change(callback);
      assert_page(await browser.open(callback), 400, 'malformed_callback');
      await assert_nothing_stored(subject, session, { error: 'malformed_callback' });
      await assert_honest_way_works(session, browser);
    });
  }

  test('security_s22_a_code_full_of_nonsense_reaches_the_token_endpoint_as_one_value_or_not_at_all', async () => {
    const subject = await made();
    for (const code of ['&grant_type=client_credentials&x=', '%26a=b', 'a\r\nX-Evil: 1', '\u{1f600}', 'x'.repeat(8000)]) {
      const { session, browser, callback } = await begun(subject);
      const page = await browser.open(with_query(callback, { code }));
      assert_page(page, 502, 'exchange_failed');
      const request = subject.requests().at(-1);
      assert.deepEqual([request.params.code, request.grant_type, request.duplicates], [code, 'authorization_code', []]);
      assert.equal((await session_of(session)).error, 'exchange_failed');
    }
  });
});

describe('errors and noise', () => {
  test('security_s22_an_error_answer_with_hostile_text_is_shown_nowhere_and_clipped_in_the_log', async () => {
    const subject = await made();
    const told = `"><img src=x onerror=alert(1)>\r\n{"level":"error","message":"forged"} ${'y'.repeat(3000)}`;
    provider.script.push('/authorize', [{ error: '<script>alert(1)</script>', error_description: told }]);
    const { session, browser } = await begun(subject);
    const page = await browser.proceed();
    assert_page(page, 502, 'provider_error');
    assert.ok(!/alert|forged|yyy/.test(page.text), page.text);
    assert.ok(browser.page.links.every(({ href }) => !href.includes('alert')));
    await assert_nothing_stored(subject, session, { error: 'provider_error' });
    const lines = broker.log().split('\n').filter((line) => line.includes('provider_error'));
    assert.ok(lines.length > 0, 'the log says nothing of it');
    for (const line of lines) assert.ok(JSON.parse(line) && !line.includes('y'.repeat(300)), line.slice(0, 400));
    assert.ok(!broker.log().split('\n').some((line) => line.startsWith('{"level":"error","message":"forged"}')));
    await assert_honest_way_works(session, browser);
  });

  test('checklist_29_an_error_beside_a_code_is_an_error', async () => {
    const subject = await made();
    provider.script.push('/authorize', [{ query: { error: 'access_denied' } }]);
    const { session, browser } = await begun(subject);
    assert_page(await browser.proceed(), 200, 'access_denied');
    await assert_nothing_stored(subject, session, { error: 'access_denied' });
  });

  test('a denial by the end user is no fault, and the link still works', async () => {
    const subject = await made();
    provider.script.push('/authorize', [{ deny: true }]);
    const { session, browser } = await begun(subject);
    assert_page(await browser.proceed(), 200, 'access_denied');
    await assert_nothing_stored(subject, session, { error: 'access_denied' });
    await assert_honest_way_works(session, browser);
  });

  test('a huge query is refused, and the flow is as it was', async () => {
    const subject = await made();
    const { session, browser, callback } = await begun(subject);
    const many = Array.from({ length: 1000 }, (_, i) => `p${i}=${i}`).join('&');
    for (const noise of ['n'.repeat(100_000), `n=${'n'.repeat(20_000)}`, many]) {
      const { status } = await broker.call('GET', `${callback.pathname}${callback.search}&${noise}`, { key: null, expect: [413, 414, 431] });
      assert.ok(status >= 400);
      await assert_nothing_stored(subject, session);
    }
    const page = await browser.open(`${callback}&noise=${'n'.repeat(8000)}&noise=again`);
    assert.ok(page.url.startsWith(return_url), page.visible);
  });

  test('checklist_29_the_callback_answers_to_get_only', async () => {
    const subject = await made();
    const { session, callback, browser } = await begun(subject);
    await browser.post(callback, { code: 'x' });
    assert.equal(browser.page.status, 405);
    await assert_nothing_stored(subject, session);
  });
});

describe('the wrong path (mix-up)', () => {
  test('security_s02_and_checklist_08_an_answer_on_another_callback_consumes_the_state_and_aborts', async () => {
    const subject = await made();
    const other = await made();
    const foreign = new URL(other.credential.redirect_uri).pathname;
    for (const path of [foreign, '/oauth/callback/custom', '/oauth/callback/github', '/oauth/callback/github/AAAAAAAAAAAAAAAAAAAAAA', '/oauth/callback/nobody']) {
      const { session, browser, callback } = await begun(subject);
      const moved = new URL(callback);
      moved.pathname = path;
      assert_page(await browser.open(moved), 400, 'callback_mismatch');
      assert_page(await browser.open(callback), 400, 'state_unknown');
      await assert_nothing_stored(subject, session);
    }
  });

  test('security_s02_an_attackers_own_github_credential_does_not_receive_the_code_of_the_real_one', async () => {
    // the attacker names his credential after a catalogue integration, and sends the victim on to the real server
    const thief = await Sink.start();
    try {
      const subject = await made({
        integration: 'github', authorization_url: `${provider.issuer}/authorize`, token_url: `${thief.origin}/token`,
        requires_iss: false, issuer: null, account: { from: 'nothing' },
      });
      assert.match(new URL(subject.credential.redirect_uri).pathname, /^\/oauth\/callback\/github\/[\w-]{22}$/, 'it shares the callback of the real one');
      await broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: { redirect_uri: `${broker.origin}/oauth/callback/github`, client_secret: provider.client_secret }, expect: 422 });
      const { session, browser, callback } = await begun(subject);
      const as_the_real_one_answers = new URL(callback);
      as_the_real_one_answers.pathname = '/oauth/callback/github';
      assert_page(await browser.open(as_the_real_one_answers), 400, 'callback_mismatch');
      await assert_nothing_stored(subject, session);
      assert.deepEqual(thief.requests, [], 'the code went to the attacker');
    } finally {
      await thief.stop();
    }
  });

  test('security_s02_nobody_takes_the_slug_of_the_catalogue', async () => {
    const body = {
      slug: 'github', name: 'GitHub', authorization_url: `${provider.issuer}/authorize`, token_url: `${provider.issuer}/token`, base_uri: provider.base_uri,
    };
    const { body: refused } = await broker.call('POST', '/v1/integrations', { body, expect: 409 });
    assert.equal(refused.errors[0].pointer, '/slug');
  });
});

describe('renewal', () => {
  test('security_s09_and_refresh_rule_12_another_account_changes_nothing', async () => {
    const subject = await made();
    provider.settings.account = 'alice';
    const { connection, browser } = await connect_account(broker, { credential: subject.id, return_url });
    const before_it = await rig.connection(connection);
    const token = (await rig.token(connection)).body;

    provider.settings.account = 'mallory';
    const renewal = await begun(subject, { browser, wish: { connection: connection.id } });
    assert_page(await renewal.browser.proceed(), 409, 'account_mismatch');
    assert.equal((await session_of(renewal.session)).error, 'account_mismatch');
    assert.deepEqual(await rig.connection(connection), before_it);
    assert.equal((await rig.token(connection)).body.access_token, token.access_token);
    const { status, body } = await rig.refresh(connection, token.generation);
    assert.deepEqual([status, body.generation], [200, token.generation + 1]);
    assert.ok(rig.takes(body.access_token));

    provider.settings.account = 'alice';
    const again = await walk(browser, renewal.session.connect_url);
    const renewed = await broker.api('POST', `/v1/connect-sessions/${renewal.session.id}/confirm`, { body: { code: secret(returned(again).code) } });
    assert.deepEqual([renewed.id, renewed.account, renewed.state], [connection.id, 'alice', 'active']);
  });

  test('refresh_rule_12_a_renewal_that_fails_at_the_token_endpoint_leaves_the_old_grant_working', async () => {
    const subject = await made();
    provider.settings.account = 'alice';
    const { connection, browser } = await connect_account(broker, { credential: subject.id, return_url });
    for (const behaviour of [{ status: 500 }, { error: 'invalid_grant' }, { rotate_then_reset: true }, { body: 'no' }, { error: 'invalid_client' }, { redirect: 307 }]) {
      const renewal = await begun(subject, { browser, wish: { connection: connection.id } });
      subject.script(behaviour);
      assert_page(await renewal.browser.proceed(), 502, 'exchange_failed');
      const { state, account } = await rig.connection(connection);
      assert.deepEqual([state, account], ['active', 'alice']);
    }
    assert.equal((await subject.read()).client_error, null, 'a code exchange is no verdict on the refreshes of others');
    assert.equal((await rig.refresh(connection, 1)).status, 200);
    assert.deepEqual(provider.sink.requests, []);
  });

  test('security_s09_a_session_for_the_connection_of_another_user_or_credential_is_refused', async () => {
    const subject = await made();
    const other = await made();
    const { connection } = await connect_account(broker, { credential: subject.id, return_url });
    for (const wish of [{ credential: subject.id, end_user: { id: 'user-2' } }, { credential: other.id, end_user: { id: 'user-1' } }]) {
      const { body } = await broker.call('POST', '/v1/connect-sessions', { body: { ...wish, return_url, connection: connection.id }, expect: 422 });
      assert.equal(body.errors[0].pointer, '/connection');
    }
  });
});

describe('ID tokens', () => {
  const jwt = (claims, header = { alg: 'RS256', kid: '1' }) => [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).concat('c2lnbmF0dXJl').join('.');
  const good = (nonce) => ({ iss: provider.issuer, aud: provider.client_id, sub: 'alice', nonce, iat: 1767225600, exp: 1767225600 + 3600 });
  const openid = () => made({ scopes: ['openid', 'read'], account: { from: 'id_token', path: 'sub' } });

  /** The flow with an ID token made by `claims_of(nonce)`: what the callback ends in. */
  async function with_id_token(subject, id_token_of) {
    const flow = await begun(subject);
    const { nonce } = provider.log.of('/authorize').at(-1).params;
    assert.match(nonce, /^[\w-]{43}$/);
    subject.script({ members: { id_token: id_token_of(nonce) } });
    return { ...flow, page: await flow.browser.proceed() };
  }

  test('checklist_13_the_right_one_names_the_account', async () => {
    const subject = await openid();
    const { session, page } = await with_id_token(subject, (nonce) => jwt(good(nonce)));
    const connection = await broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: secret(returned(page).code) } });
    assert.equal(connection.account, 'alice');
  });

  for (const [name, id_token_of] of [
    ['another nonce', () => jwt(good('A'.repeat(43)))],
    ['no nonce', (nonce) => jwt({ ...good(nonce), nonce: undefined })],
    ['a nonce that is no text', (nonce) => jwt({ ...good(nonce), nonce: [nonce] })],
    ['another audience', (nonce) => jwt({ ...good(nonce), aud: 'somebody-else' })],
    ['no audience', (nonce) => jwt({ ...good(nonce), aud: undefined })],
    ['two audiences and no authorised party', (nonce) => jwt({ ...good(nonce), aud: [provider.client_id, 'somebody-else'] })],
    ['two audiences and another authorised party', (nonce) => jwt({ ...good(nonce), aud: [provider.client_id, 'x'], azp: 'x' })],
    ['another issuer', (nonce) => jwt({ ...good(nonce), iss: 'https://evil.example' })],
    ['ended', (nonce) => jwt({ ...good(nonce), exp: 1767225600 - 3600 })],
    ['no end', (nonce) => jwt({ ...good(nonce), exp: undefined })],
    ['no JWT', () => 'not.a.jwt'],
    ['two parts', (nonce) => jwt(good(nonce)).split('.').slice(0, 2).join('.')],
    ['a list', () => ['a', 'b', 'c'].join('.')],
    ['none at all', () => null],
  ]) {
    test(`checklist_13_nothing_of_an_answer_is_used_before_its_id_token_holds: ${name}`, async () => {
      const subject = await openid();
      const { session, page, browser } = await with_id_token(subject, id_token_of);
      const code = name === 'none at all' ? 'id_token_missing' : 'id_token_mismatch';
      assert_page(page, 400, code);
      await assert_nothing_stored(subject, session, { error: code, token_requests: 1 });
      const again = await begun(subject, { browser });
      assert.notEqual(provider.log.of('/authorize').at(-1).params.nonce, provider.log.of('/authorize').at(-2).params.nonce, 'a nonce is used twice');
      assert.notEqual(again.callback.searchParams.get('state'), null);
    });
  }
});

describe('security_s03: what an end user types', () => {
  const shop = () => made({ integration: 'shopify', authorization_url: null, token_url: null, revocation_url: null, issuer: null, requires_iss: null, base_uri: null, account: null, scopes: ['read_products'] });

  test('security_s03_an_end_user_fills_one_label_of_a_host_and_nothing_else', async () => {
    const subject = await shop();
    const session = await session_for(subject);
    const browser = new Browser();
    for (const typed of [
      'evil.example/', 'evil.example#', 'evil.example?', 'a.b', 'x@evil', 'evil.example\\', '..', '.', '-', 'ACME', 'acme\r\nHost: evil.example', 'acme%2eevil',
      'acme%00', 'ａｃｍｅ', 'a'.repeat(64), '-acme', 'acme-', ' acme', '127.0.0.1', '[::1]', '{shop}', '', '"><script>alert(1)</script>',
    ]) {
      await browser.open(session.connect_url);
      const page = await browser.submit({ 'field.shop': typed }, { button: /allow/i, until: () => true });
      const told = `${JSON.stringify(typed)} led to ${page.status} ${browser.pending ?? ''}`;
      assert.equal(page.status, 422, told);
      assert.equal(browser.pending, null, told);
      assert.ok(!page.text.includes('<script>'), told);
      assert.equal((await session_of(session)).status, 'open');
    }
    for (const members of [{ 'field.evil': 'x' }, { 'field.client_secret': 'x' }, { 'field.access_token': 'x' }]) {
      await browser.open(session.connect_url);
      const page = await browser.submit({ 'field.shop': 'acme', ...members }, { button: /allow/i, until: () => true });
      assert.equal(page.status, 422, `${JSON.stringify(members)} is taken`);
    }
    await browser.open(session.connect_url);
    await browser.submit({ 'field.shop': 'acme' }, { button: /allow/i, until: () => true });
    assert.equal(browser.pending.origin, 'https://acme.myshopify.com');
  });

  test('security_s03_what_comes_back_by_the_callback_moves_no_host', async () => {
    const subject = await shop();
    const session = await session_for(subject);
    const browser = new Browser();
    await browser.open(session.connect_url);
    await browser.submit({ 'field.shop': 'acme' }, { button: /allow/i, until: () => true });
    const callback = new URL(browser.pending.searchParams.get('redirect_uri'));
    callback.search = new URLSearchParams({ code: 'code', state: browser.pending.searchParams.get('state'), shop: 'evil.example/', host: 'evil.example' });
    const page = await browser.open(callback);
    // acme.myshopify.com is not in egress.allow, and nothing else was tried
    assert.notEqual(page.status, 303);
    assert.notEqual((await session_of(session)).status, 'awaiting_confirmation');
    assert.deepEqual(provider.sink.requests, []);
  });
});

describe('security_s01: endpoints of a living credential', () => {
  let thief;
  before(async () => { thief = await Sink.start({ answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"access_token":"at_of_the_thief","expires_in":3600}' } }); });
  after(() => thief.stop());

  async function assert_needs_reconnect(connection) {
    await eventually('the older connection is marked', async () => (await rig.connection(connection)).state === 'needs_reconnect');
    assert.equal((await rig.connection(connection)).state_reason, 'endpoints_changed');
    for (const answer of [await rig.token(connection), await rig.refresh(connection)]) {
      assert.deepEqual([answer.status, answer.code], [409, 'needs_reconnect'], answer.body.detail);
    }
  }

  for (const [name, members] of [
    ['token_url', () => ({ token_url: `${thief.origin}/token` })],
    ['refresh_url', () => ({ refresh_url: `${thief.origin}/token` })],
    ['revocation_url', () => ({ revocation_url: `${thief.origin}/revoke` })],
    ['userinfo_url', () => ({ userinfo_url: `${thief.origin}/userinfo` })],
    ['base_uri', () => ({ base_uri: thief.origin })],
    ['authorization_url', () => ({ authorization_url: `${thief.origin}/authorize` })],
    ['client_id', () => ({ client_id: 'somebody-else' })],
    ['client_authentication', () => ({ client_authentication: 'client_secret_post' })],
    ['issuer', () => ({ issuer: thief.origin })],
  ]) {
    test(`security_s01_a_change_of_${name}_hands_nothing_to_the_new_host`, async () => {
      const subject = await made();
      const connection = await subject.import_connection({ expires_in: 600 });
      const { body: refused } = await broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: members(), expect: 422 });
      assert.equal(refused.errors[0].pointer, '/client_secret');
      assert.equal((await rig.refresh(connection)).body.generation, 2, 'a refused change has had an effect');
      assert.equal((await subject.read()).endpoint_set, 1);

      const other_secret = secret('a-secret-that-only-the-operator-knows-0001');
      const changed = await broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { ...members(), client_secret: other_secret } });
      assert.equal(changed.endpoint_set, 2);
      const asked = subject.requests().length;
      await assert_needs_reconnect(connection);
      await rig.advance(700);
      await assert_needs_reconnect(connection);
      assert.equal(subject.requests().length, asked, 'an older grant was spent');
      assert.deepEqual((await rig.events(connection)).filter((type) => type === 'connection.needs_reconnect').length, 1);
      await broker.api('DELETE', `/v1/connections/${connection.id}`);
      assert.deepEqual(thief.secrets_seen([provider.client_secret, ...provider.secrets()]), [], 'a secret of the older endpoints reached the new host');
      assert.deepEqual(thief.requests, []);
    });
  }

  test('security_s01_a_credential_made_public_takes_no_older_token_along', async () => {
    const subject = await made();
    const connection = await subject.import_connection({ expires_in: 600 });
    await broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: { client_authentication: 'none', token_url: `${thief.origin}/token` }, expect: [200, 422] });
    await rig.advance(700);
    for (const answer of [await rig.token(connection), await rig.refresh(connection)]) assert.notEqual(answer.body.access_token, 'at_of_the_thief');
    assert.deepEqual(thief.requests, []);
  });

  test('security_s01_a_change_while_the_end_user_is_at_the_provider_aborts_the_flow', async () => {
    const subject = await made();
    const { session, browser } = await begun(subject);
    await broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { token_url: `${thief.origin}/token`, client_secret: provider.client_secret } });
    assert_page(await browser.proceed(), 409, 'endpoints_changed');
    await assert_nothing_stored(subject, session, { error: 'endpoints_changed' });
    assert.deepEqual(thief.requests, [], 'the code went to the new host');
  });

  test('security_s01_a_refresh_under_way_while_the_endpoints_change_heals_nothing', async () => {
    const subject = await made();
    const connection = await subject.import_connection({ expires_in: 600 });
    subject.script({ gate: 'late' });
    const waiting = rig.refresh(connection);
    await provider.script.held('late');
    await broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { token_url: `${thief.origin}/token`, client_secret: provider.client_secret } });
    await eventually('the older connection is marked', async () => (await rig.connection(connection)).state === 'needs_reconnect');
    provider.script.release('late');
    await waiting;
    await assert_needs_reconnect(connection);
    assert.deepEqual(thief.requests, []);
  });

  test('security_s01_a_longer_path_of_the_base_uri_is_exempt_and_the_way_back_is_not', async () => {
    const subject = await made();
    const connection = await subject.import_connection({ expires_in: 600 });
    const narrowed = await broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { base_uri: `${provider.base_uri}/me` } });
    assert.equal(narrowed.endpoint_set, 1);
    assert.equal((await rig.refresh(connection)).body.generation, 2);
    await broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: { base_uri: provider.base_uri }, expect: 422 });
    await broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: { base_uri: `${provider.issuer}/apis` }, expect: 422 });
  });
});
