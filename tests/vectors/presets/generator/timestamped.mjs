// Presets that sign a time, or other parts of the request, with the body.
import { kMilliseconds, kNow, public_url_of, kRfc3339, kSeconds, accepted, challenge, digest, event, hmac } from './vector.mjs';

const json = JSON.stringify;
const secret = 'a-secret-of-the-vectors';
const timed = (past, future, header = null) => ({ header, past, future });

// Slack
const slack_sign = (body, ts = kSeconds, key = secret) => 'v0=' + hmac('sha256', key, `v0:${ts}:${body}`);
const slack_case = (name, body, rest, type = 'application/json') => accepted(name, { body, signature: 'x-slack-signature', time: timed(300, 300, 'x-slack-request-timestamp'), headers: { 'content-type': type, 'x-slack-request-timestamp': kSeconds, 'x-slack-signature': slack_sign(body) }, ...rest });
const slack_form = (payload) => 'payload=' + encodeURIComponent(json(payload));
const form = 'application/x-www-form-urlencoded';
const who = { user: { id: 'U1' }, team: { id: 'T1' }, trigger_id: '1.2.3' };
const slack_action = (name, payload, action) => slack_case(name, slack_form({ ...who, ...payload }), { kind: 'action', expect: { action: { app_user_ids: ['T1'], ...action } } }, form);
const slack_message = { token: 'x', team_id: 'T1', api_app_id: 'A1', type: 'event_callback', event_id: 'Ev1', event_time: 1768478400, event: { type: 'message', subtype: 'bot_message', text: 'käse' }, authorizations: [{ team_id: 'T2', user_id: 'U9' }] };
const documented =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
const slack = {
  preset: 'slack',
  secrets: { signing_secret: [secret] },
  cases: [
    slack_case('message', json(slack_message), { expect: { events: [event('message.bot_message', 'Ev1', 'T2', { occurred_at: 1768478400000 })] } }),
    slack_case('url_verification', json({ token: 'x', challenge: '3eZbrw1aBm2rZgRNFdxV', type: 'url_verification' }), { expect: { outcome: 'challenge', reply: { status: 200, content_type: 'text/plain', body: '3eZbrw1aBm2rZgRNFdxV' } } }),
    slack_action('block_actions', { type: 'block_actions', actions: [{ action_id: 'approve', value: '7' }], response_url: 'https://hooks.slack.com/actions/T1/2/3' }, { action_id: 'approve', event_type: 'block_actions', response_url: 'https://hooks.slack.com/actions/T1/2/3' }),
    slack_action('view_submission', { type: 'view_submission', view: { callback_id: 'modal' } }, { action_id: 'modal', event_type: 'view_submission' }),
    slack_action('view_closed', { type: 'view_closed', view: { callback_id: 'modal' } }, { action_id: 'modal', event_type: 'view_closed' }),
    slack_action('shortcut', { type: 'shortcut', callback_id: 'sc' }, { action_id: 'sc', event_type: 'shortcut' }),
    slack_action('message_action', { type: 'message_action', callback_id: 'ma', response_url: 'https://hooks.slack.com/x' }, { action_id: 'ma', event_type: 'message_action', response_url: 'https://hooks.slack.com/x' }),
    slack_action('block_suggestion', { type: 'block_suggestion', action_id: 'pick', value: 'a' }, { action_id: 'pick', event_type: 'block_suggestion', needs_reply: true, reply: { content_type: 'application/json', body: '{"options":[]}' } }),
    // docs.slack.dev, "Verifying requests from Slack"
    accepted('published by Slack: slash command', {
      kind: 'action',
      now: new Date(1531420618000).toISOString(),
      body: documented,
      signature: 'x-slack-signature',
      time: timed(300, 300, 'x-slack-request-timestamp'),
      secrets: { signing_secret: ['8f742231b10e8888abcd99yyyzzz85a5'] },
      headers: { 'content-type': form, 'x-slack-request-timestamp': '1531420618', 'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503' },
      expect: { action: { action_id: '/webhook-collect', event_type: 'slash_command', app_user_ids: ['T1DC2JH3J'], response_url: 'https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN' } },
    }),
  ],
};

// Time and signature in one header: `t` and `v1` under the names that each gives them.
function pairs({ slug, header, t = 't', v = 'v1', separator = ',', glue = '.', stamp = kSeconds, past, future = past, cases, extra = '' }) {
  return {
    preset: slug,
    secrets: { signing_secret: [secret, 'an-older-one'] },
    cases: cases.map(([name, body, events, key = secret]) =>
      accepted(name, {
        body,
        signature: header,
        time: timed(past, future),
        headers: { 'content-type': 'application/json', [header]: `${t}=${stamp}${separator}${extra}${v}=${hmac('sha256', key, stamp + glue + body)}` },
        expect: { events },
        refused: [{ what: 'another time', header: [header, `${t}=${Number(stamp) + 1}${separator}${extra}${v}=${hmac('sha256', key, stamp + glue + body)}`] }],
      }),
    ),
  };
}
const stripe = pairs({
  slug: 'stripe',
  header: 'stripe-signature',
  past: 300,
  cases: [
    ['charge of a connected account', json({ id: 'evt_1', object: 'event', type: 'charge.succeeded', account: 'acct_1', created: 1768478400 }), [event('charge.succeeded', 'evt_1', 'acct_1')]],
    ['the older secret', json({ id: 'evt_2', type: 'invoice.paid', created: 1768478400 }), [event('invoice.paid', 'evt_2', [])], 'an-older-one'],
  ],
});
stripe.cases.push(
  (() => {
    const body = json({ id: 'evt_3', type: 'payout.paid' });
    return accepted('while the secret is rolled', {
      body,
      signature: 'stripe-signature',
      time: timed(300, 300),
      headers: { 'stripe-signature': `t=${kSeconds},v1=${hmac('sha256', 'theirs', `${kSeconds}.${body}`)},v0=ab,v1=${hmac('sha256', secret, `${kSeconds}.${body}`)}` },
      expect: { events: [event('payout.paid', 'evt_3', [])] },
    });
  })(),
);
const calendly = pairs({
  slug: 'calendly',
  header: 'calendly-webhook-signature',
  past: 180,
  cases: [
    [
      'invitee',
      json({ event: 'invitee.created', created_at: '2027-01-15T11:00:00.000000Z', created_by: 'https://api.calendly.com/users/U', payload: { uri: 'https://api.calendly.com/i/1' } }),
      [event('invitee.created', 'invitee.created.https://api.calendly.com/i/1.2027-01-15T11:00:00.000000Z', 'https://api.calendly.com/users/U')],
    ],
  ],
});
const tiktok = pairs({ slug: 'tiktok', header: 'tiktok-signature', v: 's', past: 300, cases: [['video', json({ client_key: 'c', event: 'video.publish.completed', create_time: 1768478400, user_openid: 'act.1', content: '{"share_id":"video.1"}' }), [event('video.publish.completed', '', 'act.1')]]] });
const paddle = pairs({
  slug: 'paddle',
  header: 'paddle-signature',
  t: 'ts',
  v: 'h1',
  separator: ';',
  glue: ':',
  past: 60,
  cases: [['transaction', json({ event_id: 'evt_1', event_type: 'transaction.completed', occurred_at: '2027-01-15T11:59:59.5Z', data: { customer_id: 'ctm_1' } }), [event('transaction.completed', 'evt_1', 'ctm_1')]]],
});
const workos = pairs({ slug: 'workos', header: 'workos-signature', separator: ', ', stamp: kMilliseconds, past: 180, cases: [['user', json({ id: 'event_1', event: 'dsync.user.created', created_at: '2027-01-15T11:59:59.000Z', data: { organization_id: 'org_1' } }), [event('dsync.user.created', 'event_1', 'org_1')]]] });

// Standard Webhooks, the published vector of Svix and Ed25519 is in keyed.mjs
const standard_key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
const standard = (prefix, id, ts, body, rest = {}) =>
  accepted(`${prefix} headers`, {
    body,
    signature: `${prefix}-signature`,
    time: timed(300, 300, `${prefix}-timestamp`),
    headers: { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: ts, [`${prefix}-signature`]: 'v1,' + hmac('sha256', standard_key, `${id}.${ts}.${body}`, 'base64') },
    refused: [{ what: 'another id', header: [`${prefix}-id`, id + 'x'] }],
    ...rest,
  });
const standard_body = json({ type: 'user.created', timestamp: kRfc3339, data: { id: 'u' } });
const standard_webhooks = {
  preset: 'standard-webhooks',
  secrets: { signing_secret: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
  cases: [
    standard('webhook', 'msg_1', kSeconds, standard_body, { expect: { events: [event('user.created', 'msg_1', [], { unsigned: [] })] } }),
    standard('svix', 'msg_2', kSeconds, standard_body, { expect: { events: [event('user.created', 'msg_2', [])] } }),
    accepted('published by Svix', {
      now: new Date(1614265330000).toISOString(),
      body: '{"test": 2432232314}',
      signature: 'svix-signature',
      time: timed(300, 300, 'svix-timestamp'),
      headers: { 'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'svix-timestamp': '1614265330', 'svix-signature': 'v1,aaaa v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' },
      expect: { events: [event('unknown', 'msg_p5jXN8AQM9LWM0D4loKWxJek', [])] },
    }),
  ],
};
const gitlab_body = json({ object_kind: 'push', user_id: 4, project_id: 15 });
const gitlab = {
  preset: 'gitlab',
  secrets: { signing_secret: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], token: ['a-static-token'] },
  cases: [
    standard('webhook', 'msg_1', kSeconds, gitlab_body, { expect: { events: [event('push', 'msg_1', '4', { unsigned: [] })] } }),
    accepted('secret token', { covers: false, body: gitlab_body, signature: 'x-gitlab-token', headers: { 'x-gitlab-token': 'a-static-token', 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': 'u-1' }, expect: { covers_body: false, events: [event('push', 'u-1', '4')] } }),
  ],
};

const simple = (slug, header, { message, encoding = 'hex', prefix = '', algorithm = 'sha256', time, headers = {}, url }, cases) => ({
  preset: slug,
  secrets: { signing_secret: [secret] },
  cases: cases.map(([name, body, expect, more = {}]) => accepted(name, { body, url, signature: header, time, headers: { ...headers, [header]: prefix + hmac(algorithm, secret, message(body), encoding), ...more.headers }, expect, ...more })),
});

const square = simple('square', 'x-square-hmacsha256-signature', { message: (b) => public_url_of('square') + b, encoding: 'base64' }, [['payment', json({ merchant_id: 'M1', type: 'payment.created', event_id: 's-1', created_at: '2027-01-15T11:59:59Z' }), { events: [event('payment.created', 's-1', 'M1')] }]]);
square.cases[0].refused.push({ what: 'another address', public_url: 'https://other.example/hooks/square/whk_test' });
const trello = simple('trello', 'x-trello-webhook', { message: (b) => b + public_url_of('trello'), encoding: 'base64', algorithm: 'sha1' }, [['card', json({ action: { id: 'a-1', type: 'createCard', date: '2027-01-15T11:59:59.000Z' }, model: { id: 'board-1' } }), { events: [event('createCard', 'a-1', 'board-1')] }]]);
trello.cases.push(challenge('HEAD at creation', { method: 'HEAD', expect: { reply: { status: 200 } } }));
trello.cases[0].refused.push({ what: 'another address', public_url: 'https://other.example/hooks/trello/whk_test' });
const zendesk = simple('zendesk', 'x-zendesk-webhook-signature', { message: (b) => kRfc3339 + b, encoding: 'base64', time: timed(300, 300, 'x-zendesk-webhook-signature-timestamp'), headers: { 'x-zendesk-webhook-signature-timestamp': kRfc3339 } }, [
  ['user', json({ account_id: 12514403, id: 'z-1', type: 'zen:event-type:user.role_changed', time: '2027-01-15T11:59:59Z' }), { events: [event('zen:event-type:user.role_changed', 'z-1', '12514403')] }],
  ['of a trigger', json({ ticket: 1 }), { events: [event('notification', '', [])] }],
]);
const box = simple(
  'box',
  'box-signature-primary',
  { message: (b) => b + kRfc3339, encoding: 'base64', time: timed(600, 60, 'box-delivery-timestamp'), headers: { 'box-delivery-timestamp': kRfc3339, 'box-signature-version': '1', 'box-signature-algorithm': 'HmacSHA256', 'box-delivery-id': 'd-1', 'box-signature-secondary': hmac('sha256', 'x', 'y', 'base64') } },
  [['upload', json({ type: 'webhook_event', id: 'b-1', created_at: '2027-01-15T03:59:35-08:00', trigger: 'FILE.UPLOADED', webhook: { id: 'wh-1' } }), { events: [event('FILE.UPLOADED', 'b-1', 'wh-1')] }]],
);
box.cases[0].refused.push({ what: 'another version', header: ['box-signature-version', '2'] });
const twitch_time = '2027-01-15T12:00:00.123456789Z';
const twitch_case = (name, type, body, expect) =>
  accepted(name, {
    body,
    signature: 'twitch-eventsub-message-signature',
    time: timed(600, 300),
    headers: { 'twitch-eventsub-message-id': 'm-1', 'twitch-eventsub-message-type': type, 'twitch-eventsub-message-timestamp': twitch_time, 'twitch-eventsub-message-signature': 'sha256=' + hmac('sha256', secret, 'm-1' + twitch_time + body) },
    expect,
    refused: [
      { what: 'another id', header: ['twitch-eventsub-message-id', 'm-2'] },
      { what: 'another time', header: ['twitch-eventsub-message-timestamp', '2027-01-15T12:00:00.123456788Z'] },
    ],
  });
const twitch = {
  preset: 'twitch',
  secrets: { signing_secret: [secret] },
  cases: [
    twitch_case('follow', 'notification', json({ subscription: { type: 'channel.follow', condition: { broadcaster_user_id: '1337' } }, event: { user_id: '1', broadcaster_user_id: '1337' } }), { events: [event('channel.follow', 'm-1', '1337')] }),
    twitch_case('verification', 'webhook_callback_verification', json({ challenge: 'pogchamp-kappa-360noscope-vohiyo', subscription: { type: 'channel.follow' } }), { outcome: 'challenge', reply: { status: 200, content_type: 'text/plain', body: 'pogchamp-kappa-360noscope-vohiyo' } }),
  ],
};
const zoom_case = (name, body, expect, rest = {}) => accepted(name, { body, signature: 'x-zm-signature', time: timed(300, 300, 'x-zm-request-timestamp'), headers: { 'x-zm-request-timestamp': kSeconds, 'x-zm-signature': 'v0=' + hmac('sha256', secret, `v0:${kSeconds}:${body}`) }, expect, ...rest });
const zoom = {
  preset: 'zoom',
  secrets: { signing_secret: [secret] },
  cases: [
    zoom_case('meeting', json({ event: 'meeting.started', event_ts: kNow, payload: { account_id: 'acc', object: { host_id: 'host-1' } } }), { events: [event('meeting.started', '', 'host-1')] }),
    zoom_case('url_validation', json({ event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' }, event_ts: kNow }), { outcome: 'challenge', reply: { status: 200, json: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw', encryptedToken: hmac('sha256', secret, 'qgg8vlvZRS6UYooatFL8Aw') } } }),
    zoom_case('button of Team Chat', json({ event: 'interactive_message_actions', payload: { accountId: 'acc', userId: 'u-1', actionItem: { text: 'Yes', value: 'yes' } } }), { action: { action_id: 'yes', event_type: 'interactive_message_actions', app_user_ids: ['u-1'] } }, { kind: 'action' }),
  ],
};
zoom.cases.push({ ...zoom_case('url_validation of what could be signed', json({ event: 'endpoint.url_validation', payload: { plainToken: `v0:${kSeconds}:{}` } }), { outcome: 'rejected' }), refused: [] });
const webflow = simple('webflow', 'x-webflow-signature', { message: (b) => `${kMilliseconds}:${b}`, time: timed(300, 300, 'x-webflow-timestamp'), headers: { 'x-webflow-timestamp': kMilliseconds } }, [
  ['form', json({ triggerType: 'form_submission', payload: { name: 'Contact', siteId: 'site-1', data: {} } }), { events: [event('form_submission', '', 'site-1')] }],
]);
const linear_body = json({ action: 'create', type: 'Issue', organizationId: 'org-1', createdAt: '2027-01-15T11:59:59.000Z', webhookTimestamp: kNow, data: { id: 'i' } });
const linear = {
  preset: 'linear',
  secrets: { signing_secret: [secret] },
  cases: [accepted('issue', { body: linear_body, signature: 'linear-signature', time: timed(60, 60), headers: { 'linear-delivery': 'l-1', 'linear-signature': hmac('sha256', secret, linear_body) }, expect: { events: [event('Issue.create', 'l-1', 'org-1', { unsigned: ['event_id'] })] } })],
};

// HubSpot: version 3, and the plain hashes that must be chosen
const hubspot_body = json([
  { eventId: 1, subscriptionId: 2, portalId: 62515, occurredAt: kNow, subscriptionType: 'contact.creation' },
  { eventId: 3, subscriptionId: 2, portalId: 62516, occurredAt: kNow, subscriptionType: 'contact.deletion' },
]);
const hubspot_events = [event('contact.creation', `1.2.${kNow}`, '62515'), event('contact.deletion', `3.2.${kNow}`, '62516')];
const hubspot_url = public_url_of('hubspot');
const v3 = (body) => ({ 'x-hubspot-request-timestamp': kMilliseconds, 'x-hubspot-signature-v3': hmac('sha256', secret, 'POST' + hubspot_url + body + kMilliseconds, 'base64') });
const hubspot_action = json({ callbackId: 'ap-1', origin: { portalId: 62515, actionDefinitionId: 9 }, inputFields: {} });
const chosen = { parameters: { allow_weak: 'true' } };
const hubspot = {
  preset: 'hubspot',
  secrets: { signing_secret: [secret] },
  cases: [
    accepted('version 3', { body: hubspot_body, signature: 'x-hubspot-signature-v3', time: timed(300, 300, 'x-hubspot-request-timestamp'), headers: v3(hubspot_body), expect: { events: hubspot_events }, refused: [{ what: 'another method', method: 'PUT' }] }),
    accepted('version 2', {
      ...chosen,
      body: hubspot_body,
      signature: 'x-hubspot-signature',
      headers: { 'x-hubspot-signature-version': 'v2', 'x-hubspot-signature': digest('sha256', secret + 'POST' + hubspot_url + hubspot_body) },
      expect: { events: hubspot_events },
      refused: [{ what: 'without the choice', parameter: ['allow_weak', 'false'], reason: 'weak_scheme_off' }],
    }),
    accepted('version 1', { ...chosen, body: hubspot_body, signature: 'x-hubspot-signature', headers: { 'x-hubspot-signature-version': 'v1', 'x-hubspot-signature': digest('sha256', secret + hubspot_body) }, expect: { events: hubspot_events } }),
    accepted('workflow action', { kind: 'action', body: hubspot_action, signature: 'x-hubspot-signature-v3', time: timed(300, 300, 'x-hubspot-request-timestamp'), headers: v3(hubspot_action), expect: { action: { action_id: '9', event_type: 'workflow_action', app_user_ids: ['62515'], needs_reply: true } } }),
  ],
};

// URL and sorted form
const sorted = (url, body) =>
  url +
  [...new URLSearchParams(body)]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([k, v]) => k + v)
    .join('');
const twilio_url = public_url_of('twilio');
const twilio_form = 'MessageSid=SM1&MessageStatus=delivered&AccountSid=AC1&From=%2B15005550006&Body=a+b';
const twilio_json = json({ a: 1 });
const twilio = {
  preset: 'twilio',
  secrets: { auth_token: [secret] },
  cases: [
    accepted('status of a message', {
      body: twilio_form,
      signature: 'x-twilio-signature',
      headers: { 'content-type': form, 'x-twilio-signature': hmac('sha1', secret, sorted(twilio_url, twilio_form), 'base64') },
      expect: { reply: { status: 200, content_type: 'text/xml', body: '<Response/>' }, events: [event('message.delivered', 'SM1.delivered', 'AC1')] },
      refused: [
        { what: 'another address', public_url: 'https://other.example/hooks/twilio/whk_test' },
        { what: 'a query that was not signed', query: 'x=1' },
      ],
    }),
    accepted('digits', {
      kind: 'action',
      body: 'AccountSid=AC1&CallSid=CA1&CallStatus=in-progress&Digits=1234',
      signature: 'x-twilio-signature',
      headers: { 'content-type': form, 'x-twilio-signature': hmac('sha1', secret, sorted(twilio_url, 'AccountSid=AC1&CallSid=CA1&CallStatus=in-progress&Digits=1234'), 'base64') },
      expect: { action: { action_id: '1234', event_type: 'call.in-progress', app_user_ids: ['AC1'], needs_reply: true } },
    }),
    accepted('body in JSON', { body: twilio_json, url: `?bodySHA256=${digest('sha256', twilio_json)}`, signature: 'x-twilio-signature', headers: { 'content-type': 'application/json', 'x-twilio-signature': hmac('sha1', secret, `${twilio_url}?bodySHA256=${digest('sha256', twilio_json)}`, 'base64') }, expect: {} }),
    // twilio.com/docs/usage/security
    accepted('published by Twilio', {
      body: 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212',
      secrets: { auth_token: ['12345'] },
      url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
      signature: 'x-twilio-signature',
      headers: { 'content-type': form, 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' },
      expect: {},
    }),
  ],
};
const mandrill_form =
  'mandrill_events=' +
  encodeURIComponent(
    json([
      { _id: 'm-1', event: 'send', ts: 1768478400, msg: { subaccount: 'sub-1' } },
      { _id: 'm-2', event: 'open', ts: 1768478401, msg: {} },
    ]),
  );
const mandrill = {
  preset: 'mandrill',
  secrets: { signing_secret: [secret] },
  cases: [
    accepted('two events', {
      body: mandrill_form,
      signature: 'x-mandrill-signature',
      headers: { 'content-type': form, 'x-mandrill-signature': hmac('sha1', secret, sorted(public_url_of('mandrill'), mandrill_form), 'base64') },
      expect: { events: [event('send', 'm-1.send.1768478400', 'sub-1'), event('open', 'm-2.open.1768478401', [])] },
    }),
    challenge('HEAD at creation', { method: 'HEAD', expect: { reply: { status: 200 } } }),
  ],
};

export const presets = [slack, stripe, calendly, tiktok, paddle, workos, standard_webhooks, gitlab, square, trello, zendesk, box, twitch, zoom, webflow, linear, hubspot, twilio, mandrill];
