// The hosted connect page as an end user meets it, in a browser without JavaScript.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { at_oidc_provider, connect_account, returned } from '../support/connect_flow.mjs';
import { acme_integration, start_connect_rig } from '../support/connect_rig.mjs';
import { http_request } from '../support/http_request.mjs';

let rig;
before(async () => {
  rig = await start_connect_rig({ name: 'connect-page' });
  const { broker, provider } = rig;
  await broker.api('PATCH', '/v1/tenants/ten_default', { key: rig.installation_key, body: { name: 'Example Corporation' } });
  await broker.api('POST', '/v1/integrations', { body: acme_integration(provider) });
});
after(() => rig?.stop());

const to_provider = (url) => url.href.startsWith(rig.provider.authorization_url);
const asked_at_provider = (browser) => browser.history.filter(({ url }) => url.startsWith(rig.provider.issuer));
const host_of = (url) => new URL(url).hostname;

/** What every page of ours must carry, whatever it says. */
function assert_is_safe({ headers, text, url }, { links = [] } = {}) {
  assert.match(headers['content-type'], /^text\/html; charset=utf-8$/);
  const policy = headers['content-security-policy'];
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'( [^;]+)?; base-uri 'none'; frame-ancestors 'none'$/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['cache-control'], 'no-store');
  assert.doesNotMatch(text, /<script|<iframe|<img|<link|<object|<embed|<base|\son[a-z]+\s*=|javascript:|@import|url\(/i);
  const elsewhere = [...text.matchAll(/(?:https?:)?\/\/[^\s"'<>]+/g)].map(([found]) => found).filter((found) => !found.startsWith(new URL(url).origin) && !links.includes(found));
  assert.deepEqual(elsewhere, []);
}

describe('the page that asks', () => {
  test('says who asks, for whose account, for what in words, and where it leads', async () => {
    const { broker, provider, register, session } = rig;
    const made = await session(await register({ integration: 'acme', scopes: ['openid', 'offline_access', 'read', 'write'] }));
    const browser = new Browser();
    const page = await browser.open(made.connect_url);
    assert.equal(page.status, 200);
    assert_is_safe(page);
    assert.match(page.text, /<html lang="en">.*<meta name="viewport".*<title>Connect Acme<\/title>/s);
    assert.match(page.visible, /Connect Acme Example Corporation asks to use your Acme account/);
    assert.match(page.visible, /Read your documents \( ?read ?\)/);
    assert.match(page.visible, /offline_access.*write/);
    assert.ok(page.visible.includes(`You will go on at ${host_of(provider.issuer)}`), page.visible);
    assert.deepEqual(page.forms.map(({ method, buttons }) => [method, buttons.map(({ label }) => label)]), [['POST', ['Allow', 'Cancel']]]);
    // a link of a session that asks for less shows less
    const narrow = await session(await broker.api('GET', `/v1/credentials/${made.credential}`), { scopes: ['openid', 'read'] });
    assert.doesNotMatch((await browser.open(narrow.connect_url)).visible, /write/);
  });

  test('checklist_26_nothing_foreign_is_on_any_page_and_no_referrer_leaves', async () => {
    const { register, session, press, broker, return_url } = rig;
    const made = await session(await register());
    const browser = await press(made, { until: to_provider });
    assert.deepEqual([browser.page.status, browser.page.headers['referrer-policy'], browser.page.headers['cache-control']], [303, 'no-referrer', 'no-store']);
    await browser.proceed();
    await at_oidc_provider()(browser);
    // the code is not left in a page: the callback leads away from its own address at once
    const callback = browser.history.find(({ url }) => url.includes('/oauth/callback/'));
    assert.equal(callback.status, 303);
    assert.equal(callback.headers['referrer-policy'], 'no-referrer');
    assert.equal(asked_at_provider(browser)[0].request_headers.referer, undefined);
    assert.ok(!(browser.history.at(-1).request_headers.referer ?? '').includes('/oauth/'));
    for (const path of ['/connect/unknown', '/oauth/callback/custom/unknown', '/oauth/callback/github?state=x&code=y']) {
      assert_is_safe(await new Browser().open(`${broker.origin}${path}`));
    }
    const denied = await press(await session(await register()));
    await at_oidc_provider({ allow: false })(denied);
    assert_is_safe(denied.page, { links: [denied.page.links[0].href.replaceAll('&', '&amp;')] });
    assert.ok(denied.page.links[0].href.startsWith(return_url));
  });

  test('form-action permits the whole chain to the provider and back to the product, and nothing else', async () => {
    const { register, session, press, provider, product } = rig;
    const browser = await press(await session(await register()));
    const [{ headers }] = browser.history;
    assert.match(headers['content-security-policy'], new RegExp(`form-action 'self' ${provider.issuer} ${product.origin};`));
    await at_oidc_provider()(browser);
    assert.deepEqual(browser.violations, []);
    assert.ok(browser.page.url.startsWith(product.origin));
  });

  test('checklist_28_a_post_is_answered_with_303', async () => {
    const { register, session, press } = rig;
    const made = await session(await register());
    const allowed = await press(made, { until: to_provider });
    assert.equal(allowed.page.status, 303);
    const browser = new Browser();
    await browser.open((await session(await register())).connect_url);
    await browser.submit({}, { button: 'Cancel' });
    assert.deepEqual(browser.history.filter(({ method }) => method === 'POST').map(({ status }) => status), [303]);
  });
});

describe('what the end user fills in', () => {
  let credential;
  before(async () => {
    await rig.broker.api('POST', '/v1/integrations', {
      body: acme_integration(rig.provider, {
        slug: 'fields',
        name: 'Fields',
        authorization_params: { prompt: 'consent', login_hint: '{workspace}', ui_locales: '{region}', claims_locales: '{note|region}' },
        placeholders: [
          { name: 'workspace', filled_by: 'end_user', title: 'Workspace', description: 'The first part of your address', pattern: '[a-z]{3,10}', example: 'acme' },
          { name: 'region', filled_by: 'end_user', title: 'Region', choices: ['eu', 'us'], default: 'us' },
          { name: 'note', filled_by: 'end_user', title: 'Note', optional: true },
        ],
      }),
    });
    credential = await rig.register({ integration: 'fields' });
  });

  test('each field is labelled and explained, and its value reaches the provider', async () => {
    const { session } = rig;
    const browser = new Browser();
    const page = await browser.open((await session(credential)).connect_url);
    const { inputs } = page.forms[0];
    assert.deepEqual(Object.keys(inputs).sort(), ['field.note', 'field.region', 'field.workspace']);
    assert.ok('required' in inputs['field.workspace'] && !('required' in inputs['field.note']));
    for (const name of Object.keys(inputs)) assert.match(page.text, new RegExp(`<label for="${name}">`));
    assert.match(page.visible, /Workspace The first part of your address/);
    await browser.submit({ 'field.workspace': 'wonder', 'field.region': 'eu' }, { button: 'Allow', until: to_provider });
    const asked = browser.pending.searchParams;
    assert.deepEqual(['login_hint', 'ui_locales', 'claims_locales'].map((name) => asked.get(name)), ['wonder', 'eu', 'eu']);
  });

  test('security_s03_what_does_not_fit_is_said_beside_its_field_and_what_was_typed_stays', async () => {
    const { session } = rig;
    const made = await session(credential);
    const browser = new Browser();
    const rows = [
      [{}, /Workspace .*This is required\./],
      [{ 'field.workspace': 'Ab' }, /This must match/],
      [{ 'field.workspace': 'evil.example/' }, /This must match/],
      [{ 'field.workspace': 'wonder\r\nx: y' }, /This /],
      [{ 'field.workspace': 'wonder', 'field.region': 'mars' }, /Region .*This /],
      [{ 'field.workspace': 'wonder', 'field.prompt': 'none' }, /A value that was sent is not asked for\./],
    ];
    for (const [values, complaint] of rows) {
      await browser.open(made.connect_url);
      const page = await browser.submit({ 'field.note': 'keep "me" & <this>', ...values }, { button: 'Allow', until: to_provider });
      assert.equal(page.status, 422, JSON.stringify(values));
      assert_is_safe(page);
      assert.match(page.visible, complaint);
      const { inputs } = page.forms[0];
      assert.equal(inputs['field.note'].value, 'keep "me" & <this>');
      if (values['field.workspace'] && !/[\r\n]/.test(values['field.workspace'])) assert.equal(inputs['field.workspace'].value, values['field.workspace']);
    }
    assert.deepEqual(asked_at_provider(browser), []);
    assert.equal((await rig.session_now(made)).status, 'open');
    await browser.submit({ 'field.workspace': 'wonder', 'field.prompt': null, 'field.region': 'eu' }, { button: 'Allow', until: to_provider });
    assert.ok(to_provider(browser.pending));
  });

  test('a host that depends on a field: the form may lead to https', async () => {
    const { broker, session, register } = rig;
    await broker.api('POST', '/v1/integrations', {
      body: acme_integration(rig.provider, {
        slug: 'shop',
        name: 'Shop',
        authorization_url: 'https://{shop}.shop.example/authorize',
        placeholders: [{ name: 'shop', filled_by: 'end_user', title: 'Shop' }],
      }),
    });
    const made = await session(await register({ integration: 'shop', authorization_url: undefined }));
    const browser = new Browser();
    await browser.open(made.connect_url);
    assert.match(browser.page.headers['content-security-policy'], /form-action 'self' https: /);
    for (const shop of ['evil.example#', 'a.b', 'x@evil', '127.0.0.1', '-a']) {
      assert.equal((await browser.submit({ 'field.shop': shop }, { button: 'Allow', until: () => true })).status, 422, shop);
    }
    await browser.submit({ 'field.shop': 'good-shop' }, { button: 'Allow', until: () => true });
    assert.equal(browser.pending.host, 'good-shop.shop.example');
    assert.deepEqual(browser.violations, []);
  });
});

describe('security_s22 outside text', () => {
  test('security_s22_hostile_names_are_shown_as_text', async () => {
    const { broker, register, session, press, installation_key, provider } = rig;
    const hostile = (word) => `${word} "><script>alert('${word}')</script> & <b>`;
    await broker.api('PATCH', '/v1/tenants/ten_default', { key: installation_key, body: { name: hostile('tenant') } });
    await broker.api('POST', '/v1/integrations', {
      body: acme_integration(provider, {
        slug: 'hostile',
        name: hostile('integration'),
        scopes: [{ name: 'read', description: hostile('scope') }],
        authorization_params: { login_hint: '{field}' },
        placeholders: [{ name: 'field', filled_by: 'end_user', title: hostile('title'), description: hostile('description'), example: hostile('example') }],
      }),
    });
    const credential = await register({ integration: 'hostile', completion: 'immediate' });
    const made = await session(credential, { end_user: { id: 'x', display_name: hostile('user') } });
    const browser = new Browser();
    const page = await browser.open(made.connect_url);
    assert_is_safe({ ...page, text: page.text.replace(/<title>.*?<\/title>/s, '') });
    for (const word of ['tenant', 'integration', 'scope', 'title', 'description', 'user']) assert.ok(page.visible.includes(hostile(word)), word);
    assert.equal(page.forms[0].inputs['field.field'].placeholder, hostile('example'));
    assert.doesNotMatch(page.text, /<script|<b>/);
    const again = await browser.submit({ 'field.field': '' }, { button: 'Allow' });
    assert.equal(again.status, 422);
    assert.doesNotMatch(again.text, /<script|<b>/);

    // what a provider says about its error is for the log, cut and without control bytes; the end user reads our words
    const failing = await press(made, { fields: { 'field.field': 'x' }, until: to_provider });
    const state = failing.pending.searchParams.get('state');
    const said = `<script>alert(1)</script>\r\nInjected: yes ${'x'.repeat(5000)}`;
    const end = await failing.open(`${credential.redirect_uri}?${new URLSearchParams({ state, iss: provider.issuer, error: '<img src=x>', error_description: said })}`);
    assert.equal(end.status, 502);
    assert_is_safe(end, { links: [end.links[0].href.replaceAll('&', '&amp;')] });
    assert.doesNotMatch(end.text, /Injected|<img|alert/);
    const line = broker.log().split('\n').find((text) => text.includes('Injected'));
    assert.ok(line && line.length < 1500, line);
    assert.doesNotMatch(line, /x{201}/);
    await broker.api('PATCH', '/v1/tenants/ten_default', { key: installation_key, body: { name: 'Example Corporation' } });
  });
});

describe('who gets the access', () => {
  test('security_s07_completion_immediate_is_warned_about_and_its_page_names_the_user', async () => {
    const { broker, register, session, press } = rig;
    const credential = await register({ integration: 'acme', completion: 'immediate' });
    assert.ok(credential.warnings.some(({ code, reference }) => code === 'completion_immediate' && reference === 'S7'));
    const made = await session(credential, { end_user: { id: 'user-9', display_name: 'Nina Nine' } });
    const browser = new Browser();
    assert.match((await browser.open(made.connect_url)).visible, /Example Corporation asks to use your Acme account on behalf of its user Nina Nine , who will get this access as soon as you allow it/);
    await press(made, { browser });
    await at_oidc_provider()(browser);
    assert.deepEqual(returned(browser.page), { tab: 'apps', session_id: made.id, status: 'success' });
    const { status, connection } = await rig.session_now(made);
    assert.equal(status, 'completed');
    assert.ok((await broker.api('GET', `/v1/connections/${connection}/token`)).access_token);
  });

  test('without a return URL an own page says that it worked', async () => {
    const { register, session, press } = rig;
    const browser = await press(await session(await register({ integration: 'acme', completion: 'immediate' }), { return_url: undefined }));
    await at_oidc_provider()(browser);
    assert.equal(browser.page.status, 200);
    assert.match(browser.page.visible, /Acme is connected You can close this window/);
    assert_is_safe(browser.page);
  });

  test('checklist_01_the_product_is_told_by_exactly_the_return_url_that_was_registered', async () => {
    const { broker, register, return_url, product } = rig;
    const credential = await register();
    const { page, session } = await connect_account(broker, { credential: credential.id, return_url, at_provider: at_oidc_provider() });
    const url = new URL(page.url);
    assert.equal(`${url.origin}${url.pathname}`, `${product.origin}/connected`);
    assert.deepEqual([...url.searchParams.keys()], ['tab', 'session_id', 'status', 'code']);
    assert.deepEqual([url.searchParams.get('session_id'), url.searchParams.get('status')], [session.id, 'success']);
    assert.match(url.searchParams.get('code'), /^[A-Za-z0-9_-]{43}$/);
    for (const wish of [`${product.origin}/connected`, `${return_url}&more=1`, `${return_url}#x`, 'https://attacker.example/', `//${product.origin}`, 'javascript:alert(1)']) {
      const refused = await broker.api('POST', '/v1/connect-sessions', { body: { credential: credential.id, end_user: { id: 'u' }, return_url: wish }, expect: 422 });
      assert.deepEqual(refused.errors.map(({ pointer }) => pointer), ['/return_url'], wish);
    }
  });
});

test('the page answers HEAD like GET, and nothing but GET and POST', async () => {
  const { connect_url } = await rig.session(await rig.register());
  const head = await http_request(connect_url, { method: 'HEAD' });
  assert.deepEqual([head.status, head.body.length], [200, 0]);
  for (const method of ['PUT', 'DELETE', 'PATCH']) assert.equal((await http_request(connect_url, { method })).status, 405);
});
