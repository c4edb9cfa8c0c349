// An end user's way through the nasty provider that a test can stop and bend, and what must hold when it came to nothing.
import assert from 'node:assert/strict';

import { Browser } from './browser.mjs';
import { returned, walk } from './connect_flow.mjs';
import { secrets_in } from './nasty_rig.mjs';
import { secret } from './test_run.mjs';

const is_callback = ({ pathname }) => pathname.startsWith('/oauth/callback/');

/** `url` with query members set; null removes one. */
export function with_query(url, members) {
  const out = new URL(url);
  for (const [name, value] of Object.entries(members)) {
    if (value === null) out.searchParams.delete(name);
    else out.searchParams.set(name, value);
  }
  return out;
}

/** The steps of a flow for the subjects of `suite` (NastySuite). */
export class NastyFlow {
  constructor(suite) { this.suite = suite; }

  async session_for(subject, wish = {}) {
    const { broker, return_url } = this.suite;
    const session = await broker.api('POST', '/v1/connect-sessions', { body: { credential: subject.id, end_user: { id: 'user-1' }, return_url, ...wish } });
    secret(new URL(session.connect_url).pathname.split('/').pop());
    return session;
  }

  session_of({ id }) { return this.suite.broker.api('GET', `/v1/connect-sessions/${id}`); }

  /** A flow up to the redirect that leads back: {session, browser, callback}. */
  async begun(subject, { browser = new Browser(), wish } = {}) {
    const session = await this.session_for(subject, wish);
    await browser.open(session.connect_url);
    await browser.submit({}, { button: /allow/i, until: is_callback });
    assert.ok(browser.pending, `the provider did not answer: ${browser.page.status} ${browser.page.visible}`);
    for (const { headers } of browser.history) for (const cookie of headers['set-cookie'] ?? []) secret(/^[^=]+=([^;]*)/.exec(cookie)[1]);
    return { session, browser, callback: new URL(browser.pending) };
  }

  async confirm(session, page) {
    const { code } = returned(page);
    return this.suite.broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: secret(code) } });
  }

  /** A page that says why, and holds neither secrets nor anything of the provider's text. */
  assert_page(page, status, code) {
    assert.equal(page.status, status, page.visible);
    assert.match(page.visible, new RegExp(`\\b${code}\\b`));
    assert.match(page.headers['content-security-policy'], /default-src 'none'/);
    assert.deepEqual(secrets_in(page.text, this.suite.provider), []);
  }

  /** Nothing came of it: no connection, no code for the product, and only so many requests to the token endpoint. */
  async assert_nothing_stored(subject, session, { error = null, token_requests = 0 } = {}) {
    const { broker } = this.suite;
    const { data } = await broker.api('GET', `/v1/connections?credential=${subject.id}`);
    assert.deepEqual(data, [], 'a connection was stored');
    assert.equal(subject.requests().length, token_requests, 'requests to the token endpoint');
    const now = await this.session_of(session);
    assert.equal(now.error, error);
    assert.equal(now.connection, null);
    await broker.call('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: 'x'.repeat(43) }, expect: 409 });
  }

  /** The same link still leads to a connection. */
  async assert_honest_way_works(session, browser) {
    const page = await walk(browser, session.connect_url);
    assert.ok(page.url.startsWith(this.suite.return_url), `${page.url} ${page.visible}`);
    assert.equal(returned(page).status, 'success');
    const connection = await this.confirm(session, page);
    assert.equal(connection.state, 'active');
    return connection;
  }
}
