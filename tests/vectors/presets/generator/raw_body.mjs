// Presets that sign the raw body and nothing else.
import { accepted, challenge, event, hmac, raw_hmac, rejected } from './vector.mjs';

const json = JSON.stringify;
const kUnsignedHead = { unsigned: ['event_type', 'event_id'] };
const secret = 'a-secret-of-the-vectors';

const github = raw_hmac({
  slug: 'github',
  header: 'x-hub-signature-256',
  prefix: 'sha256=',
  cases: [
    ['issue opened', json({ action: 'opened', issue: { number: 1 }, installation: { id: 42 }, sender: { id: 7 } }), [event('issues.opened', 'd-1', '42', kUnsignedHead)], { headers: { 'x-github-event': 'issues', 'x-github-delivery': 'd-1' } }],
    ['push has no action', json({ ref: 'refs/heads/main', sender: { id: 7 } }), [event('push', 'd-2', '7')], { headers: { 'x-github-event': 'push', 'x-github-delivery': 'd-2' } }],
    [
      'button of a check run',
      json({ action: 'requested_action', requested_action: { identifier: 'fix' }, installation: { id: 42 } }),
      undefined,
      { kind: 'action', headers: { 'x-github-event': 'check_run', 'x-github-delivery': 'd-3' }, expect: { action: { action_id: 'fix', event_type: 'check_run.requested_action', app_user_ids: ['42'] } } },
    ],
  ],
  // docs.github.com, "Testing the webhook payload validation"
  more: [accepted('published by GitHub', { body: 'Hello, World!', secrets: { signing_secret: ["It's a Secret to Everybody"] }, signature: 'x-hub-signature-256', headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' }, expect: { unparsed: true } })],
});

const bitbucket = raw_hmac({
  slug: 'bitbucket',
  header: 'x-hub-signature',
  prefix: 'sha256=',
  cases: [['push', json({ repository: { workspace: { uuid: '{w-1}' } }, actor: { account_id: 'a-1' } }), [event('repo:push', 'r-1', '{w-1}', kUnsignedHead)], { headers: { 'x-event-key': 'repo:push', 'x-request-uuid': 'r-1' } }]],
});

const shopify = raw_hmac({
  slug: 'shopify',
  header: 'x-shopify-hmac-sha256',
  encoding: 'base64',
  cases: [
    [
      'order',
      '{"id":820982911946154508,"total":"199.00"}',
      [event('orders/create', 'w-1', 'acme.myshopify.com', { unsigned: ['event_type', 'event_id', 'app_user_id', 'occurred_at'] })],
      { headers: { 'x-shopify-topic': 'orders/create', 'x-shopify-webhook-id': 'w-1', 'x-shopify-shop-domain': 'acme.myshopify.com', 'x-shopify-triggered-at': '2027-01-15T11:59:59Z' } },
    ],
  ],
});

const intercom_body = json({ type: 'notification_event', topic: 'conversation.user.created', id: 'notif_1', app_id: 'app1', created_at: 1768478400 });
const canvas_body = json({ workspace_id: 'ws1', component_id: 'submit_button', input_values: { email: 'a@example.com' } });
const intercom = {
  ...raw_hmac({
    slug: 'intercom',
    header: 'x-hub-signature',
    algorithm: 'sha1',
    prefix: 'sha1=',
    cases: [
      ['conversation', intercom_body, [event('conversation.user.created', 'notif_1', 'app1')]],
      ['ping makes no event', json({ type: 'notification_event', topic: 'ping', app_id: 'app1' }), []],
    ],
  }),
};
intercom.cases.push(accepted('canvas is submitted', { kind: 'action', body: canvas_body, signature: 'x-body-signature', headers: { 'x-body-signature': hmac('sha256', secret, canvas_body) }, expect: { action: { action_id: 'submit_button', event_type: 'submit', app_user_ids: ['ws1'], needs_reply: true } } }));

const asana_body = json({
  events: [
    { action: 'changed', resource: { gid: '1', resource_type: 'task' }, user: { gid: '9' }, created_at: '2027-01-15T11:59:59.000Z' },
    { action: 'added', resource: { gid: '2', resource_type: 'story' } },
  ],
});
const asana = raw_hmac({
  slug: 'asana',
  header: 'x-hook-signature',
  name: 'hook_secret',
  cases: [
    ['two events', asana_body, [event('task.changed', ''), event('story.added', '')]],
    ['heartbeat', json({ events: [] }), []],
  ],
  more: [challenge('handshake', { secrets: {}, handshake: true, headers: { 'x-hook-secret': 'b537207f20cbfa02357cf448134da559' }, body: '{}', expect: { reply: { status: 200, headers: [['x-hook-secret', 'b537207f20cbfa02357cf448134da559']] }, store: ['hook_secret', 'b537207f20cbfa02357cf448134da559'] } })],
});

const notion = raw_hmac({
  slug: 'notion',
  header: 'x-notion-signature',
  prefix: 'sha256=',
  name: 'verification_token',
  key: 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl',
  cases: [['page', json({ id: 'ev-1', type: 'page.created', workspace_id: 'ws-1', timestamp: '2027-01-15T11:59:58.000Z', entity: { id: 'p', type: 'page' } }), [event('page.created', 'ev-1', 'ws-1')]]],
  more: [challenge('verification token', { secrets: {}, handshake: true, body: json({ verification_token: 'secret_abc' }), expect: { reply: { status: 200 }, store: ['verification_token', 'secret_abc'] } })],
});

const jira = raw_hmac({
  slug: 'jira',
  header: 'x-hub-signature',
  prefix: 'sha256=',
  cases: [
    ['issue', json({ webhookEvent: 'jira:issue_updated', timestamp: 1768478400000, issue: { id: '1', self: 'https://acme.atlassian.net/rest/api/2/issue/1' } }), [event('jira:issue_updated', 'wh-1', 'https://acme.atlassian.net', { unsigned: ['event_id'] })], { headers: { 'x-atlassian-webhook-identifier': 'wh-1' } }],
  ],
});

const dropbox = raw_hmac({
  slug: 'dropbox',
  header: 'x-dropbox-signature',
  cases: [['two accounts', json({ list_folder: { accounts: ['dbid:A', 'dbid:B'] } }), [event('list_folder', '', ['dbid:A', 'dbid:B'])]]],
  more: [challenge('echo', { method: 'GET', url: '?challenge=abc123', expect: { reply: { status: 200, content_type: 'text/plain', body: 'abc123' } } })],
});

const docusign_body = json({ event: 'envelope-completed', generatedDateTime: '2027-01-15T11:59:00.0000000Z', data: { accountId: 'acc-1', envelopeId: 'env-1' } });
const docusign = {
  preset: 'docusign',
  secrets: { signing_secret: ['key-new', 'key-old'] },
  cases: [
    accepted('the second key', {
      body: docusign_body,
      signature: 'x-docusign-signature-2',
      headers: { 'x-docusign-signature-1': hmac('sha256', 'another account key', docusign_body, 'base64'), 'x-docusign-signature-2': hmac('sha256', 'key-old', docusign_body, 'base64') },
      expect: { events: [event('envelope-completed', 'env-1.envelope-completed.2027-01-15T11:59:00.0000000Z', 'acc-1')] },
    }),
  ],
};
docusign.cases[0].refused = docusign.cases[0].refused.filter((r) => r.what !== 'the signature twice');

const typeform = raw_hmac({ slug: 'typeform', header: 'typeform-signature', prefix: 'sha256=', encoding: 'base64', cases: [['response', json({ event_id: 'e-1', event_type: 'form_response', form_response: { form_id: 'lT4Z3j', submitted_at: '2027-01-15T11:00:00Z' } }), [event('form_response', 'e-1', 'lT4Z3j')]]] });

const xero_events = json({ events: [{ resourceId: 'r-1', tenantId: 't-1', eventCategory: 'INVOICE', eventType: 'UPDATE', eventDateUtc: '2027-01-15T11:15:39.902' }], firstEventSequence: 1, lastEventSequence: 1 });
const xero = raw_hmac({
  slug: 'xero',
  header: 'x-xero-signature',
  encoding: 'base64',
  cases: [
    ['invoice', xero_events, [{ event_type: 'INVOICE.UPDATE', app_user_ids: ['t-1'] }]],
    ['probe', json({ events: [], firstEventSequence: 0, lastEventSequence: 0, entropy: 'S0m3r4Nd0mt3xt' }), []],
  ],
  more: [rejected('probe with a wrong signature', { body: '{"events":[]}', headers: { 'x-xero-signature': hmac('sha256', 'wrong', '{"events":[]}', 'base64') }, reason: 'signature_mismatch' })],
});

const quickbooks = raw_hmac({
  slug: 'quickbooks',
  header: 'intuit-signature',
  encoding: 'base64',
  cases: [
    [
      'CloudEvents',
      json([
        { specversion: '1.0', id: 'q-1', type: 'qbo.invoice.created.v1', time: '2027-01-15T11:00:00Z', intuitentityid: '1', intuitaccountid: '310687' },
        { id: 'q-2', type: 'qbo.bill.updated.v1', intuitaccountid: '310688' },
      ]),
      [event('qbo.invoice.created.v1', 'q-1', '310687'), event('qbo.bill.updated.v1', 'q-2', '310688')],
    ],
    ['the older form', json({ eventNotifications: [{ realmId: '310687', dataChangeEvent: { entities: [{ name: 'Customer', id: '1', operation: 'Create' }] } }] }), [event('eventNotifications', '', '310687')]],
  ],
});

const woocommerce = raw_hmac({
  slug: 'woocommerce',
  header: 'x-wc-webhook-signature',
  encoding: 'base64',
  cases: [['order', json({ id: 727 }), [event('order.created', 'del-1', 'https://shop.example/')], { headers: { 'x-wc-webhook-topic': 'order.created', 'x-wc-webhook-delivery-id': 'del-1', 'x-wc-webhook-source': 'https://shop.example/' } }]],
  more: [challenge('ping', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'webhook_id=7', expect: { reply: { status: 200 } } })],
});

const meta_secrets = { signing_secret: [secret], verify_token: ['my-verify-token'] };
const meta = {
  ...raw_hmac({
    slug: 'meta',
    header: 'x-hub-signature-256',
    prefix: 'sha256=',
    cases: [
      ['WhatsApp message', json({ object: 'whatsapp_business_account', entry: [{ id: 'waba-1', changes: [{ field: 'messages', value: { metadata: { phone_number_id: 'pn-1' }, messages: [{ id: 'wamid.1', from: '49', type: 'text' }] } }] }] }), [event('whatsapp_business_account.messages', 'wamid.1', 'pn-1')]],
      [
        'two pages',
        json({
          object: 'page',
          entry: [
            { id: 'p-1', messaging: [{ sender: { id: '1' }, message: { mid: 'm-1' } }] },
            { id: 'p-2', messaging: [{ sender: { id: '2' }, postback: { payload: 'x' } }] },
          ],
        }),
        [event('page.message', 'm-1', 'p-1'), event('page.postback', '', 'p-2')],
      ],
      [
        'button of WhatsApp',
        json({ object: 'whatsapp_business_account', entry: [{ id: 'waba-1', changes: [{ field: 'messages', value: { metadata: { phone_number_id: 'pn-1' }, messages: [{ id: 'wamid.2', interactive: { type: 'button_reply', button_reply: { id: 'yes', title: 'Yes' } } }] } }] }] }),
        undefined,
        { kind: 'action', expect: { action: { action_id: 'yes', event_type: 'interactive.button_reply', app_user_ids: ['pn-1'] } } },
      ],
    ],
  }),
  secrets: meta_secrets,
};
meta.cases.push(
  challenge('subscription', {
    method: 'GET',
    url: '?hub.mode=subscribe&hub.verify_token=my-verify-token&hub.challenge=1158201444',
    expect: { reply: { status: 200, content_type: 'text/plain', body: '1158201444' } },
    refused: [
      { what: 'another verify token', query: 'hub.mode=subscribe&hub.verify_token=my-verify-tokem&hub.challenge=1158201444' },
      { what: 'no verify token', query: 'hub.mode=subscribe&hub.challenge=1158201444' },
    ],
  }),
);

const x = raw_hmac({
  slug: 'x',
  header: 'x-twitter-webhooks-signature',
  prefix: 'sha256=',
  encoding: 'base64',
  name: 'consumer_secret',
  cases: [['tweet', json({ for_user_id: '2244994945', tweet_create_events: [{ id_str: '1' }] }), [event('tweet_create_events', '', '2244994945')]]],
  more: [
    challenge('CRC', {
      method: 'GET',
      url: '?crc_token=dGhpcyBpcyBh_-',
      expect: { reply: { status: 200, json: { response_token: 'sha256=' + hmac('sha256', secret, 'dGhpcyBpcyBh_-', 'base64') } } },
      refused: [
        { what: 'text that could be a body', query: 'crc_token=%7B%22for_user_id%22%3A1%7D' },
        { what: 'text that is too long', query: 'crc_token=' + 'a'.repeat(129) },
      ],
    }),
    rejected('a body that the CRC signed', { body: '1234567890', headers: { 'x-twitter-webhooks-signature': 'sha256=' + hmac('sha256', secret, '1234567890', 'base64') } }),
  ],
});

const linkedin_body = json({ type: 'ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS', notifications: [{ notificationId: 1, organizationalEntity: 'urn:li:organization:1' }] });
const linkedin = raw_hmac({
  slug: 'linkedin',
  header: 'x-li-signature',
  before: 'hmacsha256=',
  cases: [['notification', linkedin_body, [event('ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS', '', 'urn:li:organization:1')]]],
  more: [
    accepted('with the prefix in the header', { body: linkedin_body, signature: 'x-li-signature', headers: { 'x-li-signature': 'hmacsha256=' + hmac('sha256', secret, 'hmacsha256=' + linkedin_body) }, expect: {} }),
    challenge('challenge', {
      method: 'GET',
      url: '?challengeCode=890e4665-4dfe-4ab1-b689-ed553bceeed0',
      expect: { reply: { status: 200, json: { challengeCode: '890e4665-4dfe-4ab1-b689-ed553bceeed0', challengeResponse: hmac('sha256', secret, '890e4665-4dfe-4ab1-b689-ed553bceeed0') } } },
      refused: [{ what: 'text that could be a body', query: 'challengeCode=hmacsha256%3D%7B%7D' }],
    }),
    rejected('a body that the challenge signed', { body: 'abc', headers: { 'x-li-signature': hmac('sha256', secret, 'hmacsha256=abc') } }),
  ],
});

const airtable_key = Buffer.alloc(32, 7);
const airtable = raw_hmac({ slug: 'airtable', header: 'x-airtable-content-mac', prefix: 'hmac-sha256=', key: airtable_key.toString('base64'), bytes: airtable_key, cases: [['change', json({ base: { id: 'app1' }, webhook: { id: 'ach1' }, timestamp: '2027-01-15T11:59:00.000Z' }), [event('change', '', 'ach1')]]] });
const clickup = raw_hmac({ slug: 'clickup', header: 'x-signature', cases: [['task', json({ event: 'taskUpdated', webhook_id: 'wh-1', history_items: [{ id: 'h-1' }] }), [event('taskUpdated', 'h-1', 'wh-1')]]] });
const line = raw_hmac({
  slug: 'line',
  header: 'x-line-signature',
  encoding: 'base64',
  cases: [
    ['message', json({ destination: 'U-bot', events: [{ type: 'message', webhookEventId: 'w-1', timestamp: 1768478400000, source: { type: 'user', userId: 'U-1' } }] }), [event('message', 'w-1', 'U-bot')]],
    ['verify button', json({ destination: 'U-bot', events: [] }), []],
    ['postback', json({ destination: 'U-bot', events: [{ type: 'postback', webhookEventId: 'w-2', replyToken: 'r', source: { userId: 'U-1' }, postback: { data: 'buy=1' } }] }), undefined, { kind: 'action', expect: { action: { action_id: 'buy=1', event_type: 'postback', app_user_ids: ['U-bot'] } } }],
  ],
});
const coinbase = raw_hmac({
  slug: 'coinbase-commerce',
  header: 'x-cc-webhook-signature',
  cases: [['charge', json({ id: 1, attempt_number: 1, event: { id: 'ev-1', type: 'charge:confirmed', created_at: '2027-01-15T11:00:00Z', data: { metadata: { app_user_id: 'u-1' } } } }), [event('charge:confirmed', 'ev-1', 'u-1')]]],
});
const vercel = raw_hmac({ slug: 'vercel', header: 'x-vercel-signature', algorithm: 'sha1', cases: [['deployment', json({ id: 'v-1', type: 'deployment.created', createdAt: 1768478400000, payload: { team: { id: 'team_1' }, user: { id: 'u' } } }), [event('deployment.created', 'v-1', 'team_1')]]] });
const sentry = raw_hmac({ slug: 'sentry', header: 'sentry-hook-signature', cases: [['issue', json({ action: 'created', installation: { uuid: 'i-1' }, data: {} }), [event('issue.created', 'req-1', 'i-1')], { headers: { 'sentry-hook-resource': 'issue', 'request-id': 'req-1' } }]] });
const cal = raw_hmac({
  slug: 'cal-com',
  header: 'x-cal-signature-256',
  cases: [['booking', json({ triggerEvent: 'BOOKING_CREATED', createdAt: '2027-01-15T11:00:00.000Z', payload: { uid: 'b-1', organizer: { email: 'o@example.com' } } }), [event('BOOKING_CREATED', 'b-1.BOOKING_CREATED.2027-01-15T11:00:00.000Z', 'o@example.com')]]],
});

const pagerduty_body = json({ event: { id: 'p-1', event_type: 'incident.triggered', occurred_at: '2027-01-15T11:00:00Z', data: {} } });
const pagerduty = {
  preset: 'pagerduty',
  secrets: { signing_secret: [secret] },
  cases: [
    accepted('while the secret is changed', {
      body: pagerduty_body,
      signature: 'x-pagerduty-signature',
      headers: { 'x-webhook-subscription': 's-1', 'x-pagerduty-signature': `v1=${hmac('sha256', 'older', pagerduty_body)},v1=${hmac('sha256', secret, pagerduty_body)}` },
      expect: { events: [event('incident.triggered', 'p-1', 's-1', { unsigned: ['app_user_id'] })] },
    }),
  ],
};

export const presets = [github, bitbucket, shopify, intercom, asana, notion, jira, dropbox, docusign, typeform, xero, quickbooks, woocommerce, meta, x, linkedin, airtable, clickup, line, coinbase, vercel, sentry, cal, pagerduty];
