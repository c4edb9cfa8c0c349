// Presets with public keys, and those whose signature stands in the body.
import { createPublicKey, sign } from 'node:crypto';

import { key, keys } from './keys.mjs';
import { accepted, changed, event, hmac, kNow, kRfc3339, kSeconds, rejected } from './vector.mjs';

const json = JSON.stringify;
const secret = 'a-secret-of-the-vectors';
const timed = (past, future, header = null) => ({ header, past, future });
const now = kNow / 1000;

const discord_key = createPublicKey(key('discord')).export({ format: 'jwk' }).x;
const discord_case = (name, body, expect, rest = {}) =>
  accepted(name, { body, signature: 'x-signature-ed25519', time: timed(300, 300, 'x-signature-timestamp'), headers: { 'x-signature-timestamp': kSeconds, 'x-signature-ed25519': sign(null, Buffer.from(kSeconds + body), key('discord')).toString('hex') }, expect, ...rest });
const discord_action = (name, payload, action) => discord_case(name, json({ id: 'i-1', application_id: 'app', token: 'tok', guild_id: 'g-1', member: { user: { id: 'u-1' } }, ...payload }), { action: { app_user_ids: ['g-1'], needs_reply: true, ...action } }, { kind: 'action' });
const discord_follow = 'https://discord.com/api/v10/webhooks/app/tok';
const discord = {
  preset: 'discord',
  secrets: { public_key: [Buffer.from(discord_key, 'base64url').toString('hex')] },
  cases: [
    discord_case('ping of interactions', json({ id: '1', type: 1, version: 1 }), { outcome: 'challenge', reply: { status: 200, content_type: 'application/json', body: '{"type":1}' } }),
    discord_case('ping of webhook events', json({ version: 1, application_id: 'app', type: 0 }), { outcome: 'challenge', reply: { status: 204 } }),
    discord_case('authorized', json({ version: 1, application_id: 'app', type: 1, event: { type: 'APPLICATION_AUTHORIZED', timestamp: '2027-01-15T11:59:59', data: { user: { id: 'u-1' }, guild: { id: 'g-1' } } } }), { reply: { status: 204 }, events: [event('APPLICATION_AUTHORIZED', '', 'g-1')] }),
    discord_action('command', { type: 2, data: { name: 'hi' } }, { action_id: 'hi', event_type: 'application_command', response_url: discord_follow, reply: { body: '{"type":5}' } }),
    discord_action('button', { type: 3, data: { custom_id: 'yes' } }, { action_id: 'yes', event_type: 'message_component', response_url: discord_follow, reply: { body: '{"type":6}' } }),
    discord_action('autocomplete', { type: 4, data: { name: 'pick' } }, { action_id: 'pick', event_type: 'autocomplete', reply: { body: '{"type":8,"data":{"choices":[]}}' } }),
    discord_action('modal', { type: 5, data: { custom_id: 'm' } }, { action_id: 'm', event_type: 'modal_submit', reply: { body: '{"type":5}' } }),
  ],
};

const standard_body = json({ type: 'user.created', data: {} });
const standard = {
  preset: 'standard-webhooks',
  secrets: {},
  cases: [
    accepted('v1a', {
      body: standard_body,
      signature: 'webhook-signature',
      time: timed(300, 300, 'webhook-timestamp'),
      secrets: { public_key: ['whpk_' + Buffer.from(createPublicKey(key('standard')).export({ format: 'jwk' }).x, 'base64url').toString('base64')] },
      headers: { 'webhook-id': 'msg_3', 'webhook-timestamp': kSeconds, 'webhook-signature': 'v1a,' + sign(null, Buffer.from(`msg_3.${kSeconds}.${standard_body}`), key('standard')).toString('base64') },
      expect: { events: [event('user.created', 'msg_3', [])] },
    }),
  ],
};

const sendgrid_body =
  json([
    { email: 'a@example.com', event: 'delivered', sg_event_id: 'e-1', timestamp: 1768478400, app_user_id: 'u-1' },
    { event: 'open', sg_event_id: 'e-2', timestamp: 1768478401 },
  ]) + '\r\n';
const sendgrid = {
  preset: 'sendgrid',
  secrets: { public_key: [createPublicKey(key('sendgrid')).export({ type: 'spki', format: 'der' }).toString('base64')] },
  cases: [
    accepted('two events', {
      body: sendgrid_body,
      signature: 'x-twilio-email-event-webhook-signature',
      time: timed(86400, 300, 'x-twilio-email-event-webhook-timestamp'),
      headers: { 'x-twilio-email-event-webhook-timestamp': kSeconds, 'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(kSeconds + sendgrid_body), key('sendgrid')).toString('base64') },
      expect: { events: [event('delivered', 'e-1', 'u-1'), event('open', 'e-2', [])] },
    }),
  ],
};

// PayPal
let table;
const crc32 = (text) => {
  table ??= Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
};
const paypal_body = json({ id: 'WH-1', event_type: 'CHECKOUT.ORDER.APPROVED', create_time: '2027-01-15T11:59:59.000Z', resource: { purchase_units: [{ payee: { merchant_id: 'MERCH1' } }] } });
const paypal_cert = 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-7a8abba8';
const other_cert = 'https://api.paypal.com/v1/notifications/certs/CERT-other';
const paypal_sig = (webhook, by = 'paypal') => sign('sha256', Buffer.from(`tx-1|${kRfc3339}|${webhook}|${crc32(paypal_body)}`), key(by)).toString('base64');
const paypal_headers = { 'paypal-transmission-id': 'tx-1', 'paypal-transmission-time': kRfc3339, 'paypal-auth-algo': 'SHA256withRSA', 'paypal-cert-url': paypal_cert, 'paypal-transmission-sig': paypal_sig('WHID') };
const paypal = {
  preset: 'paypal',
  secrets: {},
  parameters: { webhook_id: 'WHID' },
  fetches: [
    { method: 'GET', url: paypal_cert, body: keys.paypal.certificate },
    { method: 'GET', url: other_cert, body: keys.other.certificate },
  ],
  cases: [
    accepted('order', {
      body: paypal_body,
      signature: 'paypal-transmission-sig',
      time: timed(259200, 300, 'paypal-transmission-time'),
      headers: paypal_headers,
      expect: { covers_body: false, events: [event('CHECKOUT.ORDER.APPROVED', 'WH-1', 'MERCH1')] },
      refused: [
        { what: 'another webhook', parameter: ['webhook_id', 'WHIE'] },
        { what: 'a certificate from elsewhere', header: ['paypal-cert-url', 'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-360caa42'] },
        { what: 'another transmission', header: ['paypal-transmission-id', 'tx-2'] },
      ],
    }),
    rejected('a certificate of another name', { body: paypal_body, headers: { ...paypal_headers, 'paypal-cert-url': other_cert, 'paypal-transmission-sig': paypal_sig('WHID', 'other') } }),
  ],
};

// SNS
const sns_cert = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';
const topic = 'arn:aws:sns:eu-central-1:123456789012:orders';
const sns_base = { MessageId: 's-1', TopicArn: topic, Message: '{"order":1}\n', Timestamp: '2027-01-15T11:59:59.000Z', SigningCertURL: sns_cert };
const sns_text = (message) =>
  (message.Type === 'Notification' ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'])
    .filter((name) => name in message)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
const sns_body = (message, version = '2', by = 'sns') => json({ ...message, SignatureVersion: version, Signature: sign(version === '2' ? 'sha256' : 'sha1', Buffer.from(sns_text(message)), key(by)).toString('base64') });
const notification = { ...sns_base, Type: 'Notification', Subject: 'an order' };
const subscription = { ...sns_base, Type: 'SubscriptionConfirmation', Token: '2336412f37', SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37' };
const text = { 'content-type': 'text/plain; charset=UTF-8' };
const sns_events = { events: [event('Notification', 's-1', topic)] };
const sns = {
  preset: 'aws-sns',
  secrets: {},
  parameters: { topic_arn: topic },
  fetches: [
    { method: 'GET', url: sns_cert, body: keys.sns.certificate },
    { method: 'GET', url: sns_cert.replace('.pem', '-other.pem'), body: keys.other.certificate },
    { method: 'GET', url: subscription.SubscribeURL, body: '<ok/>' },
  ],
  cases: [
    accepted('notification, version 2', {
      body: sns_body(notification),
      headers: text,
      time: timed(86400, 300),
      expect: sns_events,
      refused: [
        { what: 'another topic', parameter: ['topic_arn', topic + 's'], reason: 'identity_mismatch' },
        { what: 'a changed subject', body: sns_body(notification).replace('an order', 'an Order') },
        { what: 'no signature', body: json(notification) },
        { what: 'version 1 with the same signature', body: sns_body(notification).replace('"SignatureVersion":"2"', '"SignatureVersion":"1"') },
        { what: 'a certificate from elsewhere', body: sns_body({ ...notification, SigningCertURL: 'https://sns.evil.amazonaws.com.example/x.pem' }) },
        { what: 'a certificate from a bucket', body: sns_body({ ...notification, SigningCertURL: 'https://s3.eu-central-1.amazonaws.com/x.pem' }) },
        { what: 'no .pem', body: sns_body({ ...notification, SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/x' }) },
        { what: 'a certificate of another name', body: sns_body({ ...notification, SigningCertURL: sns_cert.replace('.pem', '-other.pem') }, '2', 'other') },
      ],
    }),
    accepted('notification, version 1', { body: sns_body(notification, '1'), headers: text, expect: sns_events }),
    accepted('subscription', {
      body: sns_body(subscription),
      headers: text,
      covers: false,
      expect: { outcome: 'challenge', reply: { status: 200 }, fetched: subscription.SubscribeURL },
      refused: [
        { what: 'a changed address', body: sns_body(subscription).replace('Action=Confirm', 'Action=Xonfirm') },
        { what: 'another topic', parameter: ['topic_arn', topic + 's'] },
      ],
    }),
  ],
};

// Adyen
const adyen_item = { pspReference: '7914073381342284', originalReference: '', merchantAccountCode: 'TestMerchant', merchantReference: 'TestPayment-1407325143704', amount: { value: 1130, currency: 'EUR' }, eventCode: 'AUTHORISATION', success: 'true', eventDate: '2027-01-15T12:59:59+01:00' };
const adyen_key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
const adyen_sign = (i) => hmac('sha256', Buffer.from(adyen_key, 'hex'), [i.pspReference, i.originalReference, i.merchantAccountCode, i.merchantReference, i.amount.value, i.amount.currency, i.eventCode, i.success].join(':'), 'base64');
const adyen_body = (items) => json({ live: 'false', notificationItems: items.map((i) => ({ NotificationRequestItem: { ...i, additionalData: { hmacSignature: i.signature ?? adyen_sign(i) } } })) });
const second = { ...adyen_item, pspReference: '8814', eventCode: 'REFUND' };
const adyen = {
  preset: 'adyen',
  secrets: { signing_secret: [adyen_key] },
  cases: [
    accepted('two items', {
      body: adyen_body([adyen_item, second]),
      covers: false,
      expect: { covers_body: false, reply: { status: 200, content_type: 'text/plain', body: '[accepted]' }, events: [event('AUTHORISATION', '7914073381342284.AUTHORISATION.true', 'TestMerchant'), event('REFUND', '8814.REFUND.true', 'TestMerchant')] },
      refused: [
        { what: 'a changed amount', body: adyen_body([adyen_item, second]).replace('1130', '9130') },
        { what: 'one bad item of two', body: adyen_body([adyen_item, { ...second, signature: changed(adyen_sign(second)) }]) },
        { what: 'an item without a signature', body: adyen_body([adyen_item, second]).replace('hmacSignature', 'other') },
      ],
    }),
    // github.com/Adyen/adyen-node-api-library, hmacValidator
    accepted('published by Adyen', { covers: false, body: adyen_body([{ ...adyen_item, signature: 'coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=' }]), expect: { covers_body: false } }),
  ],
};

// Mailgun
const mailgun_body = (s) => json({ signature: s, 'event-data': { event: 'opened', id: 'mg-1', timestamp: 1529006854.329574, 'user-variables': { app_user_id: 'u-1' } } });
const mailgun_signature = { token: 'c5c1b0b8a5e2f4d3', timestamp: kSeconds, signature: hmac('sha256', secret, kSeconds + 'c5c1b0b8a5e2f4d3') };
const mailgun = {
  preset: 'mailgun',
  secrets: { signing_secret: [secret] },
  cases: [
    accepted('opened', {
      body: mailgun_body(mailgun_signature),
      covers: false,
      time: timed(36000, 300),
      expect: { covers_body: false, replay_id: 'c5c1b0b8a5e2f4d3', events: [event('opened', 'mg-1', 'u-1')] },
      refused: [
        { what: 'another token', body: mailgun_body({ ...mailgun_signature, token: 'c5c1b0b8a5e2f4d4' }) },
        { what: 'another time', body: mailgun_body({ ...mailgun_signature, timestamp: String(now + 1) }) },
        { what: 'a changed signature', body: mailgun_body({ ...mailgun_signature, signature: changed(mailgun_signature.signature) }) },
        { what: 'no signature', body: json({ 'event-data': {} }) },
      ],
    }),
  ],
};

export const presets = [discord, standard, sendgrid, paypal, sns, adyen, mailgun];
