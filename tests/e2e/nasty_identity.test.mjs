// Whose account it is: renewals, ID tokens, and what an end user may type.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { connect_account, returned, walk } from '../support/connect_flow.mjs';
import { NastyFlow } from '../support/nasty_flow.mjs';
import { nasty_suite } from '../support/nasty_suite.mjs';
import { secret } from '../support/test_run.mjs';

const suite = nasty_suite({ name: 'nasty-identity' });
const flow = new NastyFlow(suite);

describe('renewal', () => {
  test('security_s09_and_refresh_rule_12_another_account_changes_nothing', async () => {
    const subject = await suite.made();
    suite.provider.settings.account = 'alice';
    const { connection, browser } = await connect_account(suite.broker, { credential: subject.id, return_url: suite.return_url });
    const before_it = await suite.rig.connection(connection);
    const token = (await suite.rig.token(connection)).body;

    suite.provider.settings.account = 'mallory';
    const renewal = await flow.begun(subject, { browser, wish: { connection: connection.id } });
    flow.assert_page(await renewal.browser.proceed(), 409, 'account_mismatch');
    assert.equal((await flow.session_of(renewal.session)).error, 'account_mismatch');
    assert.deepEqual(await suite.rig.connection(connection), before_it);
    assert.equal((await suite.rig.token(connection)).body.access_token, token.access_token);
    const { status, body } = await suite.rig.refresh(connection, token.generation);
    assert.deepEqual([status, body.generation], [200, token.generation + 1]);
    assert.ok(suite.rig.takes(body.access_token));

    suite.provider.settings.account = 'alice';
    const again = await walk(browser, renewal.session.connect_url);
    const renewed = await suite.broker.api('POST', `/v1/connect-sessions/${renewal.session.id}/confirm`, { body: { code: secret(returned(again).code) } });
    assert.deepEqual([renewed.id, renewed.account, renewed.state], [connection.id, 'alice', 'active']);
  });

  test('refresh_rule_12_a_renewal_that_fails_at_the_token_endpoint_leaves_the_old_grant_working', async () => {
    const subject = await suite.made();
    suite.provider.settings.account = 'alice';
    const { connection, browser } = await connect_account(suite.broker, { credential: subject.id, return_url: suite.return_url });
    for (const behaviour of [{ status: 500 }, { error: 'invalid_grant' }, { rotate_then_reset: true }, { body: 'no' }, { error: 'invalid_client' }, { redirect: 307 }]) {
      const renewal = await flow.begun(subject, { browser, wish: { connection: connection.id } });
      subject.script(behaviour);
      flow.assert_page(await renewal.browser.proceed(), 502, 'exchange_failed');
      const { state, account } = await suite.rig.connection(connection);
      assert.deepEqual([state, account], ['active', 'alice']);
    }
    assert.equal((await subject.read()).client_error, null, 'a code exchange is no verdict on the refreshes of others');
    assert.equal((await suite.rig.refresh(connection, 1)).status, 200);
    assert.deepEqual(suite.provider.sink.requests, []);
  });

  test('security_s09_a_session_for_the_connection_of_another_user_or_credential_is_refused', async () => {
    const subject = await suite.made();
    const other = await suite.made();
    const { connection } = await connect_account(suite.broker, { credential: subject.id, return_url: suite.return_url });
    for (const wish of [{ credential: subject.id, end_user: { id: 'user-2' } }, { credential: other.id, end_user: { id: 'user-1' } }]) {
      const { body } = await suite.broker.call('POST', '/v1/connect-sessions', { body: { ...wish, return_url: suite.return_url, connection: connection.id }, expect: 422 });
      assert.equal(body.errors[0].pointer, '/connection');
    }
  });
});

describe('ID tokens', () => {
  const jwt = (claims, header = { alg: 'RS256', kid: '1' }) => [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).concat('c2lnbmF0dXJl').join('.');
  const good = (nonce) => ({ iss: suite.provider.issuer, aud: suite.provider.client_id, sub: 'alice', nonce, iat: 1767225600, exp: 1767225600 + 3600 });
  const openid = () => suite.made({ scopes: ['openid', 'read'], account: { from: 'id_token', path: 'sub' } });

  /** The flow with an ID token made by `claims_of(nonce)`: what the callback ends in. */
  async function with_id_token(subject, id_token_of) {
    const begun = await flow.begun(subject);
    const { nonce } = suite.provider.log.of('/authorize').at(-1).params;
    assert.match(nonce, /^[\w-]{43}$/);
    subject.script({ members: { id_token: id_token_of(nonce) } });
    return { ...begun, page: await begun.browser.proceed() };
  }

  test('checklist_13_the_right_one_names_the_account', async () => {
    const subject = await openid();
    const { session, page } = await with_id_token(subject, (nonce) => jwt(good(nonce)));
    const connection = await suite.broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: secret(returned(page).code) } });
    assert.equal(connection.account, 'alice');
  });

  for (const [name, id_token_of] of [
    ['another nonce', () => jwt(good('A'.repeat(43)))],
    ['no nonce', (nonce) => jwt({ ...good(nonce), nonce: undefined })],
    ['a nonce that is no text', (nonce) => jwt({ ...good(nonce), nonce: [nonce] })],
    ['another audience', (nonce) => jwt({ ...good(nonce), aud: 'somebody-else' })],
    ['no audience', (nonce) => jwt({ ...good(nonce), aud: undefined })],
    ['two audiences and no authorised party', (nonce) => jwt({ ...good(nonce), aud: [suite.provider.client_id, 'somebody-else'] })],
    ['two audiences and another authorised party', (nonce) => jwt({ ...good(nonce), aud: [suite.provider.client_id, 'x'], azp: 'x' })],
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
      flow.assert_page(page, 400, code);
      await flow.assert_nothing_stored(subject, session, { error: code, token_requests: 1 });
      const again = await flow.begun(subject, { browser });
      assert.notEqual(suite.provider.log.of('/authorize').at(-1).params.nonce, suite.provider.log.of('/authorize').at(-2).params.nonce, 'a nonce is used twice');
      assert.notEqual(again.callback.searchParams.get('state'), null);
    });
  }
});

describe('security_s03: what an end user types', () => {
  const shop = () => suite.made({ integration: 'shopify', authorization_url: null, token_url: null, revocation_url: null, issuer: null, requires_iss: null, base_uri: null, account: null, scopes: ['read_products'] });

  test('security_s03_an_end_user_fills_one_label_of_a_host_and_nothing_else', async () => {
    const subject = await shop();
    const session = await flow.session_for(subject);
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
      assert.equal((await flow.session_of(session)).status, 'open');
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
    const session = await flow.session_for(subject);
    const browser = new Browser();
    await browser.open(session.connect_url);
    await browser.submit({ 'field.shop': 'acme' }, { button: /allow/i, until: () => true });
    const callback = new URL(browser.pending.searchParams.get('redirect_uri'));
    callback.search = new URLSearchParams({ code: 'code', state: browser.pending.searchParams.get('state'), shop: 'evil.example/', host: 'evil.example' });
    const page = await browser.open(callback);
    // acme.myshopify.com is not in egress.allow, and nothing else was tried
    assert.notEqual(page.status, 303);
    assert.notEqual((await flow.session_of(session)).status, 'awaiting_confirmation');
    assert.deepEqual(suite.provider.sink.requests, []);
  });
});
