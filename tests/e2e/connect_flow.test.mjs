// The way of one connect link: who may open it, how long, how it ends, and what the page at each end tells the end user to do.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { at_oidc_provider, connect_account, returned, walk } from '../support/connect_flow.mjs';
import { start_connect_rig } from '../support/connect_rig.mjs';
import { start_gate } from '../support/gate.mjs';
import { http_request, post_form } from '../support/http_request.mjs';
import { secret } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

let rig;
before(async () => { rig = await start_connect_rig({ name: 'connect-flow' }); });
after(() => rig?.stop());

const to_provider = (url) => url.href.startsWith(rig.provider.authorization_url);
const to_callback = ({ pathname }) => pathname.startsWith('/oauth/callback/');
const set_cookies = (browser) => browser.history.flatMap(({ headers }) => headers['set-cookie'] ?? []);
const ours = (browser) => browser.cookies.of(rig.broker.origin);

/** Walks to where the provider sends the browser back, and stops before that is followed. */
async function at_callback(session, { browser = new Browser(), login = 'alice' } = {}) {
  await rig.press(session, { browser });
  await browser.submit({ login, password: 'wonderland' }, { form: 'login' });
  await browser.submit({}, { form: 'consent', until: to_callback });
  return browser;
}

describe('cookies', () => {
  test('security_s08_one_cookie_per_flow_that_no_script_and_no_other_site_can_use', async () => {
    const { register, session, press } = rig;
    const [one, two] = [await session(await register()), await session(await register())];
    const browser = await press(one, { until: to_provider });
    const lines = browser.page.headers['set-cookie'];
    assert.equal(lines.length, 2);
    for (const line of lines) assert.match(line, /^vk_(connect|flow)_[0-9a-f]{16}=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
    assert.equal(browser.cookies.script_visible(one.connect_url), '');
    await press(two, { browser, until: to_provider });
    await press(one, { browser, until: to_provider });
    const names = ours(browser).map(({ name }) => name);
    assert.equal(names.filter((name) => name.startsWith('vk_flow_')).length, 3, 'each press of Allow is a flow of its own');
    assert.equal(names.filter((name) => name.startsWith('vk_connect_')).length, 2);
    assert.equal(new Set(ours(browser).map(({ value }) => value)).size, 5);
    for (const { value } of ours(browser)) assert.ok(![one.connect_url, two.connect_url, browser.pending.href].some((url) => url.includes(value)));
  });

  test('security_s08_the_cookie_of_a_flow_ends_with_it', async () => {
    const browser = await at_callback(await rig.session(await rig.register()));
    const [flow] = ours(browser).filter(({ name }) => name.startsWith('vk_flow_'));
    await browser.proceed();
    const gone = set_cookies(browser).find((line) => line.startsWith(`${flow.name}=;`));
    assert.match(gone, /Max-Age=0/);
    assert.deepEqual(ours(browser).filter(({ name }) => name.startsWith('vk_flow_')), []);
  });

  test('security_s08_behind_https_the_cookie_is_host_only_and_secure', async () => {
    // something else ends TLS in front of it
    const free = await start_gate(rig.broker.port);
    await free.stop();
    const host = new URL(free.origin).host;
    const broker = await start_valetkey({ name: 'https', admin: false, env: { VALETKEY_LISTEN: host, VALETKEY_PUBLIC_URL: 'https://connect.example.test' } });
    broker.origin = free.origin;
    try {
      await broker.become_admin();
      const credential = await broker.api('POST', '/v1/credentials', {
        body: { name: 'x', integration: 'github', grant_type: 'authorization_code', client_id: 'x', client_secret: secret('not a secret of anybody'), completion: 'immediate' },
      });
      assert.equal(credential.redirect_uri, 'https://connect.example.test/oauth/callback/github');
      const { connect_url } = await broker.api('POST', '/v1/connect-sessions', { body: { credential: credential.id, end_user: { id: 'u' } } });
      secret(connect_url.split('/').pop());
      assert.ok(connect_url.startsWith('https://connect.example.test/connect/'));
      const answer = await post_form(connect_url.replace('https://connect.example.test', broker.origin), { action: 'allow' }, { host: 'connect.example.test' });
      assert.equal(answer.status, 303);
      for (const line of answer.headers['set-cookie']) assert.match(line, /^__Host-vk_(connect|flow)_[0-9a-f]{16}=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
    } finally {
      await broker.end();
    }
  });
});

describe('who may use a link', () => {
  test('security_s07_opening_the_link_changes_nothing', async () => {
    const { register, session, session_now } = rig;
    const made = await session(await register());
    const before_it = await session_now(made);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const answer = await http_request(made.connect_url, { method, headers: { cookie: 'vk_connect_0123456789abcdef=x' } });
      assert.deepEqual([answer.status, answer.headers['set-cookie']], [200, undefined]);
    }
    assert.equal(before_it.status, 'open');
    assert.deepEqual(await session_now(made), before_it);
    const browser = await at_callback(made);
    await browser.proceed();
    assert.equal(returned(browser.page).status, 'success');
  });

  test('security_s07_allow_binds_the_first_browser_and_a_second_one_is_told', async () => {
    const { register, session } = rig;
    const made = await session(await register());
    const victim = new Browser();
    await victim.open(made.connect_url);
    const first = await at_callback(made);
    const shown = await victim.submit({}, { button: 'Allow', until: to_provider });
    assert.deepEqual([shown.status, set_cookies(victim)], [409, []]);
    assert.match(shown.visible, /in use in another browser Go on there, or ask .* for a new link/);
    assert.equal((await new Browser().open(made.connect_url)).status, 409);
    assert.equal((await first.open(made.connect_url)).status, 200, 'the browser that has it may open it again');
    await first.submit({}, { button: 'Allow' });
    await at_oidc_provider()(first);
    assert.equal(returned(first.page).status, 'success');
  });

  test('checklist_02_another_site_cannot_press_allow', async () => {
    const { register, session, session_now } = rig;
    const made = await session(await register());
    const browser = new Browser();
    const refused = await browser.post(made.connect_url, { action: 'allow' });
    assert.equal(refused.status, 403);
    assert.match(refused.visible, /Another site tried to press the button for you.*Open the link you were given and press the button yourself/);
    const fetch_of = (site) => post_form(made.connect_url, { action: 'allow' }, { 'sec-fetch-site': site });
    assert.deepEqual([(await fetch_of('same-site')).status, (await fetch_of('cross-site')).status], [403, 403]);
    assert.deepEqual(set_cookies(browser), []);
    assert.equal((await session_now(made)).status, 'open');
    const body = JSON.stringify({ action: 'allow' });
    const as_json = await http_request(made.connect_url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    assert.deepEqual([as_json.status, as_json.headers['set-cookie']], [400, undefined]);
  });

  test('checklist_11_every_press_has_its_own_state_challenge_and_nonce', async () => {
    const { register, session, press } = rig;
    const [one, two] = [await session(await register()), await session(await register())];
    const browser = new Browser();
    const seen = [];
    for (const made of [one, one, two]) seen.push((await press(made, { browser, until: to_provider })).pending.searchParams);
    for (const name of ['state', 'code_challenge', 'nonce']) {
      assert.equal(new Set(seen.map((asked) => asked.get(name))).size, 3, name);
      // 256 bits
      for (const asked of seen) assert.match(asked.get(name), /^[A-Za-z0-9_-]{43}$/);
    }
    assert.deepEqual(seen.map((asked) => [asked.get('response_type'), asked.get('code_challenge_method')]), Array(3).fill(['code', 'S256']));
  });
});

describe('confirmation', () => {
  test('security_s07_nothing_works_before_the_product_confirmed_with_its_key_and_the_code', async () => {
    const { broker, register, return_url, session_now } = rig;
    const credential = await register();
    const { session, code } = await connect_account(broker, { credential: credential.id, return_url, at_provider: at_oidc_provider(), confirm: false });
    const { connection, status } = await session_now(session);
    assert.equal(status, 'awaiting_confirmation');
    assert.equal((await broker.api('GET', `/v1/connections/${connection}`)).state, 'awaiting_confirmation');
    for (const [method, path, body] of [['GET', 'token'], ['POST', 'refresh', { rejected_generation: 1 }]]) {
      const refused = await broker.api(method, `/v1/connections/${connection}/${path}`, { body, expect: 409 });
      assert.deepEqual([refused.code, refused.access_token], ['awaiting_confirmation', undefined]);
    }
    const renewal = await broker.api('POST', '/v1/connect-sessions', { body: { credential: credential.id, end_user: { id: 'user-1' }, connection, return_url }, expect: 422 });
    assert.deepEqual(renewal.errors.map(({ pointer }) => pointer), ['/connection']);

    const confirm = (body, options) => broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body, ...options });
    const other = await connect_account(broker, { credential: credential.id, return_url, at_provider: at_oidc_provider({ login: 'bob' }), confirm: false });
    for (const wrong of [other.code, `${code}x`, 'x']) assert.deepEqual((await confirm({ code: wrong }, { expect: 422 })).errors.map(({ pointer }) => pointer), ['/code']);
    await confirm({ code }, { key: null, expect: 401 });
    await confirm({ code }, { key: await broker.make_key({ scopes: ['connect:read', 'connections:write'] }), expect: 403 });
    const confirmed = await confirm({ code });
    assert.deepEqual([confirmed.id, confirmed.state, confirmed.account], [connection, 'active', 'alice']);
    assert.ok((await broker.api('GET', `/v1/connections/${connection}/token`)).access_token);
    assert.equal((await confirm({ code }, { expect: 409 })).code, 'conflict');
    await confirm({ code: other.code }, { expect: [409, 422] });
  });

  test('security_s07_the_code_is_of_256_bits_and_no_answer_of_the_api_holds_it', async () => {
    const { broker, register, return_url, session_now } = rig;
    const { session, code } = await connect_account(broker, { credential: (await register()).id, return_url, at_provider: at_oidc_provider(), confirm: false });
    assert.match(code, /^[A-Za-z0-9_-]{43}$/);
    for (const answer of [await session_now(session), await broker.api('GET', '/v1/events'), await broker.api('GET', '/v1/audit')]) {
      assert.ok(!JSON.stringify(answer).includes(code));
    }
  });
});

describe('time', () => {
  let stepped;
  before(async () => { stepped = await start_connect_rig({ name: 'connect-stepped', stepped: true }); });
  after(() => stepped?.stop());

  test('security_s07_a_code_ends_after_five_minutes_and_what_waited_for_it_goes', async () => {
    const { broker, register, return_url, session_now } = stepped;
    const credential = await register();
    const connect = () => connect_account(broker, { credential: credential.id, return_url, at_provider: at_oidc_provider(), confirm: false });
    const confirm = ({ session, code }, options) => broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code }, ...options });
    const [in_time, late] = [await connect(), await connect()];
    await broker.advance(299);
    assert.equal((await confirm(in_time)).state, 'active');
    await broker.advance(1);
    const refused = await confirm(late, { expect: 409 });
    assert.match(refused.detail, /the code ended; let the end user connect again/);
    const { connection } = await session_now(late.session);
    await broker.call('GET', `/v1/connections/${connection}/token`, { expect: 409 });
  });

  test('a link ends after a quarter of an hour, an authorisation after ten minutes', async () => {
    const { broker, register, session, press, provider } = stepped;
    const credential = await register();
    const at_provider = (url) => url.href.startsWith(provider.authorization_url);
    const [slow, never] = [await session(credential), await session(credential)];
    const browser = await press(slow, { until: at_provider });
    await broker.advance(600);
    await browser.proceed();
    await at_oidc_provider()(browser);
    assert.equal(browser.page.status, 410);
    assert.match(browser.page.visible, /It took too long Nothing was connected\. Ask .* for a new link/);
    assert.equal((await stepped.session_now(slow)).error, 'expired');
    assert.equal((await new Browser().open(never.connect_url)).status, 200);
    await broker.advance(299);
    assert.equal((await new Browser().open(never.connect_url)).status, 200);
    await broker.advance(1);
    const ended = await new Browser().open(never.connect_url);
    assert.equal(ended.status, 404);
    assert.match(ended.visible, /This link is not valid .* Ask .* for a new one/);
  });
});

describe('every end has a page that says what the end user can do', () => {
  /** Opens the callback as the provider did, with `changes` to its members. */
  const changed = async (browser, changes) => {
    const url = browser.pending;
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    return browser.proceed();
  };

  const assert_ends = async (made, page, { status, code, says }) => {
    assert.equal(page.status, status, page.visible);
    assert.match(page.visible, says);
    assert.match(page.visible, new RegExp(`${code} · reference [A-Za-z0-9_-]{22}$`));
    const back = page.links.find(({ text }) => text === 'Go back');
    assert.deepEqual(returned({ url: back.href }), { tab: 'apps', session_id: made.id, status: 'error', error: code });
    assert.equal((await rig.session_now(made)).error, code);
    assert.deepEqual((await rig.broker.api('GET', `/v1/connections?credential=${made.credential}`)).data, []);
  };

  const rows = {
    access_denied: [{ error: 'access_denied', code: null }, 200, /You did not allow access Nothing was connected\. If that was a mistake, go back and start again\./],
    provider_error: [{ error: 'server_error', code: null }, 502, /The provider reported an error .* Try again in a few minutes/],
    issuer_mismatch: [{ iss: 'https://attacker.example' }, 400, /The answer came from the wrong server .* Tell the support/],
    issuer_missing: [{ iss: null }, 400, /The answer does not say where it came from .* Tell the support/],
    malformed_callback: [{ code: null }, 400, /The account could not be connected .* Go back to the product you came from and try again/],
    exchange_failed: [{ code: 'no-code-of-this-server' }, 502, /The provider did not complete it .* Try again in a few minutes/],
  };
  for (const [code, [changes, status, says]] of Object.entries(rows)) {
    test(`${code}, and the same browser may try again`, async () => {
      const made = await rig.session(await rig.register());
      const browser = await at_callback(made);
      await assert_ends(made, await changed(browser, changes), { status, code, says });
      await browser.open(made.connect_url);
      await browser.submit({}, { button: 'Allow' });
      await at_oidc_provider()(browser);
      assert.equal(returned(browser.page).status, 'success');
    });
  }

  test('account_unknown, where userinfo does not say whose it is', async () => {
    const made = await rig.session(await rig.register({ userinfo_url: `${rig.provider.issuer}/not-there` }));
    const browser = await at_callback(made);
    await assert_ends(made, await browser.proceed(), { status: 502, code: 'account_unknown', says: /did not say which account it is .* Try again in a few minutes/ });
  });

  test('exchange_failed, where the token endpoint cannot be reached', async () => {
    const gate = await start_gate(rig.provider.port);
    const made = await rig.session(await rig.register({ token_url: `${gate.origin}/token` }));
    const browser = await at_callback(made);
    await gate.stop();
    await assert_ends(made, await browser.proceed(), { status: 502, code: 'exchange_failed', says: /Try again in a few minutes/ });
  });

  test('endpoints_changed, while the end user was away', async () => {
    const credential = await rig.register();
    const made = await rig.session(credential);
    const browser = await at_callback(made);
    await rig.broker.api('PATCH', `/v1/credentials/${credential.id}`, { body: { token_url: `${rig.provider.issuer}/token/`, client_secret: rig.provider.client_secret } });
    await assert_ends(made, await browser.proceed(), { status: 409, code: 'endpoints_changed', says: /The settings changed while you were away .* Ask .* for a new link/ });
  });

  test('quota_exceeded', async () => {
    const { broker, installation_key } = rig;
    const made = await rig.session(await rig.register());
    const set_limit = (max_connections) => broker.api('PATCH', '/v1/tenants/ten_default', { key: installation_key, body: { policy: { max_connections } } });
    await set_limit(0);
    try {
      const browser = await at_callback(made);
      await assert_ends(made, await browser.proceed(), { status: 403, code: 'quota_exceeded', says: /No further connection can be made .* Tell its support/ });
    } finally {
      await set_limit(null);
    }
  });

  const nobody = {
    state_missing: ['/oauth/callback/custom/x?code=y', 400, /opened without an answer to read Open the link you were given again/],
    state_unknown: ['/oauth/callback/custom/x?code=y&state=never-issued', 400, /used already, or is not known .* Open the link you were given again/],
    link_ended: ['/connect/never-made', 404, /This link is not valid .* Ask the product you came from for a new one/],
  };
  for (const [code, [path, status, says]] of Object.entries(nobody)) {
    test(`${code}, where nobody knows whose it was`, async () => {
      const page = await new Browser().open(`${rig.broker.origin}${path}`);
      assert.equal(page.status, status);
      assert.match(page.visible, says);
      assert.match(page.visible, new RegExp(`${code} · reference`));
      assert.deepEqual(page.links, []);
    });
  }

  test('browser_mismatch: the first browser must begin again, the second cannot go on', async () => {
    const made = await rig.session(await rig.register());
    const browser = await at_callback(made);
    const page = await new Browser().open(browser.pending.href);
    assert.equal(page.status, 400);
    assert.match(page.visible, /begun in another browser Go on in the browser you began in, with cookies allowed, or open the link you were given again/);
    const late = await browser.proceed();
    assert.match(late.visible, /state_unknown/);
    assert.equal((await browser.open(made.connect_url)).status, 200);
  });

  test('a link that was used is at its end', async () => {
    const { broker, register, return_url } = rig;
    const { session } = await connect_account(broker, { credential: (await register()).id, return_url, at_provider: at_oidc_provider() });
    assert.equal((await new Browser().open(session.connect_url)).status, 404);
    assert.equal((await post_form(session.connect_url, { action: 'allow' })).status, 404);
  });

  test('Cancel leads back to the product, or to a page where there is none to go to', async () => {
    const { product, register, session, session_now } = rig;
    const made = await session(await register());
    const browser = new Browser();
    await browser.open(made.connect_url);
    const page = await browser.submit({}, { button: 'Cancel' });
    assert.ok(page.url.startsWith(product.origin));
    assert.deepEqual(returned(page), { tab: 'apps', session_id: made.id, status: 'error', error: 'access_denied' });
    assert.deepEqual([(await session_now(made)).status, set_cookies(browser)], ['open', []]);
    const alone = await session(await register({ completion: 'immediate' }), { return_url: undefined });
    await browser.open(alone.connect_url);
    const end = await browser.submit({}, { button: 'Cancel' });
    assert.equal(end.status, 200);
    assert.match(end.visible, /You did not allow access/);
  });

  test('a denial at the provider', async () => {
    const made = await rig.session(await rig.register());
    const page = await walk(new Browser(), made.connect_url, at_oidc_provider({ allow: false }));
    await assert_ends(made, page, { status: 200, code: 'access_denied', says: /You did not allow access/ });
  });
});
