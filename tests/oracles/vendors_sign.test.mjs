// What vendors' own libraries sign is accepted by the presets, and refused with one byte changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assert_bound_to_body, kPublicUrl, load, tried, with_broker } from './oracle_rig.mjs';

with_broker('vendors-sign');

const seconds = () => Math.floor(Date.now() / 1000);
const form = 'application/x-www-form-urlencoded';

test('stripe: generateTestHeaderString', async () => {
  const Stripe = load('stripe');
  const stripe = new (Stripe.default ?? Stripe)('no-key-is-needed');
  const secret = 'whsec_of_a_test';
  const body = JSON.stringify({ id: 'evt_1', object: 'event', type: 'charge.succeeded', account: 'acct_1', created: seconds(), data: { object: { amount: 1.0e2, note: 'ü' } } });
  const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret });
  const [event] = await assert_bound_to_body('stripe', { body, headers: { 'Stripe-Signature': header }, secrets: { signing_secret: [secret] } });
  assert.deepEqual([event.eventType, event.eventId, event.appUserId], ['charge.succeeded', 'evt_1', 'acct_1']);
  const old = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: seconds() - 400 });
  assert.equal((await tried('stripe', { body, headers: { 'Stripe-Signature': old }, secrets: { signing_secret: [secret] } })).reason, 'timestamp_too_old');
});

test('@octokit/webhooks-methods: sign', async () => {
  const { sign, verify } = await import('@octokit/webhooks-methods');
  const body = JSON.stringify({ action: 'opened', sender: { id: 7 } });
  const signature = await sign('secret-of-a-test', body);
  assert.ok(await verify('secret-of-a-test', body, signature));
  const headers = { 'X-GitHub-Event': 'issues', 'X-GitHub-Delivery': 'd-1', 'X-Hub-Signature-256': signature };
  const [event] = await assert_bound_to_body('github', { body, headers, secrets: { signing_secret: ['secret-of-a-test'] } });
  assert.equal(event.eventType, 'issues.opened');
});

for (const [library, prefix] of [['standardwebhooks', 'webhook'], ['svix', 'svix']]) {
  test(`${library}: sign`, async () => {
    const { Webhook } = load(library);
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = JSON.stringify({ type: 'user.created', data: { id: 'u' } });
    const at = new Date();
    const signature = new Webhook(secret).sign('msg_1', at, body);
    const headers = { [`${prefix}-id`]: 'msg_1', [`${prefix}-timestamp`]: String(Math.floor(at / 1000)), [`${prefix}-signature`]: signature };
    new Webhook(secret).verify(body, headers);
    const [event] = await assert_bound_to_body('standard-webhooks', { body, headers, secrets: { signing_secret: [secret] } });
    assert.deepEqual([event.eventType, event.eventId], ['user.created', 'msg_1']);
  });
}

test('twilio: getExpectedTwilioSignature, form and JSON', async () => {
  const twilio = load('twilio');
  const secrets = { auth_token: ['token-of-a-test'] };
  const fields = { MessageSid: 'SM1', MessageStatus: 'delivered', AccountSid: 'AC1', Body: 'a b & ü', Empty: '' };
  const signature = twilio.getExpectedTwilioSignature('token-of-a-test', kPublicUrl, fields);
  const body = new URLSearchParams(fields).toString();
  const [event] = await assert_bound_to_body('twilio', { body, headers: { 'Content-Type': form, 'X-Twilio-Signature': signature }, secrets });
  assert.deepEqual([event.eventType, event.appUserId], ['message.delivered', 'AC1']);

  const repeated = { AccountSid: 'AC1', MediaUrl: ['b', 'a', 'b'] };
  const again = new URLSearchParams([['AccountSid', 'AC1'], ['MediaUrl', 'b'], ['MediaUrl', 'a'], ['MediaUrl', 'b']]).toString();
  await assert_bound_to_body('twilio', { body: again, headers: { 'Content-Type': form, 'X-Twilio-Signature': twilio.getExpectedTwilioSignature('token-of-a-test', kPublicUrl, repeated) }, secrets });

  const json = JSON.stringify({ hello: 'world' });
  const query = `?bodySHA256=${twilio.getExpectedBodyHash(json)}`;
  await assert_bound_to_body('twilio', { body: json, query, headers: { 'Content-Type': 'application/json', 'X-Twilio-Signature': twilio.getExpectedTwilioSignature('token-of-a-test', kPublicUrl + query, {}) }, secrets });
});

test('@adyen/api-library: calculateHmac of two items', async () => {
  const { hmacValidator: HmacValidator } = load('@adyen/api-library');
  const key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
  const item = (pspReference, value) => {
    const made = { pspReference, originalReference: '', merchantAccountCode: 'Acme', merchantReference: 'order', amount: { value, currency: 'EUR' }, eventCode: 'AUTHORISATION', success: 'true' };
    return { NotificationRequestItem: { ...made, additionalData: { hmacSignature: new HmacValidator().calculateHmac(made, key) } } };
  };
  const body = JSON.stringify({ live: 'false', notificationItems: [item('psp-1', 1130), item('psp-2', 20)] });
  const good = await tried('adyen', { body, secrets: { signing_secret: [key] } });
  assert.equal(good.outcome, 'verified', JSON.stringify(good));
  assert.deepEqual(good.events.map(({ eventId }) => eventId), ['psp-1.AUTHORISATION.true', 'psp-2.AUTHORISATION.true']);
  assert.equal(good.response.body, '[accepted]');
  assert.equal((await tried('adyen', { body: body.replace('1130', '1131'), secrets: { signing_secret: [key] } })).reason, 'signature_mismatch');
});

test('@workos-inc/node: computeSignature', async () => {
  const { WorkOS } = await import('@workos-inc/node');
  const webhooks = new WorkOS('no-key-is-needed').webhooks;
  const payload = { id: 'event_1', event: 'dsync.user.created', created_at: new Date().toISOString(), data: { organization_id: 'org_1' } };
  const at = String(Date.now());
  const header = `t=${at}, v1=${await webhooks.computeSignature(at, payload, 'secret-of-a-test')}`;
  assert.ok(await webhooks.verifyHeader({ payload, sigHeader: header, secret: 'secret-of-a-test' }));
  const [event] = await assert_bound_to_body('workos', { body: JSON.stringify(payload), headers: { 'WorkOS-Signature': header }, secrets: { signing_secret: ['secret-of-a-test'] } });
  assert.deepEqual([event.eventType, event.appUserId], ['dsync.user.created', 'org_1']);
});

test('braintree: webhookTesting.sampleNotification', async () => {
  const braintree = load('braintree');
  const gateway = new braintree.BraintreeGateway({ environment: braintree.Environment.Sandbox, merchantId: 'm', publicKey: 'public', privateKey: 'private-of-a-test' });
  const sample = gateway.webhookTesting.sampleNotification(braintree.WebhookNotification.Kind.SubscriptionWentPastDue, 'my_id');
  const request = { body: new URLSearchParams(sample).toString(), headers: { 'Content-Type': form }, secrets: { private_key: ['private-of-a-test'] } };
  const [event] = await assert_bound_to_body('braintree', request);
  assert.equal(event.eventPayload.bt_payload, sample.bt_payload);
});

test('@notionhq/client: signWebhookPayload', async () => {
  const { signWebhookPayload } = load('@notionhq/client');
  const secret = 'secret_of_a_test';
  const body = JSON.stringify({ id: 'ev-1', type: 'page.created', workspace_id: 'ws-1', timestamp: new Date().toISOString() });
  const signature = await signWebhookPayload({ body, verificationToken: secret });
  const [event] = await assert_bound_to_body('notion', { body, headers: { 'X-Notion-Signature': signature }, secrets: { verification_token: [secret] } });
  assert.deepEqual([event.eventType, event.eventId, event.appUserId], ['page.created', 'ev-1', 'ws-1']);
});

test('atlassian-jwt: the query\'s hash, with a query that must be sorted and escaped', async () => {
  const { createQueryStringHash, encodeSymmetric, fromMethodAndUrl } = load('atlassian-jwt');
  const query = '?z=last&a=two&a=one+%26%20more&lic=none';
  const { pathname } = new URL(kPublicUrl);
  const token = (method, path) => encodeSymmetric({ iss: 'client-key-1', iat: seconds(), exp: seconds() + 180, qsh: createQueryStringHash(fromMethodAndUrl(method, path), false) }, 'secret-of-a-site');
  const request = { body: JSON.stringify({ webhookEvent: 'jira:issue_created', timestamp: Date.now() }), query, secrets: { shared_secret: ['client-key-1:secret-of-a-site'] } };
  const good = await tried('atlassian-connect', { ...request, headers: { Authorization: `JWT ${token('POST', pathname + query)}` } });
  assert.equal(good.outcome, 'verified', JSON.stringify(good));
  assert.equal(good.events[0].appUserId, 'client-key-1');
  for (const [method, path] of [['GET', pathname + query], ['POST', pathname + query.replace('two', 'three')], ['POST', pathname]]) {
    assert.equal((await tried('atlassian-connect', { ...request, headers: { Authorization: `JWT ${token(method, path)}` } })).reason, 'query_hash_mismatch');
  }
});
