// Presets with public keys, tokens, texts in clear, and signatures in the body.
import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { NOW, PUBLIC_URL, RFC3339, SECONDS, accepted, changed, challenge, digest, event, hmac, rejected } from './vector.mjs'

const json = JSON.stringify
const secret = 'a-secret-of-the-vectors'
const keys = JSON.parse(readFileSync(new URL('keys.json', import.meta.url)))
const key = (name) => createPrivateKey({ key: keys[name].jwk, format: 'jwk' })
const public_of = ({ d, p, q, dp, dq, qi, ...jwk }) => jwk
const timed = (past, future, header = null) => ({ header, past, future })
const now = NOW / 1000

// JWT
const b64 = (value) => Buffer.from(json(value)).toString('base64url')
function jwt(header, claims, by) {
  const input = `${b64(header)}.${b64(claims)}`
  if (typeof by === 'string') return `${input}.${createHmac('sha256', by).update(input).digest('base64url')}`
  return `${input}.${sign('sha256', Buffer.from(input), { key: by, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
const asHeader = (what, prefix, header, claims, by) => ({ what, header: ['authorization', prefix + jwt(header, claims, by)] })

const discordKey = createPublicKey(key('discord')).export({ format: 'jwk' }).x
const discordCase = (name, body, expect, rest = {}) => accepted(name, { body, signature: 'x-signature-ed25519', time: timed(300, 300, 'x-signature-timestamp'),
  headers: { 'x-signature-timestamp': SECONDS, 'x-signature-ed25519': sign(null, Buffer.from(SECONDS + body), key('discord')).toString('hex') }, expect, ...rest })
const discordAction = (name, payload, action) => discordCase(name, json({ id: 'i-1', application_id: 'app', token: 'tok', guild_id: 'g-1', member: { user: { id: 'u-1' } }, ...payload }), { action: { app_user_ids: ['g-1'], needs_reply: true, ...action } }, { kind: 'action' })
const discordFollow = 'https://discord.com/api/v10/webhooks/app/tok'
const discord = { preset: 'discord', secrets: { public_key: [Buffer.from(discordKey, 'base64url').toString('hex')] }, cases: [
  discordCase('ping of interactions', json({ id: '1', type: 1, version: 1 }), { outcome: 'challenge', reply: { status: 200, content_type: 'application/json', body: '{"type":1}' } }),
  discordCase('ping of webhook events', json({ version: 1, application_id: 'app', type: 0 }), { outcome: 'challenge', reply: { status: 204 } }),
  discordCase('authorized', json({ version: 1, application_id: 'app', type: 1, event: { type: 'APPLICATION_AUTHORIZED', timestamp: '2027-01-15T11:59:59', data: { user: { id: 'u-1' }, guild: { id: 'g-1' } } } }), { reply: { status: 204 }, events: [event('APPLICATION_AUTHORIZED', '', 'g-1')] }),
  discordAction('command', { type: 2, data: { name: 'hi' } }, { action_id: 'hi', event_type: 'application_command', response_url: discordFollow, reply: { body: '{"type":5}' } }),
  discordAction('button', { type: 3, data: { custom_id: 'yes' } }, { action_id: 'yes', event_type: 'message_component', response_url: discordFollow, reply: { body: '{"type":6}' } }),
  discordAction('autocomplete', { type: 4, data: { name: 'pick' } }, { action_id: 'pick', event_type: 'autocomplete', reply: { body: '{"type":8,"data":{"choices":[]}}' } }),
  discordAction('modal', { type: 5, data: { custom_id: 'm' } }, { action_id: 'm', event_type: 'modal_submit', reply: { body: '{"type":5}' } }),
] }

const standardBody = json({ type: 'user.created', data: {} })
const standard = { preset: 'standard-webhooks', secrets: {}, cases: [accepted('v1a', { body: standardBody, signature: 'webhook-signature', time: timed(300, 300, 'webhook-timestamp'),
  secrets: { public_key: ['whpk_' + Buffer.from(createPublicKey(key('standard')).export({ format: 'jwk' }).x, 'base64url').toString('base64')] },
  headers: { 'webhook-id': 'msg_3', 'webhook-timestamp': SECONDS, 'webhook-signature': 'v1a,' + sign(null, Buffer.from(`msg_3.${SECONDS}.${standardBody}`), key('standard')).toString('base64') },
  expect: { events: [event('user.created', 'msg_3', [])] } })] }

const sendgridBody = json([{ email: 'a@example.com', event: 'delivered', sg_event_id: 'e-1', timestamp: 1768478400, app_user_id: 'u-1' }, { event: 'open', sg_event_id: 'e-2', timestamp: 1768478401 }]) + '\r\n'
const sendgrid = { preset: 'sendgrid', secrets: { public_key: [createPublicKey(key('sendgrid')).export({ type: 'spki', format: 'der' }).toString('base64')] }, cases: [
  accepted('two events', { body: sendgridBody, signature: 'x-twilio-email-event-webhook-signature', time: timed(86400, 300, 'x-twilio-email-event-webhook-timestamp'),
    headers: { 'x-twilio-email-event-webhook-timestamp': SECONDS, 'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(SECONDS + sendgridBody), key('sendgrid')).toString('base64') },
    expect: { events: [event('delivered', 'e-1', 'u-1'), event('open', 'e-2', [])] } })] }

// PayPal
let table
const crc32 = (text) => {
  table ??= Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n >>> 0 })
  let crc = 0xffffffff
  for (const byte of Buffer.from(text)) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
const paypalBody = json({ id: 'WH-1', event_type: 'CHECKOUT.ORDER.APPROVED', create_time: '2027-01-15T11:59:59.000Z', resource: { purchase_units: [{ payee: { merchant_id: 'MERCH1' } }] } })
const paypalCert = 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-7a8abba8'
const otherCert = 'https://api.paypal.com/v1/notifications/certs/CERT-other'
const paypalSig = (webhook, by = 'paypal') => sign('sha256', Buffer.from(`tx-1|${RFC3339}|${webhook}|${crc32(paypalBody)}`), key(by)).toString('base64')
const paypalHeaders = { 'paypal-transmission-id': 'tx-1', 'paypal-transmission-time': RFC3339, 'paypal-auth-algo': 'SHA256withRSA', 'paypal-cert-url': paypalCert, 'paypal-transmission-sig': paypalSig('WHID') }
const paypal = { preset: 'paypal', secrets: {}, parameters: { webhook_id: 'WHID' }, fetches: [{ method: 'GET', url: paypalCert, body: keys.paypal.certificate }, { method: 'GET', url: otherCert, body: keys.other.certificate }], cases: [
  accepted('order', { body: paypalBody, signature: 'paypal-transmission-sig', time: timed(259200, 300, 'paypal-transmission-time'), headers: paypalHeaders,
    expect: { covers_body: false, events: [event('CHECKOUT.ORDER.APPROVED', 'WH-1', 'MERCH1')] },
    refused: [{ what: 'another webhook', parameter: ['webhook_id', 'WHIE'] }, { what: 'a certificate from elsewhere', header: ['paypal-cert-url', 'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-360caa42'] },
              { what: 'another transmission', header: ['paypal-transmission-id', 'tx-2'] }] }),
  rejected('a certificate of another name', { body: paypalBody, headers: { ...paypalHeaders, 'paypal-cert-url': otherCert, 'paypal-transmission-sig': paypalSig('WHID', 'other') } }),
] }

// SNS
const snsCert = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem'
const topic = 'arn:aws:sns:eu-central-1:123456789012:orders'
const snsBase = { MessageId: 's-1', TopicArn: topic, Message: '{"order":1}\n', Timestamp: '2027-01-15T11:59:59.000Z', SigningCertURL: snsCert }
const snsText = (message) => (message.Type === 'Notification' ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'])
  .filter((name) => name in message).map((name) => `${name}\n${message[name]}\n`).join('')
const snsBody = (message, version = '2', by = 'sns') => json({ ...message, SignatureVersion: version, Signature: sign(version === '2' ? 'sha256' : 'sha1', Buffer.from(snsText(message)), key(by)).toString('base64') })
const notification = { ...snsBase, Type: 'Notification', Subject: 'an order' }
const subscription = { ...snsBase, Type: 'SubscriptionConfirmation', Token: '2336412f37', SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37' }
const text = { 'content-type': 'text/plain; charset=UTF-8' }
const snsEvents = { events: [event('Notification', 's-1', topic)] }
const sns = { preset: 'aws-sns', secrets: {}, parameters: { topic_arn: topic }, fetches: [{ method: 'GET', url: snsCert, body: keys.sns.certificate }, { method: 'GET', url: snsCert.replace('.pem', '-other.pem'), body: keys.other.certificate }, { method: 'GET', url: subscription.SubscribeURL, body: '<ok/>' }], cases: [
  accepted('notification, version 2', { body: snsBody(notification), headers: text, time: timed(86400, 300), expect: snsEvents, refused: [
    { what: 'another topic', parameter: ['topic_arn', topic + 's'], reason: 'identity_mismatch' }, { what: 'a changed subject', body: snsBody(notification).replace('an order', 'an Order') },
    { what: 'no signature', body: json(notification) }, { what: 'version 1 with the same signature', body: snsBody(notification).replace('"SignatureVersion":"2"', '"SignatureVersion":"1"') },
    { what: 'a certificate from elsewhere', body: snsBody({ ...notification, SigningCertURL: 'https://sns.evil.amazonaws.com.example/x.pem' }) },
    { what: 'a certificate from a bucket', body: snsBody({ ...notification, SigningCertURL: 'https://s3.eu-central-1.amazonaws.com/x.pem' }) },
    { what: 'no .pem', body: snsBody({ ...notification, SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/x' }) },
    { what: 'a certificate of another name', body: snsBody({ ...notification, SigningCertURL: snsCert.replace('.pem', '-other.pem') }, '2', 'other') }] }),
  accepted('notification, version 1', { body: snsBody(notification, '1'), headers: text, expect: snsEvents }),
  accepted('subscription', { body: snsBody(subscription), headers: text, covers: false, expect: { outcome: 'challenge', reply: { status: 200 }, fetched: subscription.SubscribeURL }, refused: [{ what: 'a changed address', body: snsBody(subscription).replace('Action=Confirm', 'Action=Xonfirm') }, { what: 'another topic', parameter: ['topic_arn', topic + 's'] }] }),
] }

// Adyen
const adyenItem = { pspReference: '7914073381342284', originalReference: '', merchantAccountCode: 'TestMerchant', merchantReference: 'TestPayment-1407325143704', amount: { value: 1130, currency: 'EUR' }, eventCode: 'AUTHORISATION', success: 'true', eventDate: '2027-01-15T12:59:59+01:00' }
const adyenKey = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056'
const adyenSign = (i) => hmac('sha256', Buffer.from(adyenKey, 'hex'), [i.pspReference, i.originalReference, i.merchantAccountCode, i.merchantReference, i.amount.value, i.amount.currency, i.eventCode, i.success].join(':'), 'base64')
const adyenBody = (items) => json({ live: 'false', notificationItems: items.map((i) => ({ NotificationRequestItem: { ...i, additionalData: { hmacSignature: i.signature ?? adyenSign(i) } } })) })
const second = { ...adyenItem, pspReference: '8814', eventCode: 'REFUND' }
const adyen = { preset: 'adyen', secrets: { signing_secret: [adyenKey] }, cases: [accepted('two items', { body: adyenBody([adyenItem, second]), covers: false,
  expect: { covers_body: false, reply: { status: 200, content_type: 'text/plain', body: '[accepted]' }, events: [event('AUTHORISATION', '7914073381342284.AUTHORISATION.true', 'TestMerchant'), event('REFUND', '8814.REFUND.true', 'TestMerchant')] },
  refused: [{ what: 'a changed amount', body: adyenBody([adyenItem, second]).replace('1130', '9130') }, { what: 'one bad item of two', body: adyenBody([adyenItem, { ...second, signature: changed(adyenSign(second)) }]) },
            { what: 'an item without a signature', body: adyenBody([adyenItem, second]).replace('hmacSignature', 'other') }] }),
  // github.com/Adyen/adyen-node-api-library, hmacValidator
  accepted('published by Adyen', { covers: false, body: adyenBody([{ ...adyenItem, signature: 'coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=' }]), expect: { covers_body: false } })] }

// Mailgun
const mailgunBody = (s) => json({ signature: s, 'event-data': { event: 'opened', id: 'mg-1', timestamp: 1529006854.329574, 'user-variables': { app_user_id: 'u-1' } } })
const mailgunSignature = { token: 'c5c1b0b8a5e2f4d3', timestamp: SECONDS, signature: hmac('sha256', secret, SECONDS + 'c5c1b0b8a5e2f4d3') }
const mailgun = { preset: 'mailgun', secrets: { signing_secret: [secret] }, cases: [accepted('opened', { body: mailgunBody(mailgunSignature), covers: false, time: timed(36000, 300), expect: { covers_body: false, replay_id: 'c5c1b0b8a5e2f4d3', events: [event('opened', 'mg-1', 'u-1')] },
  refused: [{ what: 'another token', body: mailgunBody({ ...mailgunSignature, token: 'c5c1b0b8a5e2f4d4' }) }, { what: 'another time', body: mailgunBody({ ...mailgunSignature, timestamp: String(now + 1) }) },
            { what: 'a changed signature', body: mailgunBody({ ...mailgunSignature, signature: changed(mailgunSignature.signature) }) }, { what: 'no signature', body: json({ 'event-data': {} }) }] })] }

// Tokens
const pubsubBody = json({ message: { data: Buffer.from(json({ emailAddress: 'user@example.com', historyId: '9' })).toString('base64'), messageId: 'm-1', publishTime: '2027-01-15T11:59:59.1Z' }, subscription: 'projects/p/subscriptions/s' })
const googleHeader = { alg: 'RS256', kid: 'google-1', typ: 'JWT' }
const googleClaims = { iss: 'https://accounts.google.com', aud: 'https://hooks.example/gmail', email: 'push@p.iam.gserviceaccount.com', email_verified: true, sub: '1', iat: now - 10, exp: now + 3590 }
const bearer = (what, header, claims, by) => asHeader(what, 'Bearer ', { ...googleHeader, ...header }, { ...googleClaims, ...claims }, by ?? key('google'))
const pubsub = { preset: 'google-pubsub', secrets: {}, parameters: { audience: 'https://hooks.example/gmail', service_account: 'push@p.iam.gserviceaccount.com' }, fetches: [{ method: 'GET', url: 'https://www.googleapis.com/oauth2/v3/certs', body: json({ keys: [public_of(keys.google.jwk)] }) }], cases: [
  accepted('Gmail', { body: pubsubBody, covers: false, signature: 'authorization', headers: { authorization: 'Bearer ' + jwt(googleHeader, googleClaims, key('google')) }, expect: { covers_body: false, reply: { status: 204 }, events: [event('message', 'm-1', 'user@example.com')] },
    refused: [bearer('another audience', {}, { aud: 'https://other.example' }), bearer('another service account', {}, { email: 'push@q.iam.gserviceaccount.com' }), bearer('an e-mail that is not verified', {}, { email_verified: false }),
              bearer('another issuer', {}, { iss: 'https://evil.example' }), bearer('a token that ran out', {}, { exp: now - 100 }), bearer('no algorithm', { alg: 'none' }, {}), bearer('HS256 with the public key', { alg: 'HS256' }, {}, json(public_of(keys.google.jwk))),
              bearer('a key nobody published', { kid: 'google-2' }, {}), bearer('another key', {}, {}, key('other'))] })] }

const plaidBody = json({ environment: 'production', item_id: 'item-1', webhook_type: 'TRANSACTIONS', webhook_code: 'SYNC_UPDATES_AVAILABLE' })
const plaidToken = (claims = {}, header = {}) => jwt({ alg: 'ES256', kid: 'plaid-1', typ: 'JWT', ...header }, { iat: now - 5, request_body_sha256: digest('sha256', plaidBody), ...claims }, key('plaid'))
const plaid = { preset: 'plaid', secrets: { secret: ['plaid-secret'] }, parameters: { client_id: 'client-1' }, fetches: [{ method: 'POST', url: 'https://production.plaid.com/webhook_verification_key/get', json: { client_id: 'client-1', secret: 'plaid-secret', key_id: 'plaid-1' }, body: json({ key: { ...public_of(keys.plaid.jwk), created_at: now - 1000, expired_at: null }, request_id: 'r' }) }], cases: [
  accepted('transactions', { body: plaidBody, signature: 'plaid-verification', headers: { 'plaid-verification': plaidToken() }, expect: { events: [event('TRANSACTIONS.SYNC_UPDATES_AVAILABLE', '', 'item-1')] },
    refused: [{ what: 'a token of another body', header: ['plaid-verification', plaidToken({ request_body_sha256: digest('sha256', 'x') })] }, { what: 'an old token', header: ['plaid-verification', plaidToken({ iat: now - 400 })] }, { what: 'another algorithm', header: ['plaid-verification', plaidToken({}, { alg: 'RS256' })] }] })] }

const mondayBody = json({ event: { type: 'update_column_value', triggerUuid: 'm-1', triggerTime: '2027-01-15T11:59:59.000Z', userId: 5 } })
const mondayToken = (claims = {}) => jwt({ alg: 'HS256', typ: 'JWT' }, { accountId: 1825528, userId: 5, aud: PUBLIC_URL('monday'), iat: now - 5, exp: now + 300, ...claims }, secret)
const mondayAction = json({ payload: { blockKind: 'action', recipeId: 11, inputFields: {} } })
const monday = { preset: 'monday', secrets: { signing_secret: [secret] }, cases: [
  accepted('column', { body: mondayBody, covers: false, signature: 'authorization', headers: { authorization: mondayToken() }, expect: { covers_body: false, events: [event('update_column_value', 'm-1', '1825528')] }, refused: [{ what: 'a token that ran out', header: ['authorization', mondayToken({ exp: now - 100 })] }] }),
  accepted('action of a recipe', { kind: 'action', body: mondayAction, covers: false, signature: 'authorization', headers: { authorization: mondayToken() }, expect: { action: { action_id: '11', event_type: 'action', app_user_ids: ['1825528'] } } }),
  challenge('challenge', { body: json({ challenge: '3eZbrw1aBm2rZgRNFdxV' }), expect: { reply: { status: 200, json: { challenge: '3eZbrw1aBm2rZgRNFdxV' } } } }),
] }

const connectPath = '/hooks/atlassian-connect/whk_test'
const connectToken = (claims = {}, by = 'site-secret') => jwt({ alg: 'HS256', typ: 'JWT' }, { iss: 'client-key-1', iat: now - 5, exp: now + 180, qsh: createHash('sha256').update(`POST&${connectPath}&`).digest('hex'), ...claims }, by)
const connectBody = json({ webhookEvent: 'jira:issue_created', timestamp: NOW })
const connect = { preset: 'atlassian-connect', secrets: { shared_secret: ['client-key-1:site-secret', 'client-key-2:other-secret'] }, cases: [
  accepted('issue', { body: connectBody, covers: false, signature: 'authorization', headers: { authorization: 'JWT ' + connectToken() }, expect: { covers_body: false, events: [event('jira:issue_created', '', 'client-key-1')] },
    refused: [{ what: 'another path', header: ['authorization', 'JWT ' + connectToken({ qsh: digest('sha256', 'POST&/other&') })] }, { what: 'the secret of another site', header: ['authorization', 'JWT ' + connectToken({}, 'other-secret')] }] }),
  challenge('installed', { secrets: {}, handshake: true, body: json({ eventType: 'installed', clientKey: 'client-key-3', sharedSecret: 'third' }), expect: { reply: { status: 204 }, store: ['shared_secret', 'client-key-3:third'] } }),
] }

const jiraBody = json({ webhookEvent: 'jira:issue_updated', issue: { self: 'https://acme.atlassian.net/rest/api/2/issue/1' } })
const jira = { preset: 'jira', secrets: {}, cases: [accepted('registered with OAuth 2.0', { secrets: { client_secret: [secret] }, body: jiraBody, covers: false, signature: 'authorization', headers: { authorization: 'Bearer ' + jwt({ alg: 'HS256', typ: 'JWT' }, { iss: 'c', iat: now, exp: now + 600 }, secret) },
  expect: { covers_body: false, events: [event('jira:issue_updated', '', 'https://acme.atlassian.net')] } })] }

// Texts in clear
const clear = (slug, name, header, body, expect, more = [], headers = {}) => ({ preset: slug, secrets: { [name]: [secret, 'older'] }, cases: [accepted('event', { body, covers: false, signature: header, headers: { [header]: secret, ...headers }, expect: { covers_body: false, ...expect } }), ...more] })
const figmaBody = (passcode) => json({ event_type: 'FILE_UPDATE', passcode, timestamp: '2027-01-15T11:59:59Z', webhook_id: '22', file_key: 'f' })
const figma = { preset: 'figma', secrets: { passcode: [secret] }, cases: [accepted('file', { body: figmaBody(secret), covers: false, expect: { covers_body: false, events: [event('FILE_UPDATE', '22.FILE_UPDATE.2027-01-15T11:59:59Z', '22')] }, refused: [{ what: 'another passcode', body: figmaBody(changed(secret)) }, { what: 'no passcode', body: json({ event_type: 'FILE_UPDATE' }) }, { what: 'an empty passcode', body: figmaBody('') }] }),
  accepted('ping makes no event', { body: json({ event_type: 'PING', passcode: secret, webhook_id: '22' }), covers: false, expect: { events: [] } })] }
const graphBody = (...states) => json({ value: states.map((clientState, n) => ({ id: `n-${n}`, subscriptionId: 'sub-1', changeType: 'updated', clientState, tenantId: 't' })) })
const graph = { preset: 'microsoft-graph', secrets: { client_state: [secret] }, cases: [
  accepted('two notifications', { body: graphBody(secret, secret), covers: false, expect: { covers_body: false, reply: { status: 202 }, events: [event('updated', 'n-0', 'sub-1'), event('updated', 'n-1', 'sub-1')] }, refused: [{ what: 'one wrong of two', body: graphBody(secret, changed(secret)) }, { what: 'one without', body: graphBody(secret, undefined) }, { what: 'no item', body: json({ value: [] }) }] }),
  challenge('validation', { url: '?validationToken=Validation%3A+Testing+client+application+reachability', expect: { reply: { status: 200, content_type: 'text/plain', body: 'Validation: Testing client application reachability' } } })] }
const drive = clear('google-drive', 'token', 'x-goog-channel-token', '', { events: [event('update', 'ch-1.10', 'ch-1')] }, [accepted('sync makes no event', { signature: 'x-goog-channel-token', headers: { 'x-goog-channel-token': secret, 'x-goog-resource-state': 'sync', 'x-goog-channel-id': 'ch-1', 'x-goog-message-number': '1' }, expect: { events: [] } })],
  { 'x-goog-resource-state': 'update', 'x-goog-channel-id': 'ch-1', 'x-goog-message-number': '10' })
const telegram = clear('telegram', 'token', 'x-telegram-bot-api-secret-token', json({ update_id: 10000, message: { message_id: 1, from: { id: 111 }, date: 1768478400, text: 'hi' } }), { events: [event('message', '10000', '111')] },
  [accepted('button', { kind: 'action', covers: false, body: json({ update_id: 10001, callback_query: { id: 'cb-1', from: { id: 111 }, data: 'yes' } }), signature: 'x-telegram-bot-api-secret-token', headers: { 'x-telegram-bot-api-secret-token': secret }, expect: { action: { action_id: 'yes', event_type: 'callback_query', app_user_ids: ['111'] } } })])
const okta = clear('okta', 'token', 'authorization', json({ data: { events: [{ uuid: 'o-1', eventType: 'user.lifecycle.create', published: '2027-01-15T11:59:59.000Z', actor: { id: '00u1' } }] } }), { events: [event('user.lifecycle.create', 'o-1', '00u1')] },
  [challenge('verification', { method: 'GET', headers: { 'x-okta-verification-challenge': 'my-challenge' }, expect: { reply: { status: 200, json: { verification: 'my-challenge' } } } })])
const auth0 = clear('auth0', 'token', 'authorization', json([{ log_id: 'l-1', data: { type: 's', date: '2027-01-15T11:59:59.000Z', user_id: 'auth0|1' } }, { log_id: 'l-2', data: { type: 'fp' } }]), { events: [event('s', 'l-1', 'auth0|1'), event('fp', 'l-2', [])] })
const mailchimp = { preset: 'mailchimp', secrets: { token: [secret] }, cases: [
  accepted('subscribe', { url: `?secret=${secret}`, covers: false, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'type=subscribe&fired_at=2027-01-15+11%3A59%3A59&data%5Blist_id%5D=a6b5da1054', expect: { covers_body: false, events: [event('subscribe', '', 'a6b5da1054')] },
    refused: [{ what: 'another secret', query: `secret=${changed(secret)}` }, { what: 'no secret', query: '' }, { what: 'the secret twice', query: `secret=${secret}&secret=${secret}` }] }),
  challenge('GET at creation', { method: 'GET', expect: { reply: { status: 200 } } })] }

// Braintree
const braintreePayload = Buffer.from('<notification><kind>check</kind></notification>').toString('base64') + '\n'
const braintreeSign = (payload, privateKey) => createHmac('sha1', createHash('sha1').update(privateKey).digest()).update(payload).digest('hex')
const braintreeForm = (signature, payload = braintreePayload) => new URLSearchParams({ bt_signature: signature, bt_payload: payload }).toString()
const braintreeGood = `other_public|${braintreeSign(braintreePayload, 'x')}&integration_public|${braintreeSign(braintreePayload, secret)}`
const braintree = { preset: 'braintree', secrets: { private_key: [secret] }, cases: [accepted('notification', { covers: false, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: braintreeForm(braintreeGood), expect: { events: [event('notification', '', [])] },
  refused: [{ what: 'a changed signature', body: braintreeForm(changed(braintreeGood)) }, { what: 'a changed payload', body: braintreeForm(braintreeGood, changed(braintreePayload)) }, { what: 'no signature', body: new URLSearchParams({ bt_payload: braintreePayload }).toString() }] })] }

export const authority = keys.authority
export const presets = [discord, standard, sendgrid, paypal, sns, adyen, mailgun, pubsub, plaid, monday, connect, jira, figma, graph, drive, telegram, okta, auth0, mailchimp, braintree]
