// Presets with a JWT.
import { createHash, createHmac, sign } from 'node:crypto';

import { key, keys, public_of } from './keys.mjs';
import { accepted, challenge, digest, event, kNow, public_url_of } from './vector.mjs';

const json = JSON.stringify;
const secret = 'a-secret-of-the-vectors';
const now = kNow / 1000;

const b64 = (value) => Buffer.from(json(value)).toString('base64url');
function jwt(header, claims, by) {
  const input = `${b64(header)}.${b64(claims)}`;
  if (typeof by === 'string') return `${input}.${createHmac('sha256', by).update(input).digest('base64url')}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: by, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
const as_header = (what, prefix, header, claims, by) => ({ what, header: ['authorization', prefix + jwt(header, claims, by)] });

const pubsub_body = json({ message: { data: Buffer.from(json({ emailAddress: 'user@example.com', historyId: '9' })).toString('base64'), messageId: 'm-1', publishTime: '2027-01-15T11:59:59.1Z' }, subscription: 'projects/p/subscriptions/s' });
const google_header = { alg: 'RS256', kid: 'google-1', typ: 'JWT' };
const google_claims = { iss: 'https://accounts.google.com', aud: 'https://hooks.example/gmail', email: 'push@p.iam.gserviceaccount.com', email_verified: true, sub: '1', iat: now - 10, exp: now + 3590 };
const bearer = (what, header, claims, by) => as_header(what, 'Bearer ', { ...google_header, ...header }, { ...google_claims, ...claims }, by ?? key('google'));
const pubsub = {
  preset: 'google-pubsub',
  secrets: {},
  parameters: { audience: 'https://hooks.example/gmail', service_account: 'push@p.iam.gserviceaccount.com' },
  fetches: [{ method: 'GET', url: 'https://www.googleapis.com/oauth2/v3/certs', body: json({ keys: [public_of(keys.google.jwk)] }) }],
  cases: [
    accepted('Gmail', {
      body: pubsub_body,
      covers: false,
      signature: 'authorization',
      headers: { authorization: 'Bearer ' + jwt(google_header, google_claims, key('google')) },
      expect: { covers_body: false, reply: { status: 204 }, events: [event('message', 'm-1', 'user@example.com')] },
      refused: [
        bearer('another audience', {}, { aud: 'https://other.example' }),
        bearer('another service account', {}, { email: 'push@q.iam.gserviceaccount.com' }),
        bearer('an e-mail that is not verified', {}, { email_verified: false }),
        bearer('another issuer', {}, { iss: 'https://evil.example' }),
        bearer('a token that ran out', {}, { exp: now - 100 }),
        bearer('no algorithm', { alg: 'none' }, {}),
        bearer('HS256 with the public key', { alg: 'HS256' }, {}, json(public_of(keys.google.jwk))),
        bearer('a key nobody published', { kid: 'google-2' }, {}),
        bearer('another key', {}, {}, key('other')),
      ],
    }),
  ],
};

const plaid_body = json({ environment: 'production', item_id: 'item-1', webhook_type: 'TRANSACTIONS', webhook_code: 'SYNC_UPDATES_AVAILABLE' });
const plaid_token = (claims = {}, header = {}) => jwt({ alg: 'ES256', kid: 'plaid-1', typ: 'JWT', ...header }, { iat: now - 5, request_body_sha256: digest('sha256', plaid_body), ...claims }, key('plaid'));
const plaid = {
  preset: 'plaid',
  secrets: { secret: ['plaid-secret'] },
  parameters: { client_id: 'client-1' },
  fetches: [{ method: 'POST', url: 'https://production.plaid.com/webhook_verification_key/get', json: { client_id: 'client-1', secret: 'plaid-secret', key_id: 'plaid-1' }, body: json({ key: { ...public_of(keys.plaid.jwk), created_at: now - 1000, expired_at: null }, request_id: 'r' }) }],
  cases: [
    accepted('transactions', {
      body: plaid_body,
      signature: 'plaid-verification',
      headers: { 'plaid-verification': plaid_token() },
      expect: { events: [event('TRANSACTIONS.SYNC_UPDATES_AVAILABLE', '', 'item-1')] },
      refused: [
        { what: 'a token of another body', header: ['plaid-verification', plaid_token({ request_body_sha256: digest('sha256', 'x') })] },
        { what: 'an old token', header: ['plaid-verification', plaid_token({ iat: now - 400 })] },
        { what: 'another algorithm', header: ['plaid-verification', plaid_token({}, { alg: 'RS256' })] },
      ],
    }),
  ],
};

const monday_body = json({ event: { type: 'update_column_value', triggerUuid: 'm-1', triggerTime: '2027-01-15T11:59:59.000Z', userId: 5 } });
const monday_token = (claims = {}) => jwt({ alg: 'HS256', typ: 'JWT' }, { accountId: 1825528, userId: 5, aud: public_url_of('monday'), iat: now - 5, exp: now + 300, ...claims }, secret);
const monday_action = json({ payload: { blockKind: 'action', recipeId: 11, inputFields: {} } });
const monday = {
  preset: 'monday',
  secrets: { signing_secret: [secret] },
  cases: [
    accepted('column', {
      body: monday_body,
      covers: false,
      signature: 'authorization',
      headers: { authorization: monday_token() },
      expect: { covers_body: false, events: [event('update_column_value', 'm-1', '1825528')] },
      refused: [{ what: 'a token that ran out', header: ['authorization', monday_token({ exp: now - 100 })] }],
    }),
    accepted('action of a recipe', { kind: 'action', body: monday_action, covers: false, signature: 'authorization', headers: { authorization: monday_token() }, expect: { action: { action_id: '11', event_type: 'action', app_user_ids: ['1825528'] } } }),
    challenge('challenge', { body: json({ challenge: '3eZbrw1aBm2rZgRNFdxV' }), expect: { reply: { status: 200, json: { challenge: '3eZbrw1aBm2rZgRNFdxV' } } } }),
  ],
};

const connect_path = '/hooks/atlassian-connect/whk_test';
const connect_token = (claims = {}, by = 'site-secret') => jwt({ alg: 'HS256', typ: 'JWT' }, { iss: 'client-key-1', iat: now - 5, exp: now + 180, qsh: createHash('sha256').update(`POST&${connect_path}&`).digest('hex'), ...claims }, by);
const connect_body = json({ webhookEvent: 'jira:issue_created', timestamp: kNow });
const connect = {
  preset: 'atlassian-connect',
  secrets: { shared_secret: ['client-key-1:site-secret', 'client-key-2:other-secret'] },
  cases: [
    accepted('issue', {
      body: connect_body,
      covers: false,
      signature: 'authorization',
      headers: { authorization: 'JWT ' + connect_token() },
      expect: { covers_body: false, events: [event('jira:issue_created', '', 'client-key-1')] },
      refused: [
        { what: 'another path', header: ['authorization', 'JWT ' + connect_token({ qsh: digest('sha256', 'POST&/other&') })] },
        { what: 'the secret of another site', header: ['authorization', 'JWT ' + connect_token({}, 'other-secret')] },
      ],
    }),
    challenge('installed', { secrets: {}, handshake: true, body: json({ eventType: 'installed', clientKey: 'client-key-3', sharedSecret: 'third' }), expect: { reply: { status: 204 }, store: ['shared_secret', 'client-key-3:third'] } }),
  ],
};

const jira_body = json({ webhookEvent: 'jira:issue_updated', issue: { self: 'https://acme.atlassian.net/rest/api/2/issue/1' } });
const jira = {
  preset: 'jira',
  secrets: {},
  cases: [
    accepted('registered with OAuth 2.0', {
      secrets: { client_secret: [secret] },
      body: jira_body,
      covers: false,
      signature: 'authorization',
      headers: { authorization: 'Bearer ' + jwt({ alg: 'HS256', typ: 'JWT' }, { iss: 'c', iat: now, exp: now + 600 }, secret) },
      expect: { covers_body: false, events: [event('jira:issue_updated', '', 'https://acme.atlassian.net')] },
    }),
  ],
};

export const presets = [pubsub, plaid, monday, connect, jira];
