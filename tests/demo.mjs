// make demo: one account connected at a real OAuth server, its token read, an API called with it, one refresh forced; then a webhook of
// that account, signed, verified, read, attributed to its user and delivered.
// Everything runs on loopback and is started here. ONCE=1 ends after that, with status 0 only if every step held.
import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

process.env.VALETKEY_TEST_DIR ??= resolve(fileURLToPath(import.meta.url), '../../build/demo');
const { Browser } = await import('./support/browser.mjs');
const { at_oidc_provider, returned, walk } = await import('./support/connect_flow.mjs');
const { oidc_credential } = await import('./support/credential_bodies.mjs');
const { http_request } = await import('./support/http_request.mjs');
const { start_oidc_provider } = await import('./support/oidc_provider.mjs');
const { Sink } = await import('./support/sink.mjs');
const { secret } = await import('./support/test_run.mjs');
const { start_valetkey } = await import('./support/valetkey.mjs');
const { Webhook } = await import('standardwebhooks');

let steps = 0;
const say = (what, ...details) => {
  console.log(`${String(++steps).padStart(2)}. ${what}`);
  for (const detail of details) console.log(`    ${detail}`);
};
const started = [];
const stop_all = async () => {
  for (const stop of started.splice(0).reverse()) await stop();
};

async function start_servers() {
  const provider = await start_oidc_provider({ accounts: { alice: 'wonderland' } });
  started.push(() => provider.stop());
  say(`an OAuth server is up: npm oidc-provider at ${provider.issuer}`);
  const product = await Sink.start({ answer: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'Connected. You can close this page.\n' } });
  started.push(() => product.stop());
  say(`a product that wants the connection is up at ${product.origin}`);
  const broker = await start_valetkey({ name: 'demo', admin: false });
  started.push(() => broker.end());
  say(`valetkey is up at ${broker.origin}`);
  await broker.become_admin();
  say('the bootstrap key made an admin key, and died of it (POST /v1/keys)');
  const refused = await broker.call('GET', '/v1/credentials', { key: broker.bootstrap_key, expect: 401 });
  assert.equal(refused.body.status, 401);
  return { provider, product, broker };
}

/** How the demo's application signs and words its webhooks: data, not code (catalog/presets/README.md). */
const kServiceDocument = {
  title: 'Demo application',
  secrets: [{ name: 'signing_secret', title: 'Signing secret' }],
  verify: [{
    scheme: 'hmac', algorithm: 'sha256', key: { secret: 'signing_secret' }, signature: { header: 'x-demo-signature', decode: 'hex' },
    message: ['timestamp', { const: '.' }, 'raw'], timestamp: { header: 'x-demo-timestamp', unit: 's' },
  }],
  parse: { format: 'json' },
  event: { type: 'type', id: 'id', app_user_id: 'user' },
  map: { connect: 'account' },
};

async function describe_webhooks(broker) {
  const service = await broker.api('POST', '/v1/services', { body: { name: 'Demo webhooks', implementation: 'declarative', document: kServiceDocument } });
  say(`service ${service.id} says how this application signs and words its webhooks (POST /v1/services)`, `kinds: ${service.kinds.join(', ')}`);
  return service;
}

async function register(broker, provider, return_url, service) {
  const reserved = await broker.api('POST', '/v1/callback-keys', { body: { integration: 'custom' } });
  await provider.set({ redirect_uris: [reserved.redirect_uri] });
  say('a redirect URI was reserved and registered at the OAuth server first (POST /v1/callback-keys)', reserved.redirect_uri);
  const credential = await broker.api('POST', '/v1/credentials', {
    body: oidc_credential(provider, { name: 'Demo', redirect_uri: reserved.redirect_uri, return_urls: [return_url],
      config_services: { webhook_event_verification: service.id, webhook_parser: service.id, user_id_mapper: service.id } }),
  });
  assert.equal(credential.authentication_url, reserved.redirect_uri);
  assert.equal(credential.client_secret, undefined);
  say(`credential ${credential.id} holds the client of the OAuth server (POST /v1/credentials)`,
    `client secret: ${credential.client_secret_set ? 'set, and never shown again' : 'missing'}`,
    ...credential.warnings.map(({ code, detail }) => `warning ${code}: ${detail}`));
  return credential;
}

async function connect(broker, credential, return_url) {
  const session = await broker.api('POST', '/v1/connect-sessions', { body: { credential: credential.id, end_user: { id: 'user-1' }, return_url } });
  say('a connect session was made for end user user-1 (POST /v1/connect-sessions)', session.connect_url.replace(/[^/]+$/, '***'));
  const browser = new Browser();
  const page = await walk(browser, session.connect_url, at_oidc_provider());
  assert.ok(page.url.startsWith(return_url), `the browser ended at ${page.url}: ${page.visible}`);
  say('the end user opened the link, allowed, signed in at the OAuth server, consented, and came back to the product',
    ...browser.history.map(({ method, url, status }) => `${method.padEnd(4)} ${status} ${new URL(url).origin}${new URL(url).pathname.replace(/\/(connect|interaction|auth)\/[^/]+/, '/$1/***')}`));
  assert.deepEqual(browser.violations, [], 'a real browser would have blocked this');
  const connection = await broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: returned(page).code } });
  assert.equal(connection.state, 'active');
  say(`the product confirmed with its key and the code that came back: connection ${connection.id} is ${connection.state}`, `account ${connection.account}`);
  return connection;
}

async function call_api(provider, token) {
  const answer = await http_request(provider.api_url, { headers: { authorization: `${token.token_type} ${token.access_token}` } });
  assert.equal(answer.status, 200, `${provider.api_url} answered ${answer.status} ${answer.text}`);
  return answer.json();
}

/** The endpoint knows the application's secret, and a destination waits: {signing_secret, destination, receiver}. */
async function await_webhooks(broker, credential) {
  const signing_secret = secret(randomBytes(24).toString('hex'));
  const { data: [endpoint] } = await broker.api('GET', `/v1/endpoints?credential=${credential.id}`);
  await broker.api('PATCH', `/v1/endpoints/${endpoint.id}`, { body: { secrets: { signing_secret } } });
  say('the webhook URL of the credential was given to the application, and its signing secret to the endpoint (PATCH /v1/endpoints/{id})',
    credential.webhook_url.replace(/[^/]+$/, '***'));
  const receiver = await Sink.start({ answer: { status: 204, headers: {}, body: '' } });
  started.push(() => receiver.stop());
  const destination = await broker.api('POST', '/v1/destinations', { body: { name: 'Demo', url: `${receiver.origin}/events`, filter: { types: ['webhook.*'] } } });
  say(`destination ${destination.id} gets the events of applications (POST /v1/destinations)`, `${receiver.origin}/events`);
  return { signing_secret, receiver, destination_secret: secret(destination.secret) };
}

/** What the application does: {status} of the broker's answer. */
function send_webhook(url, signing_secret, body) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', signing_secret).update(`${timestamp}.${body}`).digest('hex');
  return http_request(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-demo-timestamp': timestamp, 'x-demo-signature': signature } });
}

async function receive_webhook(broker, credential, connection) {
  const { signing_secret, receiver, destination_secret } = await await_webhooks(broker, credential);
  const body = JSON.stringify({ id: `order-${randomUUID()}`, type: 'order.paid', user: connection.account, order: { total: 42 } });
  const forged = await send_webhook(credential.webhook_url, 'not the secret', body);
  assert.equal(forged.status, 401);
  say(`a forged webhook was refused: status ${forged.status}`);
  const accepted = await send_webhook(credential.webhook_url, signing_secret, body);
  assert.ok(accepted.status < 300, `status ${accepted.status} ${accepted.text}`);
  say(`the application's webhook was verified, read and on disk before it was answered: status ${accepted.status}`);

  const [delivery] = await receiver.received();
  const event = new Webhook(destination_secret).verify(delivery.body.toString(), delivery.headers);
  assert.equal(event.type, 'webhook.order.paid');
  assert.equal(event.data.connection, connection.id);
  assert.equal(event.data.end_user, 'user-1');
  assert.deepEqual(event.data.event_payload, JSON.parse(body));
  say('it was attributed to the connected user and delivered; npm standardwebhooks verifies the delivery', `webhook-id ${delivery.headers['webhook-id']}`, JSON.stringify(event));
}

async function main() {
  const { provider, product, broker } = await start_servers();
  const return_url = `${product.origin}/connected`;
  const service = await describe_webhooks(broker);
  const credential = await register(broker, provider, return_url, service);
  const connection = await connect(broker, credential, return_url);

  const token = await broker.api('GET', `/v1/connections/${connection.id}/token`);
  say('the token was read (GET /v1/connections/{id}/token)', `${token.token_type} ${token.access_token.slice(0, 4)}..., generation ${token.generation}, until ${token.expires_at}`);
  const me = await call_api(provider, token);
  assert.equal(me.account, 'alice');
  say(`the API answered the call with that token (GET ${provider.api_url})`, JSON.stringify(me));

  const fresh = await broker.api('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: token.generation } });
  assert.equal(fresh.generation, token.generation + 1);
  assert.notEqual(fresh.access_token, token.access_token);
  const again = await call_api(provider, fresh);
  const { token: counted } = await provider.counters();
  assert.equal(counted.refresh_token.total, 1);
  say(`a refresh was forced: generation ${token.generation} -> ${fresh.generation}, one token request, and the API answers the new token`, JSON.stringify(again));
  await receive_webhook(broker, credential, connection);
  return { provider, product, broker, connection };
}

const interrupted = new Promise((resolve) => { process.once('SIGINT', resolve); process.once('SIGTERM', resolve); });
try {
  const { provider, broker, connection } = await main();
  console.log('\nevery step held');
  if (process.env.ONCE !== '1') {
    console.log(`\nvaletkey       ${broker.origin}\nOAuth server   ${provider.issuer}\nadmin key      ${broker.key}`);
    console.log(`try            curl -H 'Authorization: Bearer ${broker.key}' ${broker.origin}/v1/connections/${connection.id}/token`);
    console.log('stop           Ctrl-C');
    await interrupted;
  }
} catch (error) {
  console.error(`\nstep ${steps + 1} failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await stop_all().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
