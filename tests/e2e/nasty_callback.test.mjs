// What can come back to the callback, and who may have sent it: each test plays one attack or one fault, and then looks that nothing
// was stored, nothing was sent, and that the honest way still works.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { connect_account, returned } from '../support/connect_flow.mjs';
import { NastyFlow, with_query } from '../support/nasty_flow.mjs';
import { nasty_suite } from '../support/nasty_suite.mjs';
import { Sink } from '../support/sink.mjs';
import { secret } from '../support/test_run.mjs';

const suite = nasty_suite({ name: 'nasty-callback' });
const flow = new NastyFlow(suite);

describe('the issuer (RFC 9207)', () => {
  for (const [name, members] of [
    ['another', { iss: 'https://evil.example' }],
    ['with a slash more', (issuer) => ({ iss: `${issuer}/` })],
    ['with the host in capitals', (issuer) => ({ iss: issuer.replace('http', 'HTTP') })],
    ['one that begins the same', (issuer) => ({ iss: `${issuer}.evil.example` })],
  ]) {
    test(`checklist_07_a_wrong_iss_aborts_before_the_code_goes_anywhere: ${name}`, async () => {
      const subject = await suite.made();
      suite.provider.script.push('/authorize', [typeof members === 'function' ? members(suite.provider.issuer) : members]);
      const { session, browser } = await flow.begun(subject);
      flow.assert_page(await browser.proceed(), 400, 'issuer_mismatch');
      assert.ok(browser.page.links.some(({ href }) => href.startsWith(suite.return_url) && href.includes('error=issuer_mismatch')), 'no way back to the product');
      await flow.assert_nothing_stored(subject, session, { error: 'issuer_mismatch' });
      await flow.assert_honest_way_works(session, browser);
    });
  }

  test('checklist_07_a_missing_iss_aborts_where_the_server_always_sends_it', async () => {
    const subject = await suite.made();
    suite.provider.script.push('/authorize', [{ omit_iss: true }, { query: { iss: '' } }]);
    for (let times = 0; times < 2; times += 1) {
      const { session, browser } = await flow.begun(subject);
      flow.assert_page(await browser.proceed(), 400, 'issuer_missing');
      await flow.assert_nothing_stored(subject, session, { error: 'issuer_missing' });
    }
  });

  test('checklist_07_a_wrong_iss_aborts_too_where_none_was_promised_and_none_is_fine', async () => {
    const subject = await suite.made({ requires_iss: false });
    suite.provider.script.push('/authorize', [{ iss: 'https://evil.example' }, { omit_iss: true }]);
    const { session, browser } = await flow.begun(subject);
    flow.assert_page(await browser.proceed(), 400, 'issuer_mismatch');
    await flow.assert_nothing_stored(subject, session, { error: 'issuer_mismatch' });
    await flow.assert_honest_way_works(session, browser);
  });

  test('checklist_07_two_issuers_are_none', async () => {
    const subject = await suite.made();
    const { session, browser, callback } = await flow.begun(subject);
    callback.searchParams.append('iss', 'https://evil.example');
    flow.assert_page(await browser.open(callback), 400, 'malformed_callback');
    await flow.assert_nothing_stored(subject, session, { error: 'malformed_callback' });
  });
});

describe('state', () => {
  test('checklist_05_a_replayed_state_is_refused_and_the_code_is_not_sent_again', async () => {
    const subject = await suite.made();
    const { session, browser, callback } = await flow.begun(subject);
    const page = await browser.proceed();
    const { code } = returned(page);
    for (const replay of [callback, with_query(callback, { code: 'code_of_somebody_else' }), with_query(callback, { error: 'access_denied', code: null })]) {
      flow.assert_page(await browser.open(replay), 400, 'state_unknown');
    }
    assert.equal(subject.requests().length, 1);
    const connection = await suite.broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: secret(code) } });
    flow.assert_page(await browser.open(callback), 400, 'state_unknown');
    assert.equal(subject.requests().length, 1);
    const token = await suite.rig.token(connection);
    assert.ok(suite.rig.takes(token.body.access_token), 'the replay killed the grant');
  });

  test('checklist_05_of_many_callbacks_at_once_one_is_taken', async () => {
    const subject = await suite.made();
    const { browser, callback } = await flow.begun(subject);
    const cookie = browser.cookies.header(callback, { method: 'GET', initiator: null });
    const answers = await Promise.all(Array.from({ length: 20 }, () => suite.broker.call('GET', callback.pathname + callback.search, {
      key: null, headers: { cookie }, expect: [303, 400],
    })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, ...Array(19).fill(400)]);
    assert.equal(subject.requests().length, 1);
  });

  test('security_s08_and_checklist_02_a_state_from_another_browser_is_consumed_and_stores_nothing', async () => {
    const subject = await suite.made();
    const attacker = await flow.begun(subject);
    const victim = new Browser();
    flow.assert_page(await victim.open(attacker.callback), 400, 'browser_mismatch');
    await flow.assert_nothing_stored(subject, attacker.session);
    flow.assert_page(await attacker.browser.proceed(), 400, 'state_unknown');
    await flow.assert_nothing_stored(subject, attacker.session);
    await flow.assert_honest_way_works(attacker.session, attacker.browser);
  });

  test('security_s08_the_cookie_of_another_flow_of_the_same_browser_does_not_do', async () => {
    const subject = await suite.made();
    const browser = new Browser();
    const first = await flow.begun(subject, { browser });
    const second = await flow.begun(subject, { browser });
    assert.notEqual(first.callback.searchParams.get('state'), second.callback.searchParams.get('state'));
    // each flow has a cookie of its own: both may be under way in two tabs
    const crossed = with_query(first.callback, { state: second.callback.searchParams.get('state') });
    flow.assert_page(await browser.open(crossed), 502, 'exchange_failed');
    assert.equal(subject.requests().at(-1).error, 'invalid_grant', 'the code of the first flow was bound to its verifier');
    const page = await browser.open(first.callback);
    assert.ok(page.url.startsWith(suite.return_url), page.visible);
  });

  test('checklist_09_a_stolen_code_injected_into_another_flow_fails_at_pkce', async () => {
    const subject = await suite.made();
    const stolen = (await flow.begun(subject)).callback.searchParams.get('code');
    const attacker = await flow.begun(subject);
    flow.assert_page(await attacker.browser.open(with_query(attacker.callback, { code: stolen })), 502, 'exchange_failed');
    await flow.assert_nothing_stored(subject, attacker.session, { error: 'exchange_failed', token_requests: 1 });
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
      const subject = await suite.made();
      const { session, browser, callback } = await flow.begun(subject);
      const tampered = with_query(callback, typeof change === 'function' ? change(callback.searchParams.get('state')) : change);
      const page = await browser.open(tampered);
      flow.assert_page(page, 400, 'state_(missing|unknown)');
      assert.ok(!page.text.includes('<script>'));
      await flow.assert_nothing_stored(subject, session);
      assert.ok((await browser.open(callback)).url.startsWith(suite.return_url), 'the flow itself was harmed');
    });
  }

  test('checklist_04_two_states_are_none', async () => {
    const subject = await suite.made();
    const { session, browser, callback } = await flow.begun(subject);
    const twice = new URL(callback);
    twice.searchParams.append('state', 'A'.repeat(43));
    flow.assert_page(await browser.open(twice), 400, 'state_missing');
    await flow.assert_nothing_stored(subject, session);
  });
});

describe('codes', () => {
  test('checklist_09_a_code_that_was_used_before_connects_nobody', async () => {
    const subject = await suite.made();
    const first = await connect_account(suite.broker, { credential: subject.id, return_url: suite.return_url });
    const [used] = subject.requests();
    suite.provider.script.push('/authorize', [{ code: used.params.code }]);
    const { session, browser } = await flow.begun(subject);
    flow.assert_page(await browser.proceed(), 502, 'exchange_failed');
    assert.equal((await flow.session_of(session)).error, 'exchange_failed');
    const { data } = await suite.broker.api('GET', `/v1/connections?credential=${subject.id}`);
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
      const subject = await suite.made();
      const { session, browser, callback } = await flow.begun(subject);
      change(callback);
      flow.assert_page(await browser.open(callback), 400, 'malformed_callback');
      await flow.assert_nothing_stored(subject, session, { error: 'malformed_callback' });
      await flow.assert_honest_way_works(session, browser);
    });
  }

  test('security_s22_a_code_full_of_nonsense_reaches_the_token_endpoint_as_one_value_or_not_at_all', async () => {
    const subject = await suite.made();
    for (const code of ['&grant_type=client_credentials&x=', '%26a=b', 'a\r\nX-Evil: 1', '\u{1f600}', 'x'.repeat(8000)]) {
      const { session, browser, callback } = await flow.begun(subject);
      const page = await browser.open(with_query(callback, { code }));
      flow.assert_page(page, 502, 'exchange_failed');
      const request = subject.requests().at(-1);
      assert.deepEqual([request.params.code, request.grant_type, request.duplicates], [code, 'authorization_code', []]);
      assert.equal((await flow.session_of(session)).error, 'exchange_failed');
    }
  });
});

describe('errors and noise', () => {
  test('security_s22_an_error_answer_with_hostile_text_is_shown_nowhere_and_clipped_in_the_log', async () => {
    const subject = await suite.made();
    const told = `"><img src=x onerror=alert(1)>\r\n{"level":"error","message":"forged"} ${'y'.repeat(3000)}`;
    suite.provider.script.push('/authorize', [{ error: '<script>alert(1)</script>', error_description: told }]);
    const { session, browser } = await flow.begun(subject);
    const page = await browser.proceed();
    flow.assert_page(page, 502, 'provider_error');
    assert.ok(!/alert|forged|yyy/.test(page.text), page.text);
    assert.ok(browser.page.links.every(({ href }) => !href.includes('alert')));
    await flow.assert_nothing_stored(subject, session, { error: 'provider_error' });
    const lines = suite.broker.log().split('\n').filter((line) => line.includes('provider_error'));
    assert.ok(lines.length > 0, 'the log says nothing of it');
    for (const line of lines) assert.ok(JSON.parse(line) && !line.includes('y'.repeat(300)), line.slice(0, 400));
    assert.ok(!suite.broker.log().split('\n').some((line) => line.startsWith('{"level":"error","message":"forged"}')));
    await flow.assert_honest_way_works(session, browser);
  });

  test('checklist_29_an_error_beside_a_code_is_an_error', async () => {
    const subject = await suite.made();
    suite.provider.script.push('/authorize', [{ query: { error: 'access_denied' } }]);
    const { session, browser } = await flow.begun(subject);
    flow.assert_page(await browser.proceed(), 200, 'access_denied');
    await flow.assert_nothing_stored(subject, session, { error: 'access_denied' });
  });

  test('a denial by the end user is no fault, and the link still works', async () => {
    const subject = await suite.made();
    suite.provider.script.push('/authorize', [{ deny: true }]);
    const { session, browser } = await flow.begun(subject);
    flow.assert_page(await browser.proceed(), 200, 'access_denied');
    await flow.assert_nothing_stored(subject, session, { error: 'access_denied' });
    await flow.assert_honest_way_works(session, browser);
  });

  test('a huge query is refused, and the flow is as it was', async () => {
    const subject = await suite.made();
    const { session, browser, callback } = await flow.begun(subject);
    const many = Array.from({ length: 1000 }, (_, i) => `p${i}=${i}`).join('&');
    for (const noise of ['n'.repeat(100_000), `n=${'n'.repeat(20_000)}`, many]) {
      const { status } = await suite.broker.call('GET', `${callback.pathname}${callback.search}&${noise}`, { key: null, expect: [413, 414, 431] });
      assert.ok(status >= 400);
      await flow.assert_nothing_stored(subject, session);
    }
    const page = await browser.open(`${callback}&noise=${'n'.repeat(8000)}&noise=again`);
    assert.ok(page.url.startsWith(suite.return_url), page.visible);
  });

  test('checklist_29_the_callback_answers_to_get_only', async () => {
    const subject = await suite.made();
    const { session, callback, browser } = await flow.begun(subject);
    await browser.post(callback, { code: 'x' });
    assert.equal(browser.page.status, 405);
    await flow.assert_nothing_stored(subject, session);
  });
});

describe('the wrong path (mix-up)', () => {
  test('security_s02_and_checklist_08_an_answer_on_another_callback_consumes_the_state_and_aborts', async () => {
    const subject = await suite.made();
    const other = await suite.made();
    const foreign = new URL(other.credential.redirect_uri).pathname;
    for (const path of [foreign, '/oauth/callback/custom', '/oauth/callback/github', '/oauth/callback/github/AAAAAAAAAAAAAAAAAAAAAA', '/oauth/callback/nobody']) {
      const { session, browser, callback } = await flow.begun(subject);
      const moved = new URL(callback);
      moved.pathname = path;
      flow.assert_page(await browser.open(moved), 400, 'callback_mismatch');
      flow.assert_page(await browser.open(callback), 400, 'state_unknown');
      await flow.assert_nothing_stored(subject, session);
    }
  });

  test('security_s02_an_attackers_own_github_credential_does_not_receive_the_code_of_the_real_one', async () => {
    // the attacker names his credential after a catalogue integration, and sends the victim on to the real server
    const thief = await Sink.start();
    try {
      const subject = await suite.made({
        integration: 'github', authorization_url: `${suite.provider.issuer}/authorize`, token_url: `${thief.origin}/token`,
        requires_iss: false, issuer: null, account: { from: 'nothing' },
      });
      assert.match(new URL(subject.credential.redirect_uri).pathname, /^\/oauth\/callback\/github\/[\w-]{22}$/, 'it shares the callback of the real one');
      await suite.broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: { redirect_uri: `${suite.broker.origin}/oauth/callback/github`, client_secret: suite.provider.client_secret }, expect: 422 });
      const { session, browser, callback } = await flow.begun(subject);
      const as_the_real_one_answers = new URL(callback);
      as_the_real_one_answers.pathname = '/oauth/callback/github';
      flow.assert_page(await browser.open(as_the_real_one_answers), 400, 'callback_mismatch');
      await flow.assert_nothing_stored(subject, session);
      assert.deepEqual(thief.requests, [], 'the code went to the attacker');
    } finally {
      await thief.stop();
    }
  });

  test('security_s02_nobody_takes_the_slug_of_the_catalogue', async () => {
    const body = {
      slug: 'github', name: 'GitHub', authorization_url: `${suite.provider.issuer}/authorize`, token_url: `${suite.provider.issuer}/token`, base_uri: suite.provider.base_uri,
    };
    const { body: refused } = await suite.broker.call('POST', '/v1/integrations', { body, expect: 409 });
    assert.equal(refused.errors[0].pointer, '/slug');
  });
});
