// The frame of a test file about the nasty provider: one broker, subjects that are gone after each test, and what is asserted of a
// connection whose refreshes went well or badly.
import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';

import { start_nasty_rig } from './nasty_rig.mjs';
import { Sink } from './sink.mjs';
import { secret } from './test_run.mjs';

/** An answer that is no answer of a token endpoint. */
export const kHtml = { body: '<html><title>502</title></html>', content_type: 'text/html' };

class NastySuite {
  subjects = [];

  get provider() { return this.rig.provider; }

  get broker() { return this.rig.broker; }

  /** Where a product waits for its end users. */
  get return_url() { return `${this.product.origin}/connected`; }

  /** A credential with a token endpoint of its own. */
  async made(members) {
    const subject = await this.rig.subject({ return_urls: [this.return_url], ...members });
    this.subjects.push(subject);
    return subject;
  }

  /** One connection whose token lives `expires_in` seconds, at a token endpoint that does `behaviours` first. */
  async one(behaviours = [], { expires_in = 600, ...members } = {}) {
    const subject = await this.made(members);
    const connection = await subject.import_connection({ expires_in });
    if (behaviours.length) subject.script(...behaviours);
    return { subject, connection };
  }

  /** The stored token is handed out; `warnings`: [] or ['refresh_failing']. */
  async assert_served(connection, access_token, warnings) {
    const { status, body } = await this.rig.token(connection);
    assert.equal(status, 200, body.detail);
    assert.equal(body.access_token, access_token);
    if (warnings) assert.deepEqual(body.warnings.filter((one) => one === 'refresh_failing'), warnings);
    return body;
  }

  /** The grant works: a new token that the provider takes, and a record without a trace of trouble. */
  async assert_renewed(connection, generation) {
    const { status, body } = await this.rig.token(connection);
    assert.equal(status, 200, body.detail);
    assert.equal(body.generation, generation);
    assert.deepEqual(body.warnings, []);
    assert.ok(this.rig.takes(body.access_token), 'the provider does not take the new token');
    const { state, state_reason, grant } = await this.rig.connection(connection);
    assert.deepEqual({ state, state_reason }, { state: 'active', state_reason: null });
    assert.deepEqual([grant.generation, grant.failures, grant.last_error, grant.next_attempt_at], [generation, 0, null, null]);
    return body;
  }

  /** The record tells of one failure that is not the end. */
  async assert_failing(connection, { generation = 1, failures = 1, last_error }) {
    const { state, grant } = await this.rig.connection(connection);
    assert.equal(state, 'active');
    assert.deepEqual([grant.generation, grant.failures], [generation, failures]);
    assert.match(grant.last_error, last_error);
    assert.ok(this.rig.seconds_to(grant.next_attempt_at) > 0, `next_attempt_at is ${grant.next_attempt_at}`);
    assert.equal(grant.has_refresh_token, true);
    return grant;
  }

  /** Only the end user can help, and was announced once. */
  async assert_needs_reconnect(connection, reason) {
    const { status, code, body } = await this.rig.token(connection);
    assert.deepEqual([status, code, body.act, body.retryable], [409, 'needs_reconnect', 'end_user', false], body.detail);
    const { state, state_reason, grant } = await this.rig.connection(connection);
    assert.deepEqual({ state, state_reason }, { state: 'needs_reconnect', state_reason: reason });
    assert.equal(grant.has_refresh_token, true, 'nothing is deleted on failure');
    assert.equal((await this.rig.events(connection)).filter((type) => type === 'connection.needs_reconnect').length, 1);
  }

  async begin(options) {
    this.rig = await start_nasty_rig(options);
    this.product = await Sink.start();
  }

  async end() {
    await this.product?.stop();
    await this.rig?.stop();
  }

  /** After each test, whatever it was about: nothing sent twice at once, no redirect followed. */
  async clear() {
    const { provider, rig } = this;
    rig.assert_never_concurrent();
    assert.deepEqual(provider.sink.requests, [], 'somebody called where a redirect led');
    provider.script.clear('/authorize');
    for (const subject of this.subjects.splice(0)) await subject.remove();
    Object.assign(provider.settings, { rotation: 'strict', grace_seconds: 0, account: null, send_iss: true });
    for (const { params } of provider.log.entries) secret(params.code_verifier, params.code, params.state, params.nonce);
    provider.log.clear();
  }
}

/** Registers the hooks of this test file, and answers its NastySuite; options as start_nasty_rig(). */
export function nasty_suite(options) {
  const suite = new NastySuite();
  before(() => suite.begin(options));
  after(() => suite.end());
  afterEach(() => suite.clear());
  return suite;
}
