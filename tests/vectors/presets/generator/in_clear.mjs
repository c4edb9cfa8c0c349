// Presets with a text in clear, and Braintree, whose signature stands in a form.
import { createHash, createHmac } from 'node:crypto';

import { accepted, challenge, changed, event } from './vector.mjs';

const json = JSON.stringify;
const secret = 'a-secret-of-the-vectors';

const clear = (slug, name, header, body, expect, more = [], headers = {}) => ({ preset: slug, secrets: { [name]: [secret, 'older'] }, cases: [accepted('event', { body, covers: false, signature: header, headers: { [header]: secret, ...headers }, expect: { covers_body: false, ...expect } }), ...more] });
const figma_body = (passcode) => json({ event_type: 'FILE_UPDATE', passcode, timestamp: '2027-01-15T11:59:59Z', webhook_id: '22', file_key: 'f' });
const figma = {
  preset: 'figma',
  secrets: { passcode: [secret] },
  cases: [
    accepted('file', {
      body: figma_body(secret),
      covers: false,
      expect: { covers_body: false, events: [event('FILE_UPDATE', '22.FILE_UPDATE.2027-01-15T11:59:59Z', '22')] },
      refused: [
        { what: 'another passcode', body: figma_body(changed(secret)) },
        { what: 'no passcode', body: json({ event_type: 'FILE_UPDATE' }) },
        { what: 'an empty passcode', body: figma_body('') },
      ],
    }),
    accepted('ping makes no event', { body: json({ event_type: 'PING', passcode: secret, webhook_id: '22' }), covers: false, expect: { events: [] } }),
  ],
};
const graph_body = (...states) => json({ value: states.map((clientState, n) => ({ id: `n-${n}`, subscriptionId: 'sub-1', changeType: 'updated', clientState, tenantId: 't' })) });
const graph = {
  preset: 'microsoft-graph',
  secrets: { client_state: [secret] },
  cases: [
    accepted('two notifications', {
      body: graph_body(secret, secret),
      covers: false,
      expect: { covers_body: false, reply: { status: 202 }, events: [event('updated', 'n-0', 'sub-1'), event('updated', 'n-1', 'sub-1')] },
      refused: [
        { what: 'one wrong of two', body: graph_body(secret, changed(secret)) },
        { what: 'one without', body: graph_body(secret, undefined) },
        { what: 'no item', body: json({ value: [] }) },
      ],
    }),
    challenge('validation', { url: '?validationToken=Validation%3A+Testing+client+application+reachability', expect: { reply: { status: 200, content_type: 'text/plain', body: 'Validation: Testing client application reachability' } } }),
  ],
};
const drive = clear(
  'google-drive',
  'token',
  'x-goog-channel-token',
  '',
  { events: [event('update', 'ch-1.10', 'ch-1')] },
  [accepted('sync makes no event', { signature: 'x-goog-channel-token', headers: { 'x-goog-channel-token': secret, 'x-goog-resource-state': 'sync', 'x-goog-channel-id': 'ch-1', 'x-goog-message-number': '1' }, expect: { events: [] } })],
  { 'x-goog-resource-state': 'update', 'x-goog-channel-id': 'ch-1', 'x-goog-message-number': '10' },
);
const telegram = clear('telegram', 'token', 'x-telegram-bot-api-secret-token', json({ update_id: 10000, message: { message_id: 1, from: { id: 111 }, date: 1768478400, text: 'hi' } }), { events: [event('message', '10000', '111')] }, [
  accepted('button', {
    kind: 'action',
    covers: false,
    body: json({ update_id: 10001, callback_query: { id: 'cb-1', from: { id: 111 }, data: 'yes' } }),
    signature: 'x-telegram-bot-api-secret-token',
    headers: { 'x-telegram-bot-api-secret-token': secret },
    expect: { action: { action_id: 'yes', event_type: 'callback_query', app_user_ids: ['111'] } },
  }),
]);
const okta = clear('okta', 'token', 'authorization', json({ data: { events: [{ uuid: 'o-1', eventType: 'user.lifecycle.create', published: '2027-01-15T11:59:59.000Z', actor: { id: '00u1' } }] } }), { events: [event('user.lifecycle.create', 'o-1', '00u1')] }, [
  challenge('verification', { method: 'GET', headers: { 'x-okta-verification-challenge': 'my-challenge' }, expect: { reply: { status: 200, json: { verification: 'my-challenge' } } } }),
]);
const auth0 = clear(
  'auth0',
  'token',
  'authorization',
  json([
    { log_id: 'l-1', data: { type: 's', date: '2027-01-15T11:59:59.000Z', user_id: 'auth0|1' } },
    { log_id: 'l-2', data: { type: 'fp' } },
  ]),
  { events: [event('s', 'l-1', 'auth0|1'), event('fp', 'l-2', [])] },
);
const mailchimp = {
  preset: 'mailchimp',
  secrets: { token: [secret] },
  cases: [
    accepted('subscribe', {
      url: `?secret=${secret}`,
      covers: false,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'type=subscribe&fired_at=2027-01-15+11%3A59%3A59&data%5Blist_id%5D=a6b5da1054',
      expect: { covers_body: false, events: [event('subscribe', '', 'a6b5da1054')] },
      refused: [
        { what: 'another secret', query: `secret=${changed(secret)}` },
        { what: 'no secret', query: '' },
        { what: 'the secret twice', query: `secret=${secret}&secret=${secret}` },
      ],
    }),
    challenge('GET at creation', { method: 'GET', expect: { reply: { status: 200 } } }),
  ],
};

// Braintree
const braintree_payload = Buffer.from('<notification><kind>check</kind></notification>').toString('base64') + '\n';
const braintree_sign = (payload, privateKey) => createHmac('sha1', createHash('sha1').update(privateKey).digest()).update(payload).digest('hex');
const braintree_form = (signature, payload = braintree_payload) => new URLSearchParams({ bt_signature: signature, bt_payload: payload }).toString();
const braintree_good = `other_public|${braintree_sign(braintree_payload, 'x')}&integration_public|${braintree_sign(braintree_payload, secret)}`;
const braintree = {
  preset: 'braintree',
  secrets: { private_key: [secret] },
  cases: [
    accepted('notification', {
      covers: false,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: braintree_form(braintree_good),
      expect: { events: [event('notification', '', [])] },
      refused: [
        { what: 'a changed signature', body: braintree_form(changed(braintree_good)) },
        { what: 'a changed payload', body: braintree_form(braintree_good, changed(braintree_payload)) },
        { what: 'no signature', body: new URLSearchParams({ bt_payload: braintree_payload }).toString() },
      ],
    }),
  ],
};

export const presets = [figma, graph, drive, telegram, okta, auth0, mailchimp, braintree];
