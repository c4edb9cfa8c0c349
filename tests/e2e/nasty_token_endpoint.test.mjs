// What a token endpoint can do to a broker, one behaviour at a time: the caller gets the designed error, a live token is served on,
// the record tells what is going on, and the grant survives whenever the provider lets it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { kHtml, nasty_suite } from '../support/nasty_suite.mjs';
import { secret } from '../support/test_run.mjs';

const suite = nasty_suite({ name: 'nasty-token', env: { VALETKEY_TOKEN_REQUEST_TIMEOUT: '1s' } });

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
      const { subject, connection } = await suite.one([behaviour]);
      const failed = await suite.rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code, failed.body.act], [503, 'refresh_outcome_unknown', 'wait'], failed.body.detail);
      assert.ok(failed.retry_after >= 1 && failed.retry_after <= 2, `Retry-After ${failed.retry_after}`);
      await suite.assert_failing(connection, { last_error });
      await suite.assert_served(connection, connection.access_token);

      await suite.rig.advance(590);
      await suite.assert_served(connection, connection.access_token, ['refresh_failing']);
      assert.equal(subject.requests().length, 1, 'sent again before the live token ended');

      await suite.rig.advance(11);
      await suite.assert_renewed(connection, 2);
      assert.equal(subject.requests().length, 2);
      assert.equal(suite.provider.counters().reused_after_rotation, 0);
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
      const { subject, connection } = await suite.one([behaviour]);
      const failed = await suite.rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code], [503, 'refresh_outcome_unknown'], failed.body.detail);
      await suite.rig.advance(590);
      await suite.assert_served(connection, connection.access_token, ['refresh_failing']);
      assert.ok(suite.rig.takes(connection.access_token), 'reuse detection revoked the live token');
      assert.equal(subject.requests().length, 1);

      await suite.rig.advance(11);
      await suite.assert_needs_reconnect(connection, 'refresh_outcome_unknown');
      const [lost, again] = subject.requests();
      assert.equal(subject.requests().length, 2);
      assert.deepEqual([again.reused, again.spent_before_by], [true, lost.n]);
      if (answered) assert.equal(again.previous_answered, answered);
      await suite.rig.advance(3600);
      await suite.assert_needs_reconnect(connection, 'refresh_outcome_unknown');
      assert.equal(subject.requests().length, 2, 'a grant that ended is asked for again');
    });
  }

  test('refresh_5_4_a_token_that_was_found_bad_counts_as_ended_and_is_asked_for_again_after_the_backoff', async () => {
    const { subject, connection } = await suite.one([{ reset_after_read: true }]);
    assert.equal((await suite.rig.refresh(connection)).code, 'refresh_outcome_unknown');
    assert.equal((await suite.rig.refresh(connection)).code, 'refresh_outcome_unknown');
    assert.equal(subject.requests().length, 1);
    await suite.rig.advance(2);
    assert.equal((await suite.rig.refresh(connection)).status, 200);
    assert.equal(subject.requests().length, 2);
    await suite.assert_renewed(connection, 2);
  });

  test('refresh_5_4_an_unknown_outcome_stays_unknown_through_failures_that_were_not_processed', async () => {
    const { subject, connection } = await suite.one([{ rotate_then_reset: true }, { status: 503 }, { status: 429 }]);
    await suite.rig.refresh(connection);
    await suite.rig.advance(601);
    assert.equal((await suite.rig.token(connection)).code, 'refresh_outcome_unknown');
    await suite.rig.advance(10);
    assert.equal((await suite.rig.token(connection)).code, 'refresh_outcome_unknown');
    assert.equal(subject.requests().length, 3);
    await suite.rig.advance(20);
    await suite.assert_needs_reconnect(connection, 'refresh_outcome_unknown');
  });

  for (const rotation of ['grace', 'none']) {
    test(`refresh_5_4_with_a_grace_or_no_rotation_it_is_sent_again_at_once: ${rotation}`, async () => {
      Object.assign(suite.provider.settings, { rotation, grace_seconds: rotation === 'grace' ? 600 : 0 });
      const { subject, connection } = await suite.one([{ rotate_then_reset: true }], { rotation, ...(rotation === 'grace' ? { rotation_grace: 600 } : {}) });
      const { status, body } = await suite.rig.refresh(connection);
      assert.deepEqual([status, body.generation], [200, 2], body.detail);
      assert.equal(subject.requests().length, 2);
      await suite.assert_renewed(connection, 2);
    });
  }
});

describe('not processed', () => {
  for (const [name, behaviour, last_error] of [['429', { status: 429, retry_after: 100 }, /http_429/], ['503', { status: 503, retry_after: 100 }, /http_503/]]) {
    test(`refresh_5_4_and_refresh_5_6_retry_after_is_honoured_to_the_second: ${name}`, async () => {
      const { subject, connection } = await suite.one([behaviour]);
      await suite.rig.advance(601);
      const failed = await suite.rig.token(connection);
      assert.deepEqual([failed.status, failed.code, failed.body.act, failed.retry_after], [503, 'provider_unavailable', 'wait', 100], failed.body.detail);
      await suite.assert_failing(connection, { last_error });
      await suite.rig.advance(99);
      const waiting = await suite.rig.token(connection);
      assert.deepEqual([waiting.code, waiting.retry_after], ['provider_unavailable', 1]);
      assert.equal((await suite.rig.refresh(connection)).code, 'provider_unavailable');
      assert.equal(subject.requests().length, 1, 'asked before Retry-After was over');
      await suite.rig.advance(1);
      await suite.assert_renewed(connection, 2);
      assert.equal(subject.requests().length, 2);
    });
  }

  for (const retry_after of ['', '-1', '1e9', '99999999999999999999', 'soon', 'Fri, 31 Dec 2999 23:59:59 GMT', '5, 5']) {
    test(`refresh_5_6_a_retry_after_that_says_nothing_usable_leaves_our_own_backoff: '${retry_after}'`, async () => {
      const { connection } = await suite.one([{ status: 429, headers: { 'retry-after': retry_after } }]);
      const failed = await suite.rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code], [503, 'provider_unavailable']);
      assert.ok(failed.retry_after >= 1 && failed.retry_after <= 2, `Retry-After ${failed.retry_after}`);
      await suite.rig.advance(2);
      await suite.assert_renewed(connection, (await suite.rig.refresh(connection)).body.generation);
    });
  }

  test('refresh_5_6_a_retry_after_of_years_is_a_day', async () => {
    const { connection } = await suite.one([{ status: 429, retry_after: 1_000_000_000 }]);
    assert.equal((await suite.rig.refresh(connection)).retry_after, 86_400);
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
      const { subject, connection } = await suite.one([behaviour]);
      const failed = await suite.rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code, failed.body.act], [409, 'needs_reconnect', 'end_user'], failed.body.detail);
      await suite.assert_needs_reconnect(connection, 'invalid_grant');
      await suite.rig.advance(3600);
      await suite.assert_needs_reconnect(connection, 'invalid_grant');
      assert.equal(subject.requests().length, 1, 'a grant that ended is asked for again');
    });
  }

  test('refresh_rule_09_two_hundred_with_temporarily_unavailable_is_transient', async () => {
    const { connection } = await suite.one([{ status: 200, json: { error: 'temporarily_unavailable' } }]);
    const failed = await suite.rig.refresh(connection);
    assert.deepEqual([failed.status, failed.code], [503, 'provider_unavailable']);
    await suite.assert_failing(connection, { last_error: /temporarily_unavailable/ });
    await suite.rig.advance(2);
    assert.equal((await suite.rig.refresh(connection)).body.generation, 2);
  });

  test('security_s22_a_hostile_error_is_clipped_and_loses_the_secrets_of_its_exchange', async () => {
    const { subject, connection } = await suite.one();
    const told = `<script>alert(1)</script>\r\nSet-Cookie: a=b ${connection.refresh_token} ${suite.provider.client_secret} ${'x'.repeat(5000)}`;
    subject.script({ error: 'invalid_grant', error_description: told });
    const failed = await suite.rig.refresh(connection);
    assert.equal(failed.code, 'needs_reconnect');
    assert.match(failed.body.detail, /<script>alert\(1\)<\/script>\?\?Set-Cookie: a=b \*\*\* \*\*\* x/);
    assert.ok(failed.body.detail.length < 500, `${failed.body.detail.length} bytes of detail`);
    assert.equal(failed.headers['set-cookie'], undefined);
    await suite.assert_needs_reconnect(connection, 'invalid_grant');
  });

  test('security_s22_an_error_code_that_holds_the_refresh_token_is_kept_without_it', async () => {
    const { subject, connection } = await suite.one();
    subject.script({ status: 400, json: { error: `nope ${connection.refresh_token}` } });
    const failed = await suite.rig.refresh(connection);
    assert.deepEqual([failed.status, failed.code], [409, 'credential_configuration']);
    await suite.assert_failing(connection, { last_error: /^nope \*\*\*$/ });
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
      const { subject, connection } = await suite.one([behaviour]);
      const failed = await suite.rig.refresh(connection);
      assert.deepEqual([failed.status, failed.code, failed.body.act], [409, 'credential_configuration', 'operator'], failed.body.detail);
      await suite.assert_failing(connection, { last_error });
      await suite.assert_served(connection, connection.access_token);
      assert.equal(subject.requests().length, 1);
      await suite.rig.advance(601);
      await suite.assert_renewed(connection, 2);
      assert.equal(subject.requests().length, 2);
    });
  }
});

describe('definitive for the client', () => {
  test('refresh_5_6_and_refresh_rule_07_invalid_client_is_remembered_and_one_probe_finds_the_repair', async () => {
    const subject = await suite.made();
    const connections = await subject.import_connections(4, { expires_in: 3600 });
    subject.always({ error: 'invalid_client' });
    const failed = await suite.rig.refresh(connections[0]);
    assert.deepEqual([failed.status, failed.code, failed.body.act], [409, 'credential_configuration', 'operator'], failed.body.detail);
    assert.match(failed.body.detail, new RegExp(subject.id));
    const { client_error } = await subject.read();
    assert.equal(client_error.code, 'invalid_client');
    assert.equal(suite.rig.seconds_to(client_error.next_probe_at), 60);

    const others = await Promise.all(connections.map((connection) => suite.rig.refresh(connection)));
    assert.deepEqual(others.map(({ code }) => code), Array(4).fill('credential_configuration'));
    assert.equal(subject.requests().length, 1, 'a client that is rejected is hammered');
    for (const connection of connections) await suite.assert_served(connection, connection.access_token);

    await suite.rig.advance(59);
    await Promise.all(connections.map((connection) => suite.rig.refresh(connection)));
    assert.equal(subject.requests().length, 1);
    await suite.rig.advance(1);
    await Promise.all(connections.map((connection) => suite.rig.refresh(connection)));
    assert.equal(subject.requests().length, 2, 'the probe is one request');
    assert.equal(suite.rig.seconds_to((await subject.read()).client_error.next_probe_at), 60);

    subject.always(null);
    await suite.rig.advance(60);
    const healed = await Promise.all(connections.map((connection) => suite.rig.refresh(connection)));
    assert.ok(healed.some(({ status }) => status === 200), 'the probe did not heal the credential');
    assert.equal((await subject.read()).client_error, null);
    for (const connection of connections) {
      if ((await suite.rig.token(connection)).body.generation === 1) assert.equal((await suite.rig.refresh(connection)).status, 200);
      await suite.assert_renewed(connection, 2);
    }
  });

  test('refresh_5_6_the_operator_s_new_secret_is_tried_at_once', async () => {
    const { subject, connection } = await suite.one();
    subject.always({ status: 401, ...kHtml });
    assert.equal((await suite.rig.refresh(connection)).code, 'credential_configuration');
    assert.equal((await subject.read()).client_error.code, 'invalid_client');
    subject.always(null);
    assert.equal((await suite.rig.refresh(connection)).code, 'credential_configuration');
    await suite.rig.broker.api('POST', `/v1/credentials/${subject.id}/rotate-secret`, { body: { client_secret: suite.provider.client_secret } });
    assert.equal((await subject.read()).client_error, null);
    assert.equal((await suite.rig.refresh(connection)).status, 200);
    await suite.assert_renewed(connection, 2);
  });

  test('checklist_27_during_a_rotation_of_the_secret_the_older_one_is_tried_behind_the_newer_and_never_beside_it', async () => {
    const { subject, connection } = await suite.one();
    const next = secret('the-secret-that-the-provider-knows-next-0001');
    await suite.rig.broker.api('POST', `/v1/credentials/${subject.id}/rotate-secret`, { body: { client_secret: next } });
    assert.equal((await suite.rig.refresh(connection)).status, 200);
    assert.deepEqual(subject.requests().map(({ client_auth, error }) => [client_auth, error ?? null]), [['basic', 'invalid_client'], ['basic', null]]);
    assert.equal((await subject.read()).client_error, null);
    const original = suite.provider.client_secret;
    suite.provider.grants.add_client({ client_id: suite.provider.client_id, client_secret: next });
    try {
      assert.equal((await suite.rig.refresh(connection, 2)).status, 200);
      assert.equal(subject.requests().length, 3);
    } finally {
      suite.provider.grants.add_client({ client_id: suite.provider.client_id, client_secret: original });
    }
  });
});
