// What an integration looks up with the new token, as the end user meets it, and the calls that need it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { at_oidc_provider, returned } from '../support/connect_flow.mjs';
import { acme_integration, start_connect_rig } from '../support/connect_rig.mjs';
import { Sink } from '../support/sink.mjs';

let rig;
let api;
let credential;
const json = (value) => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
const kAcme = { id: 'a1', url: 'https://acme.example', name: 'Acme <b>Ltd</b>' };
const kBeta = { id: 'b2', url: 'https://beta.example', name: 'Beta' };

before(async () => {
  rig = await start_connect_rig({ name: 'look-ups' });
  api = await Sink.start();
  await rig.broker.api('POST', '/v1/integrations', {
    body: acme_integration(rig.provider, {
      slug: 'sites',
      name: 'Sites',
      base_uri: `${api.origin}/ex/{cloud_id}`,
      proxy: { headers: { Authorization: 'Bearer {access_token}', 'X-Site': '{cloud_id}' } },
      placeholders: [
        { name: 'site', filled_by: 'end_user', title: 'Site', optional: true },
        { name: 'cloud_id', filled_by: 'lookup', pattern: '[a-z0-9]+' },
      ],
      lookups: [{ name: 'site', url: `${api.origin}/sites`, label: 'name', choose: { by: 'site', among: ['url', 'name'] }, fill: { cloud_id: 'id' } }],
    }),
  });
  credential = await rig.register({ integration: 'sites', base_uri: undefined });
});
after(async () => {
  await api?.stop();
  await rig?.stop();
});

/** From the link to where the flow ends; `fields` are what the end user types. */
async function walk(made, { browser = new Browser(), fields = {} } = {}) {
  await rig.press(made, { browser, fields });
  await at_oidc_provider()(browser);
  return browser;
}
const connections = async () => (await rig.broker.api('GET', `/v1/connections?credential=${credential.id}`)).data;
const confirmed = async (made, page) => rig.broker.api('POST', `/v1/connect-sessions/${made.id}/confirm`, { body: { code: returned(page).code } });

describe('look-ups after connecting', () => {
  test('the only site is taken, and calls through the broker reach it', async () => {
    api.answer = json([kAcme]);
    const made = await rig.session(credential);
    const { page } = await walk(made);
    const connection = await confirmed(made, page);
    assert.equal(connection.fields.cloud_id, 'a1');
    const asked = api.requests.at(-1);
    assert.deepEqual([asked.method, asked.url, asked.headers['x-site']], ['GET', '/sites', undefined]);
    const { access_token } = await rig.broker.api('GET', `/v1/connections/${connection.id}/token`);
    assert.equal(asked.headers.authorization, `Bearer ${access_token}`);
    api.answer = json({ issues: [] });
    assert.deepEqual(await rig.broker.api('GET', `/v1/proxy/${connection.id}/issues?open=1`), { issues: [] });
    const called = api.requests.at(-1);
    assert.deepEqual([called.url, called.headers['x-site'], called.headers.authorization], ['/ex/a1/issues?open=1', 'a1', `Bearer ${access_token}`]);
  });

  test('with several the page lists them as text, stores nothing, and offers them at the same link', async () => {
    api.answer = json([kAcme, kBeta]);
    const before_it = (await connections()).length;
    const made = await rig.session(credential);
    const browser = await walk(made);
    assert.equal(browser.page.status, 409);
    assert.match(browser.page.visible, /Your account has several of these .*choice_needed/);
    assert.ok(browser.page.text.includes('<li>Acme &lt;b&gt;Ltd&lt;/b&gt;</li><li>Beta</li>'), browser.page.text);
    assert.equal((await rig.session_now(made)).error, 'choice_needed');
    assert.equal((await connections()).length, before_it);

    const form = await browser.open(made.connect_url);
    assert.ok('required' in form.forms[0].inputs['field.site']);
    assert.ok(form.text.includes('<option value="Beta">Beta</option>'), form.text);
    assert.ok(form.text.includes('<option value="Acme &lt;b&gt;Ltd&lt;/b&gt;">'), form.text);
    await walk(made, { browser, fields: { 'field.site': 'Acme <b>Ltd</b>' } });
    const connection = await confirmed(made, browser.page);
    assert.equal(connection.fields.cloud_id, 'a1');

    // a renewal keeps the site without asking, and goes to no other by itself
    const renewal = await rig.session(credential, { connection: connection.id });
    const renewed = await confirmed(renewal, (await walk(renewal)).page);
    assert.deepEqual([renewed.id, renewed.fields.cloud_id], [connection.id, 'a1']);
    api.answer = json([kBeta]);
    const moved = await walk(await rig.session(credential, { connection: connection.id }));
    assert.match(moved.page.visible, /can no longer reach what this connection is for .*choice_gone/);
    assert.equal((await rig.broker.api('GET', `/v1/connections/${connection.id}`)).fields.cloud_id, 'a1');
  });

  test('security_s01_an_answer_that_leads_elsewhere_takes_the_token_nowhere', async () => {
    const foreign = await Sink.start();
    const before_it = (await connections()).length;
    api.answer = { status: 302, headers: { location: `${foreign.origin}/sites` }, body: '' };
    const { page } = await walk(await rig.session(credential));
    assert.match(page.visible, /did not say what the account can reach .*lookup_failed/);
    assert.equal(foreign.requests.length, 0);
    api.answer = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify([{ ...kAcme, padding: 'x'.repeat(2 << 20) }]) };
    assert.match((await walk(await rig.session(credential))).page.visible, /lookup_failed/);
    assert.equal((await connections()).length, before_it);
    await foreign.stop();
  });
});
