// Tenants that each hold one of everything, made without any provider: tokens are imported, endpoints point at a port where nobody listens.
import { randomBytes } from 'node:crypto';

import { secret } from './test_run.mjs';
import { new_key, start_valetkey } from './valetkey.mjs';

const kNobody = 'http://127.0.0.1:9';

export const new_secret = () => secret(randomBytes(24).toString('base64url'));

export const plain_integration = (slug) => ({
  slug, name: slug, authorization_url: `${kNobody}/authorize`, token_url: `${kNobody}/token`, base_uri: `${kNobody}/api`,
});

/** A credential of an integration that plain_integration() made, or of `custom`. */
export const plain_credential = (name, { integration = 'custom', ...more } = {}) => ({
  name, integration, grant_type: 'authorization_code', client_id: 'client', client_secret: new_secret(), completion: 'immediate',
  ...integration === 'custom' ? { authorization_url: `${kNobody}/authorize`, token_url: `${kNobody}/token`, base_uri: `${kNobody}/api` } : {},
  ...more,
});

/** A connection of tokens that were held elsewhere. */
export const imported = (credential, { id = 'user-1', ...more } = {}) => ({
  credential: credential.id, end_user: { id },
  import: { access_token: new_secret(), refresh_token: new_secret(), expires_at: new Date(Date.now() + 3_600_000).toISOString(), scopes: ['read'] }, ...more,
});

/** A service document: a token in a header, and the body as it is. */
export const plain_document = () => ({
  title: 'Plain', secrets: [{ name: 'token', title: 'Token' }],
  verify: [{ scheme: 'static', key: { secret: 'token' }, signature: { header: 'x-token' } }],
  parse: { format: 'json' }, event: { type: 'type' },
});

/** Starts a broker with an admin key of the default tenant and `installation_key`. */
export async function start_installation(options = {}) {
  const broker = await start_valetkey({ ...options, admin: false, bootstrap_key: new_key() });
  const made = await broker.api('POST', '/v1/keys', { key: broker.bootstrap_key, body: { name: 'installation', role: 'installation' } });
  await broker.become_admin();
  return Object.assign(broker, { installation_key: secret(made.key), installation_key_id: made.id });
}

/** A further tenant: { api, id, key, key_id }; `api` is the broker with an admin key of that tenant. */
export async function new_tenant(broker, name) {
  const { id } = await broker.api('POST', '/v1/tenants', { key: broker.installation_key, body: { name } });
  const { key, id: key_id } = await broker.api('POST', '/v1/keys', { key: broker.installation_key, body: { name: 'admin', tenant: id, scopes: ['*'] } });
  return { id, key: secret(key), key_id, api: broker.as(key) };
}

/** One of everything in the tenant of `api`; the members are named as in api_routes.mjs. */
export async function furnish(api, { slug = 'acme', user = 'user-1', name = 'furnished' } = {}) {
  const integration = await api.api('POST', '/v1/integrations', { body: plain_integration(slug) });
  const callback_key = await api.api('POST', '/v1/callback-keys', { body: { integration: slug } });
  const credential = await api.api('POST', '/v1/credentials', { body: plain_credential(name, { integration: slug }) });
  const connection = await api.api('POST', '/v1/connections', { body: imported(credential, { id: user }) });
  const session = await api.api('POST', '/v1/connect-sessions', { body: { credential: credential.id, end_user: { id: user } } });
  const key = await api.api('POST', '/v1/keys', { body: { name: 'one of many', scopes: ['connections:read'] } });
  secret(key.key, session.connect_url.split('/').pop());
  const { data: [event] } = await api.api('GET', '/v1/events');
  const service = await api.api('POST', '/v1/services', { body: { name, document: plain_document() } });
  const endpoint = await api.api('POST', '/v1/endpoints', { body: { credential: credential.id } });
  const destination = await api.api('POST', '/v1/destinations', { body: { name, url: `${kNobody}/events`, filter: { types: ['nothing.of.this.name'] } } });
  secret(destination.secret);
  const { deliveries: [delivery] } = await api.api('POST', `/v1/events/${event.id}/replay`, { body: { destination: destination.id } });
  return { integration, callback_key, credential, connection, session, key, event, service, endpoint, destination, delivery, user };
}

/** The id that a route `of` this kind takes. */
export const id_of = (things, of) => ({ integration: things.integration.slug, end_user: things.user }[of] ?? things[of].id);
