// Requests of the vectors' kind, at which vendors' own libraries and the presets come to the same end: good ones accepted, changed ones refused.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';

import { assert_bound_to_body, changed, load, with_broker } from './oracle_rig.mjs';

with_broker('vendors-verify');

const kSecret = 'secret-of-a-test';
const hmac = (text, encoding = 'hex') => createHmac('sha256', kSecret).update(text).digest(encoding);
const seconds = () => String(Math.floor(Date.now() / 1000));

/** `accepts` is the vendor's judgement of a body: true, or false or a throw. */
async function assert_same_end(preset, request, accepts) {
  const judged = async (body) => {
    try {
      return Boolean(await accepts(body));
    } catch {
      return false;
    }
  };
  assert.equal(await judged(request.body), true, 'the vendor accepts it');
  assert.equal(await judged(changed(request.body)), false, 'the vendor refuses another body');
  return assert_bound_to_body(preset, request);
}

test('@slack/bolt: verifySlackRequest', async () => {
  const { isValidSlackRequest } = load('./node_modules/@slack/bolt/dist/receivers/verify-request.js');
  const body = JSON.stringify({ type: 'event_callback', team_id: 'T1', event_id: 'Ev1', event: { type: 'message', text: 'käse' } });
  const headers = { 'x-slack-request-timestamp': seconds() };
  headers['x-slack-signature'] = `v0=${hmac(`v0:${headers['x-slack-request-timestamp']}:${body}`)}`;
  const [event] = await assert_same_end('slack', { body, headers, secrets: { signing_secret: [kSecret] } },
    (text) => isValidSlackRequest({ signingSecret: kSecret, body: text, headers: { ...headers, 'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']) } }));
  assert.equal(event.eventType, 'message');
});

test('@line/bot-sdk: validateSignature', async () => {
  const { validateSignature } = load('@line/bot-sdk');
  const body = JSON.stringify({ destination: 'U-bot', events: [{ type: 'message', webhookEventId: 'w-1', source: { userId: 'U-1' } }] });
  const signature = hmac(body, 'base64');
  await assert_same_end('line', { body, headers: { 'x-line-signature': signature }, secrets: { signing_secret: [kSecret] } }, (text) => validateSignature(text, kSecret, signature));
});

test('discord-interactions: verifyKey', async () => {
  const { verifyKey } = load('discord-interactions');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url').toString('hex');
  const body = JSON.stringify({ version: 1, application_id: 'a', type: 1, event: { type: 'APPLICATION_AUTHORIZED', data: { user: { id: 'u-1' } } } });
  const time = seconds();
  const signature = sign(null, Buffer.from(time + body), privateKey).toString('hex');
  await assert_same_end('discord', { body, headers: { 'x-signature-ed25519': signature, 'x-signature-timestamp': time }, secrets: { public_key: [key] } }, (text) => verifyKey(text, signature, time, key));
});

test('@sendgrid/eventwebhook: verifySignature', async () => {
  const { EventWebhook } = load('@sendgrid/eventwebhook');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const body = `${JSON.stringify([{ event: 'delivered', sg_event_id: 'e-1', timestamp: 1 }])}\r\n`;
  const time = seconds();
  const signature = sign('sha256', Buffer.from(time + body), privateKey).toString('base64');
  const judge = new EventWebhook();
  await assert_same_end('sendgrid', { body, headers: { 'X-Twilio-Email-Event-Webhook-Signature': signature, 'X-Twilio-Email-Event-Webhook-Timestamp': time }, secrets: { public_key: [key] } },
    (text) => judge.verifySignature(judge.convertPublicKeyToECDSA(key), text, signature, time));
});

test('@paddle/paddle-node-sdk: webhooks.unmarshal', async () => {
  const { Paddle } = load('@paddle/paddle-node-sdk');
  const body = JSON.stringify({ event_id: 'evt_1', event_type: 'unknown.event', occurred_at: new Date().toISOString(), notification_id: 'ntf_1', data: { customer_id: 'ctm_1' } });
  const time = seconds();
  const header = `ts=${time};h1=${hmac(`${time}:${body}`)}`;
  const paddle = new Paddle('no-key-is-needed');
  const [event] = await assert_same_end('paddle', { body, headers: { 'Paddle-Signature': header }, secrets: { signing_secret: [kSecret] } }, (text) => paddle.webhooks.unmarshal(text, kSecret, header));
  assert.deepEqual([event.eventId, event.appUserId], ['evt_1', 'ctm_1']);
});

test('@linear/sdk: LinearWebhookClient.verify', async () => {
  const { LinearWebhookClient } = await import('@linear/sdk/webhooks');
  const body = JSON.stringify({ action: 'create', type: 'Issue', organizationId: 'org-1', webhookTimestamp: Date.now() });
  const signature = hmac(body);
  const client = new LinearWebhookClient(kSecret);
  await assert_same_end('linear', { body, headers: { 'Linear-Signature': signature }, secrets: { signing_secret: [kSecret] } }, (text) => client.verify(Buffer.from(text), signature, JSON.parse(text).webhookTimestamp));
});

test('@shopify/shopify-api: webhooks.validate', async () => {
  load('@shopify/shopify-api/adapters/node');
  const { shopifyApi, ApiVersion } = load('@shopify/shopify-api');
  const shopify = shopifyApi({ apiKey: 'key', apiSecretKey: kSecret, scopes: ['read_orders'], hostName: 'hooks.example', isEmbeddedApp: false, apiVersion: Object.values(ApiVersion).at(-2), logger: { level: 0 } });
  const body = JSON.stringify({ id: 820982911946154508n.toString(), total: '199.00' });
  for (const prefix of ['X-Shopify-', 'Shopify-']) {
    const names = prefix === 'X-Shopify-' ? { topic: 'Topic', domain: 'Shop-Domain', id: 'Webhook-Id' } : { topic: 'Topic', domain: 'Shop-Domain', id: 'Event-Id' };
    const headers = { [`${prefix}Hmac-Sha256`]: hmac(body, 'base64'), [`${prefix}${names.topic}`]: 'orders/create', [`${prefix}${names.domain}`]: 'acme.myshopify.com', [`${prefix}${names.id}`]: 'w-1', [`${prefix}Webhook-Id`]: 'w-1',
      [`${prefix}API-Version`]: '2026-01', [`${prefix}Handle`]: 'h', [`${prefix}Action`]: 'create', [`${prefix}Resource-Id`]: '1', [`${prefix}Triggered-At`]: new Date().toISOString() };
    const accepts = async (text) => {
      const found = await shopify.webhooks.validate({ rawBody: text, rawRequest: { method: 'POST', url: '/', headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])) }, rawResponse: {} });
      return found.valid;
    };
    const [event] = await assert_same_end('shopify', { body, headers, secrets: { signing_secret: [kSecret] } }, accepts);
    assert.deepEqual([event.eventType, event.appUserId, event.eventId], ['orders/create', 'acme.myshopify.com', 'w-1']);
  }
});
