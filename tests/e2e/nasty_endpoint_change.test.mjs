// The endpoints of a living credential change (S1): nothing of the older ones reaches the new host.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { NastyFlow } from '../support/nasty_flow.mjs';
import { eventually } from '../support/nasty_rig.mjs';
import { nasty_suite } from '../support/nasty_suite.mjs';
import { Sink } from '../support/sink.mjs';
import { secret } from '../support/test_run.mjs';

const suite = nasty_suite({ name: 'nasty-endpoint-change' });
const flow = new NastyFlow(suite);

describe('security_s01: endpoints of a living credential', () => {
  let thief;
  before(async () => { thief = await Sink.start({ answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"access_token":"at_of_the_thief","expires_in":3600}' } }); });
  after(() => thief.stop());

  async function assert_endpoints_changed(connection) {
    await eventually('the older connection is marked', async () => (await suite.rig.connection(connection)).state === 'needs_reconnect');
    assert.equal((await suite.rig.connection(connection)).state_reason, 'endpoints_changed');
    for (const answer of [await suite.rig.token(connection), await suite.rig.refresh(connection)]) {
      assert.deepEqual([answer.status, answer.code], [409, 'needs_reconnect'], answer.body.detail);
    }
  }

  for (const [name, members] of [
    ['token_url', () => ({ token_url: `${thief.origin}/token` })],
    ['refresh_url', () => ({ refresh_url: `${thief.origin}/token` })],
    ['revocation_url', () => ({ revocation_url: `${thief.origin}/revoke` })],
    ['userinfo_url', () => ({ userinfo_url: `${thief.origin}/userinfo` })],
    ['base_uri', () => ({ base_uri: thief.origin })],
    ['authorization_url', () => ({ authorization_url: `${thief.origin}/authorize` })],
    ['client_id', () => ({ client_id: 'somebody-else' })],
    ['client_authentication', () => ({ client_authentication: 'client_secret_post' })],
    ['issuer', () => ({ issuer: thief.origin })],
  ]) {
    test(`security_s01_a_change_of_${name}_hands_nothing_to_the_new_host`, async () => {
      const subject = await suite.made();
      const connection = await subject.import_connection({ expires_in: 600 });
      const { body: refused } = await suite.broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: members(), expect: 422 });
      assert.equal(refused.errors[0].pointer, '/client_secret');
      assert.equal((await suite.rig.refresh(connection)).body.generation, 2, 'a refused change has had an effect');
      assert.equal((await subject.read()).endpoint_set, 1);

      const other_secret = secret('a-secret-that-only-the-operator-knows-0001');
      const changed = await suite.broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { ...members(), client_secret: other_secret } });
      assert.equal(changed.endpoint_set, 2);
      const asked = subject.requests().length;
      await assert_endpoints_changed(connection);
      await suite.rig.advance(700);
      await assert_endpoints_changed(connection);
      assert.equal(subject.requests().length, asked, 'an older grant was spent');
      assert.deepEqual((await suite.rig.events(connection)).filter((type) => type === 'connection.needs_reconnect').length, 1);
      await suite.broker.api('DELETE', `/v1/connections/${connection.id}`);
      assert.deepEqual(thief.secrets_seen([suite.provider.client_secret, ...suite.provider.secrets()]), [], 'a secret of the older endpoints reached the new host');
      assert.deepEqual(thief.requests, []);
    });
  }

  test('security_s01_a_credential_made_public_takes_no_older_token_along', async () => {
    const subject = await suite.made();
    const connection = await subject.import_connection({ expires_in: 600 });
    await suite.broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: { client_authentication: 'none', token_url: `${thief.origin}/token` }, expect: [200, 422] });
    await suite.rig.advance(700);
    for (const answer of [await suite.rig.token(connection), await suite.rig.refresh(connection)]) assert.notEqual(answer.body.access_token, 'at_of_the_thief');
    assert.deepEqual(thief.requests, []);
  });

  test('security_s01_a_change_while_the_end_user_is_at_the_provider_aborts_the_flow', async () => {
    const subject = await suite.made();
    const { session, browser } = await flow.begun(subject);
    await suite.broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { token_url: `${thief.origin}/token`, client_secret: suite.provider.client_secret } });
    flow.assert_page(await browser.proceed(), 409, 'endpoints_changed');
    await flow.assert_nothing_stored(subject, session, { error: 'endpoints_changed' });
    assert.deepEqual(thief.requests, [], 'the code went to the new host');
  });

  test('security_s01_a_refresh_under_way_while_the_endpoints_change_heals_nothing', async () => {
    const subject = await suite.made();
    const connection = await subject.import_connection({ expires_in: 600 });
    subject.script({ gate: 'late' });
    const waiting = suite.rig.refresh(connection);
    await suite.provider.script.held('late');
    await suite.broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { token_url: `${thief.origin}/token`, client_secret: suite.provider.client_secret } });
    await eventually('the older connection is marked', async () => (await suite.rig.connection(connection)).state === 'needs_reconnect');
    suite.provider.script.release('late');
    await waiting;
    await assert_endpoints_changed(connection);
    assert.deepEqual(thief.requests, []);
  });

  test('security_s01_a_longer_path_of_the_base_uri_is_exempt_and_the_way_back_is_not', async () => {
    const subject = await suite.made();
    const connection = await subject.import_connection({ expires_in: 600 });
    const narrowed = await suite.broker.api('PATCH', `/v1/credentials/${subject.id}`, { body: { base_uri: `${suite.provider.base_uri}/me` } });
    assert.equal(narrowed.endpoint_set, 1);
    assert.equal((await suite.rig.refresh(connection)).body.generation, 2);
    await suite.broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: { base_uri: suite.provider.base_uri }, expect: 422 });
    await suite.broker.call('PATCH', `/v1/credentials/${subject.id}`, { body: { base_uri: `${suite.provider.issuer}/apis` }, expect: 422 });
  });
});
