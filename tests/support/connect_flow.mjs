// One account connected through the broker's connect page, as the product and its end user do it together.
import assert from 'node:assert/strict';

import { Browser } from './browser.mjs';
import { secret } from './test_run.mjs';

/** What an end user does at the oidc-provider of these tests: signs in when asked, allows. */
export const at_oidc_provider = ({ login = 'alice', password = 'wonderland', allow = true } = {}) => async (browser) => {
  for (let pages = 0; pages < 4; pages += 1) {
    const { forms, url } = browser.page;
    if (!new URL(url).pathname.startsWith('/interaction/')) return;
    const form = forms.some(({ id }) => id === 'login') ? 'login' : 'consent';
    await browser.submit(form === 'login' && allow ? { login, password } : {}, { form: allow ? form : 'deny' });
  }
};

/** The end user's part: opens the link, presses Allow, does what `at_provider` says. Answers the page where it ended. */
export async function walk(browser, connect_url, at_provider = async () => {}) {
  await browser.open(connect_url);
  assert.equal(browser.page.status, 200, `connect page: ${browser.page.status} ${browser.page.visible}`);
  await browser.submit({}, { button: /allow|continue|connect/i });
  await at_provider(browser);
  return browser.page;
}

/** The members that the return URL was called with. */
export const returned = (page) => Object.fromEntries(new URL(page.url).searchParams);

/**
 * The whole: session, walk, confirmation. Answers { connection, session, page, browser, code }.
 * `session` holds further members of the request, e.g. {connection} for a renewal.
 */
export async function connect_account(broker, { credential, end_user = { id: 'user-1' }, return_url, session: wish = {}, at_provider, browser = new Browser(), confirm = true }) {
  const session = await broker.api('POST', '/v1/connect-sessions', { body: { credential, end_user, return_url, ...wish } });
  secret(new URL(session.connect_url).pathname.split('/').pop());
  const page = await walk(browser, session.connect_url, at_provider);
  assert.ok(page.url.startsWith(return_url), `the browser did not come back to the product: ${page.url} ${page.status} ${page.visible}`);
  const { code } = returned(page);
  assert.ok(code, `no confirmation code came back: ${page.url}`);
  secret(code);
  const connection = confirm ? await broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code } }) : null;
  return { connection, session, page, browser, code };
}
