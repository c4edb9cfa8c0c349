// What an operator does before anybody can connect: a redirect URI is reserved here, registered there, and the credential made.
import { glewlwyd_credential, oidc_credential } from './credential_bodies.mjs';

const registered = new WeakMap();

/** Reserves a redirect URI and adds it to those that `server` knows; `register(uris)` is how that server learns them. */
async function reserve(broker, server, integration, register) {
  const { redirect_uri } = await broker.api('POST', '/v1/callback-keys', { body: { integration } });
  const uris = [...registered.get(server) ?? [], redirect_uri];
  registered.set(server, uris);
  await register(uris);
  return redirect_uri;
}

/** A credential for a code client of oidc-provider, ready to connect; `more` are further members of it. */
export async function register_at_oidc(broker, provider, { integration = 'custom', ...more } = {}) {
  const redirect_uri = await reserve(broker, provider, integration, (redirect_uris) => provider.set({ redirect_uris }));
  return broker.api('POST', '/v1/credentials', { body: oidc_credential(provider, { integration, redirect_uri, ...more }) });
}

/** The same at glewlwyd, grant Auth Code. */
export async function register_at_glewlwyd(broker, server, more = {}) {
  const redirect_uri = await reserve(broker, server, 'custom', (uris) => server.set_redirect_uris(uris));
  return broker.api('POST', '/v1/credentials', { body: glewlwyd_credential(server, { grant_type: 'authorization_code', redirect_uri, ...more }) });
}
