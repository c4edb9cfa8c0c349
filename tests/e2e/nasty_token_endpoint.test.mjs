// What a token endpoint can do to a broker, one behaviour at a time: the caller gets the designed error, a live token is served on,
// the record tells what is going on, and the grant survives whenever the provider lets it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { listen } from '../support/listener.mjs';
import { eventually, start_nasty_rig } from '../support/nasty_rig.mjs';
import { secret } from '../support/test_run.mjs';

let rig;
let provider;
const subjects = [];

before(async () => {
  rig = await start_nasty_rig({ name: 'nasty-token', env: { VALETKEY_TOKEN_REQUEST_TIMEOUT: '1s' } });
  provider = rig.provider;
});
after(() => rig.stop());
afterEach(async () => {
  rig.assert_never_concurrent();
  assert.deepEqual(provider.sink.requests, [], 'somebody called where a redirect led');
  for (const subject of subjects.splice(0)) await subject.remove();
  Object.assign(provider.settings, { rotation: 'strict', grace_seconds: 0 });
  provider.log.clear();
});

async function made(members) {
  const subject = await rig.subject(members);
  subjects.push(subject);
  return subject;
}

/** One connection whose token lives `expires_in` seconds, at a token endpoint that does `behaviours` first. */
async function one(behaviours = [], { expires_in = 600, ...members } = {}) {
  const subject = await made(members);
  const connection = await subject.import_connection({ expires_in });
  if (behaviours.length) subject.script(...behaviours);
  return { subject, connection };
}

async function assert_served(connection, access_token, warnings) {
  const { status, body } = await rig.token(connection);
  assert.equal(status, 200, body.detail);
  assert.equal(body.access_token, access_token);
  if (warnings) assert.deepEqual(body.warnings.filter((one) => one === 'refresh_failing'), warnings);
  return body;
}

/** The grant works: a new token that the provider takes, and a record without a trace of trouble. */
async function assert_renewed(connection, generation) {
  const { status, body } = await rig.token(connection);
  assert.equal(status, 200, body.detail);
  assert.equal(body.generation, generation);
  assert.deepEqual(body.warnings, []);
  assert.ok(rig.takes(body.access_token), 'the provider does not take the new token');
  const { state, state_reason, grant } = await rig.connection(connection);
  assert.deepEqual({ state, state_reason }, { state: 'active', state_reason: null });
  assert.deepEqual([grant.generation, grant.failures, grant.last_error, grant.next_attempt_at], [generation, 0, null, null]);
  return body;
}

async function assert_failing(connection, { generation = 1, failures = 1, last_error }) {
  const { state, grant } = await rig.connection(connection);
  assert.equal(state, 'active');
  assert.deepEqual([grant.generation, grant.failures], [generation, failures]);
  assert.match(grant.last_error, last_error);
  assert.ok(rig.seconds_to(grant.next_attempt_at) > 0, `next_attempt_at is ${grant.next_attempt_at}`);
  assert.equal(grant.has_refresh_token, true);
  return grant;
}

async function assert_needs_reconnect(connection, reason) {
  const { status, code, body } = await rig.token(connection);
  assert.deepEqual([status, code, body.act, body.retryable], [409, 'needs_reconnect', 'end_user', false], body.detail);
  const { state, state_reason, grant } = await rig.connection(connection);
  assert.deepEqual({ state, state_reason }, { state: 'needs_reconnect', state_reason: reason });
  assert.equal(grant.has_refresh_token, true, 'nothing is deleted on failure');
  assert.deepEqual((await rig.events(connection)).filter((type) => type === 'connection.needs_reconnect').length, 1);
}

const kHtml = { body: '<html><title>502</title></html>', content_type: 'text/html' };

describe('sent, without a usable answer, and not processed', () => {
  const rows = [
    ['slow', { delay_before_ms: 20_000, process: false }, /no_answer/],
    ['dripping', { drip: { bytes: 1, ms: 200, headers: true }, process: false }, /no_answer/],
    ['truncated in the body', { truncate: 1, process: false }, /no_answer/],
    ['truncated after the head', { truncate: 0, process: false }, /no_answer/],
    ['reset after the request was read', { reset_after_read: true }, /no_answer/],
    ['reset before the request was read', { reset_before_read: true }, /no_answer/],
    ['closed without an answer', { close: true, process: false }, /no_answer/],
    ['huge', { huge: 2 << 20, process: false }, /no_answer/],
    ['huge without a length', { huge: 2 << 20, chunked: true, process: false }, /no_answer/],
    ['no HTTP at all', { raw: 'SSH-2.0-OpenSSH_9.2\r\n' }, /no_answer/],
    ['a page instead of JSON', kHtml, /malformed_answer/],
    ['nothing', { body: '' }, /malformed_answer/],
    ['a list', { body: '[{"access_token":"at"}]' }, /malformed_answer/],
    ['JSON that ends early', { body: '{"access_token":"at_0123456789", "tok' }, /malformed_answer/],
    ['nested too deep', { body: `${'{"a":'.repeat(200)}1${'}'.repeat(200)}` }, /malformed_answer/],
    ['no access token', { json: { ok: true } }, /malformed_answer/],
    ['an access token that is no text', { json: { access_token: { value: 'x' }, expires_in: 3600 } }, /malformed_answer/],
    ['an empty access token', { json: { access_token: '', refresh_token: '' } }, /malformed_answer/],
    ['500', { status: 500 }, /http_500/],
    ['502 that speaks of invalid_grant', { status: 502, json: { error: 'invalid_grant' } }, /http_502/],
    ['504 with a page', { status: 504, ...kHtml }, /http_504/],
    ['408', { status: 408, ...kHtml }, /http_408/],
  ];
  for (const [name, behaviour, last_error] of rows) {
    test(`refresh_5_4_sent_without_a_usable_answer_is_sent_again_when_the_live_token_ends: ${name}`, async () => {
      const { subject, connection } = await one([behaviour]);
      const failed = await rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code, failed.body.act], [503, 'refresh_outcome_unknown', 'wait'], failed.body.detail);
      assert.ok(failed.retry_after >= 1 && failed.retry_after <= 2, `Retry-After ${failed.retry_after}`);
      await assert_failing(connection, { last_error });
      await assert_served(connection, connection.access_token);

      await rig.advance(590);
      await assert_served(connection, connection.access_token, ['refresh_failing']);
      assert.equal(subject.requests().length, 1, 'sent again before the live token ended');

      await rig.advance(11);
      await assert_renewed(connection, 2);
      assert.equal(subject.requests().length, 2);
      assert.equal(provider.counters().reused_after_rotation, 0);
    });
  }
});

describe('sent, processed, and the answer lost', () => {
  const rows = [
    ['reset', { rotate_then_reset: true }, 'none'],
    ['closed', { close: true }, 'none'],
    ['truncated', { truncate: 20 }, 'partial'],
    ['slow', { delay_ms: 20_000 }, 'abandoned'],
    ['huge', { huge: 2 << 20 }, null],
    ['502', { status: 502, process: true }, 'full'],
    ['a page instead of JSON', { ...kHtml, process: true }, 'full'],
  ];
  for (const [name, behaviour, answered] of rows) {
    test(`refresh_5_4_and_refresh_rule_15_a_rotated_token_that_was_lost_costs_nothing_before_the_live_token_ends: ${name}`, async () => {
      const { subject, connection } = await one([behaviour]);
      const failed = await rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code], [503, 'refresh_outcome_unknown'], failed.body.detail);
      await rig.advance(590);
      await assert_served(connection, connection.access_token, ['refresh_failing']);
      assert.ok(rig.takes(connection.access_token), 'reuse detection revoked the live token');
      assert.equal(subject.requests().length, 1);

      await rig.advance(11);
      await assert_needs_reconnect(connection, 'refresh_outcome_unknown');
      const [lost, again] = subject.requests();
      assert.equal(subject.requests().length, 2);
      assert.deepEqual([again.reused, again.spent_before_by], [true, lost.n]);
      if (answered) assert.equal(again.previous_answered, answered);
      await rig.advance(3600);
      await assert_needs_reconnect(connection, 'refresh_outcome_unknown');
      assert.equal(subject.requests().length, 2, 'a grant that ended is asked for again');
    });
  }

  test('refresh_5_4_a_token_that_was_found_bad_counts_as_ended_and_is_asked_for_again_after_the_backoff', async () => {
    const { subject, connection } = await one([{ reset_after_read: true }]);
    assert.equal((await rig.refresh(connection)).code, 'refresh_outcome_unknown');
    assert.equal((await rig.refresh(connection)).code, 'refresh_outcome_unknown');
    assert.equal(subject.requests().length, 1);
    await rig.advance(2);
    assert.equal((await rig.refresh(connection)).status, 200);
    assert.equal(subject.requests().length, 2);
    await assert_renewed(connection, 2);
  });

  test('refresh_5_4_an_unknown_outcome_stays_unknown_through_failures_that_were_not_processed', async () => {
    const { subject, connection } = await one([{ rotate_then_reset: true }, { status: 503 }, { status: 429 }]);
    await rig.refresh(connection);
    await rig.advance(601);
    assert.equal((await rig.token(connection)).code, 'refresh_outcome_unknown');
    await rig.advance(10);
    assert.equal((await rig.token(connection)).code, 'refresh_outcome_unknown');
    assert.equal(subject.requests().length, 3);
    await rig.advance(20);
    await assert_needs_reconnect(connection, 'refresh_outcome_unknown');
  });

  for (const rotation of ['grace', 'none']) {
    test(`refresh_5_4_with_a_grace_or_no_rotation_it_is_sent_again_at_once: ${rotation}`, async () => {
      Object.assign(provider.settings, { rotation, grace_seconds: rotation === 'grace' ? 600 : 0 });
      const { subject, connection } = await one([{ rotate_then_reset: true }], { rotation, ...(rotation === 'grace' ? { rotation_grace: 600 } : {}) });
      const { status, body } = await rig.refresh(connection);
      assert.deepEqual([status, body.generation], [200, 2], body.detail);
      assert.equal(subject.requests().length, 2);
      await assert_renewed(connection, 2);
    });
  }
});

describe('not processed', () => {
  for (const [name, behaviour, last_error] of [['429', { status: 429, retry_after: 100 }, /http_429/], ['503', { status: 503, retry_after: 100 }, /http_503/]]) {
    test(`refresh_5_4_and_refresh_5_6_retry_after_is_honoured_to_the_second: ${name}`, async () => {
      const { subject, connection } = await one([behaviour]);
      await rig.advance(601);
      const failed = await rig.token(connection);
      assert.deepEqual([failed.status, failed.code, failed.body.act, failed.retry_after], [503, 'provider_unavailable', 'wait', 100], failed.body.detail);
      await assert_failing(connection, { last_error });
      await rig.advance(99);
      const waiting = await rig.token(connection);
      assert.deepEqual([waiting.code, waiting.retry_after], ['provider_unavailable', 1]);
      assert.equal((await rig.refresh(connection)).code, 'provider_unavailable');
      assert.equal(subject.requests().length, 1, 'asked before Retry-After was over');
      await rig.advance(1);
      await assert_renewed(connection, 2);
      assert.equal(subject.requests().length, 2);
    });
  }

  for (const retry_after of ['', '-1', '1e9', '99999999999999999999', 'soon', 'Fri, 31 Dec 2999 23:59:59 GMT', '5, 5']) {
    test(`refresh_5_6_a_retry_after_that_says_nothing_usable_leaves_our_own_backoff: '${retry_after}'`, async () => {
      const { connection } = await one([{ status: 429, headers: { 'retry-after': retry_after } }]);
      const failed = await rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code], [503, 'provider_unavailable']);
      assert.ok(failed.retry_after >= 1 && failed.retry_after <= 2, `Retry-After ${failed.retry_after}`);
      await rig.advance(2);
      await assert_renewed(connection, (await rig.refresh(connection)).body.generation);
    });
  }

  test('refresh_5_6_a_retry_after_of_years_is_a_day', async () => {
    const { connection } = await one([{ status: 429, retry_after: 1_000_000_000 }]);
    assert.equal((await rig.refresh(connection)).retry_after, 86_400);
  });

  test('refresh_5_4_a_provider_that_is_down_is_transient_and_its_return_heals_every_grant', async () => {
    const reserved = await listen(() => {});
    await reserved.close();
    const subject = await made({ token_url: `http://127.0.0.1:${reserved.port}/token/down` });
    const connections = await subject.import_connections(5, { expires_in: 60 });
    await rig.advance(50);
    for (const connection of connections) await assert_served(connection, connection.access_token);
    await rig.advance(11);
    for (const connection of connections) {
      const failed = await rig.token(connection);
      assert.deepEqual([failed.status, failed.code], [503, 'provider_unavailable'], failed.body.detail);
      assert.match((await rig.connection(connection)).grant.last_error, /not_sent/);
    }
    for (let minutes = 0; minutes < 30; minutes += 5) await rig.advance(300);
    const up = await listen((req, res) => { provider.handle(req, res); }, { port: reserved.port });
    try {
      await rig.advance(600);
      for (const connection of connections) await assert_renewed(connection, 2);
      assert.equal(provider.counters().reused_after_rotation, 0);
    } finally {
      await up.close();
    }
  });
});

describe('definitive for the grant', () => {
  for (const [name, behaviour] of [
    ['400', { error: 'invalid_grant' }],
    ['200 with an error', { status: 200, json: { error: 'invalid_grant', error_description: 'expired' } }],
    ['form encoded', { status: 400, body: 'error=invalid_grant&error_description=gone', content_type: 'application/x-www-form-urlencoded' }],
    ['with tokens beside the error', { status: 200, json: { error: 'invalid_grant', access_token: 'at_of_somebody_else', refresh_token: 'rt_of_somebody_else' } }],
  ]) {
    test(`refresh_5_6_and_refresh_rule_07_invalid_grant_ends_the_grant: ${name}`, async () => {
      const { subject, connection } = await one([behaviour]);
      const failed = await rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code, failed.body.act], [409, 'needs_reconnect', 'end_user'], failed.body.detail);
      await assert_needs_reconnect(connection, 'invalid_grant');
      await rig.advance(3600);
      await assert_needs_reconnect(connection, 'invalid_grant');
      assert.equal(subject.requests().length, 1, 'a grant that ended is asked for again');
    });
  }

  test('refresh_rule_09_two_hundred_with_temporarily_unavailable_is_transient', async () => {
    const { connection } = await one([{ status: 200, json: { error: 'temporarily_unavailable' } }]);
    const failed = await rig.refresh(connection);
    assert.deepEqual([failed.status, failed.code], [503, 'provider_unavailable']);
    await assert_failing(connection, { last_error: /temporarily_unavailable/ });
    await rig.advance(2);
    assert.equal((await rig.refresh(connection)).body.generation, 2);
  });

  test('security_s22_a_hostile_error_is_clipped_and_loses_the_secrets_of_its_exchange', async () => {
    const { subject, connection } = await one();
    const told = `<script>alert(1)</script>\r\nSet-Cookie: a=b ${connection.refresh_token} ${provider.client_secret} ${'x'.repeat(5000)}`;
    subject.script({ error: 'invalid_grant', error_description: told });
    const failed = await rig.refresh(connection);
    assert.equal(failed.code, 'needs_reconnect');
    assert.match(failed.body.detail, /<script>alert\(1\)<\/script>\?\?Set-Cookie: a=b \*\*\* \*\*\* x/);
    assert.ok(failed.body.detail.length < 500, `${failed.body.detail.length} bytes of detail`);
    assert.equal(failed.headers['set-cookie'], undefined);
    await assert_needs_reconnect(connection, 'invalid_grant');
  });

  test('security_s22_an_error_code_that_holds_the_refresh_token_is_kept_without_it', async () => {
    const { subject, connection } = await one();
    subject.script({ status: 400, json: { error: `nope ${connection.refresh_token}` } });
    const failed = await rig.refresh(connection);
    assert.deepEqual([failed.status, failed.code], [409, 'credential_configuration']);
    await assert_failing(connection, { last_error: /^nope \*\*\*$/ });
  });
});

describe('definitive, and no fault of the grant', () => {
  for (const [name, behaviour, last_error] of [
    ['307', { redirect: 307 }, /redirect_refused/],
    ['308', { redirect: 308 }, /redirect_refused/],
    ['302', { redirect: 302 }, /redirect_refused/],
    ['300 without a target', { status: 300, json: {} }, /redirect_refused/],
    ['404', { status: 404, ...kHtml }, /http_404/],
    ['invalid_scope', { error: 'invalid_scope' }, /invalid_scope/],
    ['200 with an error of its own', { status: 200, json: { error: 'token_rotation_enabled' } }, /token_rotation_enabled/],
  ]) {
    test(`refresh_5_6_and_checklist_30_is_told_to_the_operator_and_harms_no_grant: ${name}`, async () => {
      const { subject, connection } = await one([behaviour]);
      const failed = await rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code, failed.body.act], [409, 'credential_configuration', 'operator'], failed.body.detail);
      await assert_failing(connection, { last_error });
      await assert_served(connection, connection.access_token);
      assert.equal(subject.requests().length, 1);
      await rig.advance(601);
      await assert_renewed(connection, 2);
      assert.equal(subject.requests().length, 2);
    });
  }
});

describe('definitive for the client', () => {
  test('refresh_5_6_and_refresh_rule_07_invalid_client_is_remembered_and_one_probe_finds_the_repair', async () => {
    const subject = await made();
    const connections = await subject.import_connections(4, { expires_in: 3600 });
    subject.always({ error: 'invalid_client' });
    const failed = await rig.refresh(connections[0]);
    assert.deepEqual([failed.status, failed.code, failed.body.act], [409, 'credential_configuration', 'operator'], failed.body.detail);
    assert.match(failed.body.detail, new RegExp(subject.id));
    const { client_error } = await subject.read();
    assert.equal(client_error.code, 'invalid_client');
    assert.equal(rig.seconds_to(client_error.next_probe_at), 60);

    const others = await Promise.all(connections.map((connection) => rig.refresh(connection)));
    assert.deepEqual(others.map(({ code }) => code), Array(4).fill('credential_configuration'));
    assert.equal(subject.requests().length, 1, 'a client that is rejected is hammered');
    for (const connection of connections) await assert_served(connection, connection.access_token);

    await rig.advance(59);
    await Promise.all(connections.map((connection) => rig.refresh(connection)));
    assert.equal(subject.requests().length, 1);
    await rig.advance(1);
    await Promise.all(connections.map((connection) => rig.refresh(connection)));
    assert.equal(subject.requests().length, 2, 'the probe is one request');
    assert.equal(rig.seconds_to((await subject.read()).client_error.next_probe_at), 60);

    subject.always(null);
    await rig.advance(60);
    const healed = await Promise.all(connections.map((connection) => rig.refresh(connection)));
    assert.ok(healed.some(({ status }) => status === 200), 'the probe did not heal the credential');
    assert.equal((await subject.read()).client_error, null);
    for (const connection of connections) {
      if ((await rig.token(connection)).body.generation === 1) assert.equal((await rig.refresh(connection)).status, 200);
      await assert_renewed(connection, 2);
    }
  });

  test('refresh_5_6_the_operator_s_new_secret_is_tried_at_once', async () => {
    const { subject, connection } = await one();
    subject.always({ status: 401, ...kHtml });
    assert.equal((await rig.refresh(connection)).code, 'credential_configuration');
    assert.equal((await subject.read()).client_error.code, 'invalid_client');
    subject.always(null);
    assert.equal((await rig.refresh(connection)).code, 'credential_configuration');
    await rig.broker.api('POST', `/v1/credentials/${subject.id}/rotate-secret`, { body: { client_secret: provider.client_secret } });
    assert.equal((await subject.read()).client_error, null);
    assert.equal((await rig.refresh(connection)).status, 200);
    await assert_renewed(connection, 2);
  });

  test('checklist_27_during_a_rotation_of_the_secret_the_older_one_is_tried_behind_the_newer_and_never_beside_it', async () => {
    const { subject, connection } = await one();
    const next = secret('the-secret-that-the-provider-knows-next-0001');
    await rig.broker.api('POST', `/v1/credentials/${subject.id}/rotate-secret`, { body: { client_secret: next } });
    assert.equal((await rig.refresh(connection)).status, 200);
    assert.deepEqual(subject.requests().map(({ client_auth, error }) => [client_auth, error ?? null]), [['basic', 'invalid_client'], ['basic', null]]);
    assert.equal((await subject.read()).client_error, null);
    const original = provider.client_secret;
    provider.grants.add_client({ client_id: provider.client_id, client_secret: next });
    try {
      assert.equal((await rig.refresh(connection, 2)).status, 200);
      assert.equal(subject.requests().length, 3);
    } finally {
      provider.grants.add_client({ client_id: provider.client_id, client_secret: original });
    }
  });
});

describe('good answers of many spellings', () => {
  const kTenYears = 366 * 10 * 86_400;
  for (const [name, behaviour, lifetime] of [
    ['missing', { omit: ['expires_in'] }, null],
    ['null', { members: { expires_in: null } }, null],
    ['a string', { members: { expires_in: '1800' } }, 1800],
    ['a string that is no number', { members: { expires_in: 'one hour' } }, null],
    ['a fraction', { members: { expires_in: 1800.5 } }, 1800.5],
    ['0', { members: { expires_in: 0 } }, null],
    ['negative', { members: { expires_in: -3600 } }, null],
    ['huge', { members: { expires_in: 1e18 } }, kTenYears],
    ['huge, as a string', { members: { expires_in: '9'.repeat(400) } }, kTenYears],
    ['true', { members: { expires_in: true } }, null],
    ['an object', { members: { expires_in: { seconds: 3600 } } }, null],
  ]) {
    test(`refresh_rule_08_expires_in_is_${name}`, async () => {
      const { subject, connection } = await one([behaviour]);
      const { status, body } = await rig.refresh(connection);
      assert.equal(status, 200, body.detail);
      assert.equal(body.expires_at === null ? null : rig.seconds_to(body.expires_at), lifetime);
      await assert_served(connection, body.access_token);
      // whatever its end is: found bad, it is renewed
      assert.equal((await rig.refresh(connection, 2)).body.generation, 3);
      assert.equal(subject.requests().length, 2);
    });
  }

  test('refresh_rule_08_a_token_without_an_end_is_never_refreshed_on_a_guess', async () => {
    const { subject, connection } = await one([{ omit: ['expires_in'] }]);
    const { body } = await rig.refresh(connection);
    await rig.advance(30 * 86_400);
    await assert_served(connection, body.access_token, []);
    assert.equal(subject.requests().length, 1);
  });

  test('refresh_rule_06_a_token_that_lives_a_few_seconds_is_not_refreshed_on_every_read', async () => {
    const { subject, connection } = await one([{ members: { expires_in: 20 } }]);
    const { body } = await rig.refresh(connection);
    for (let reads = 0; reads < 20; reads += 1) await assert_served(connection, body.access_token, []);
    assert.equal(subject.requests().length, 1);
    await rig.advance(21);
    await assert_renewed(connection, 3);
  });

  test('refresh_rule_10_an_answer_without_a_refresh_token_keeps_the_old_one', async () => {
    provider.settings.rotation = 'none';
    const { subject, connection } = await one();
    assert.equal((await rig.refresh(connection)).body.generation, 2);
    assert.equal((await rig.refresh(connection, 2)).body.generation, 3);
    assert.deepEqual(subject.requests().map(({ params }) => params.refresh_token), [connection.refresh_token, connection.refresh_token]);
  });

  for (const [name, behaviour] of [
    ['form encoded', { form: true }],
    ['form encoded, called text', { form: true, content_type: 'text/plain' }],
    ['JSON without a media type', { content_type: '' }],
    ['JSON, called HTML', { content_type: 'text/html; charset=utf-8' }],
    ['chunked', { chunked: true }],
    ['in drops', { drip: { bytes: 100, ms: 1, headers: true } }],
    ['200 with an error that is empty', { members: { error: '' } }],
    ['status 201', { status: 201 }],
    ['members nobody asked for', { members: { scopes: ['a'], nested: { deep: [1, 2, { x: null }] }, '': 'empty' } }],
  ]) {
    test(`checklist_30_and_checklist_31_a_good_answer_is_read_and_its_refresh_token_is_the_next_one: ${name}`, async () => {
      const { subject, connection } = await one([behaviour]);
      const { status, body } = await rig.refresh(connection);
      assert.equal(status, 200, body.detail);
      assert.ok(rig.takes(body.access_token));
      assert.equal((await rig.refresh(connection, 2)).body.generation, 3);
      assert.deepEqual(subject.requests().map(({ refresh_generation }) => refresh_generation), [1, 2]);
    });
  }

  test('refresh_5_5_and_refresh_rule_18_readers_of_an_ended_token_and_a_hundred_rejections_make_one_request_each', async () => {
    const { subject, connection } = await one([{ gate: 'storm' }]);
    await rig.advance(601);
    const readers = Array.from({ length: 100 }, () => rig.token(connection));
    await provider.script.held('storm');
    provider.script.release('storm');
    for (const { status, body } of await Promise.all(readers)) assert.deepEqual([status, body.generation], [200, 2]);
    const rejected = await Promise.all(Array.from({ length: 100 }, () => rig.refresh(connection, 2)));
    for (const { status, body } of rejected) assert.deepEqual([status, body.generation], [200, 3]);
    assert.equal(subject.requests().length, 2);
  });
});

describe('an outage of an hour', () => {
  for (const [name, behaviour, code] of [
    ['503', { status: 503, ...kHtml }, 'provider_unavailable'],
    ['502', { status: 502, ...kHtml }, 'refresh_outcome_unknown'],
    ['no answer', { reset_after_read: true }, 'refresh_outcome_unknown'],
  ]) {
    test(`refresh_5_4_and_refresh_rule_16_an_hour_of_gateway_errors_kills_no_grant: ${name}`, async () => {
      const subject = await made();
      const connections = await subject.import_connections(30, { expires_in: 600 });
      subject.always(behaviour);
      const kStep = 120;
      for (let passed = kStep; passed <= 3600; passed += kStep) {
        await rig.advance(kStep);
        const answers = await Promise.all(connections.map((connection) => rig.token(connection)));
        for (const [i, { status, body, ...answer }] of answers.entries()) {
          if (passed < 600) assert.deepEqual([status, body.access_token], [200, connections[i].access_token], body.detail);
          else {
            assert.deepEqual([status, answer.code], [503, code], body.detail);
            assert.ok(answer.retry_after >= 1 && answer.retry_after <= 600, `Retry-After ${answer.retry_after}`);
          }
        }
      }
      const asked = subject.requests().length / connections.length;
      assert.ok(asked >= 4 && asked <= 30, `${asked} requests a grant in an hour`);

      subject.always(null);
      await rig.advance(600);
      for (const connection of connections) await assert_renewed(connection, 2);
      assert.equal(provider.counters().reused_after_rotation, 0);
      for (const connection of connections) assert.deepEqual(await rig.events(connection), ['connection.created'], 'the outage was told as a change of state');
    });
  }

  test('refresh_5_4_a_broker_that_nobody_asks_waits_an_outage_out_in_the_background', async () => {
    const { subject, connection } = await one([{ status: 502, repeat: 3 }]);
    await rig.advance(601);
    await eventually('the background refresh succeeds', async () => {
      await rig.advance(5);
      return (await rig.connection(connection)).grant.generation === 2;
    });
    await assert_renewed(connection, 2);
    assert.equal(subject.requests().length, 4);
  });
});
