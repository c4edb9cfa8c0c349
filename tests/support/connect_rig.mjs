// Everything a test of the connect page needs: oidc-provider, a product to come back to, the broker, and a custom integration.
import { Browser } from './browser.mjs';
import { start_oidc_provider } from './oidc_provider.mjs';
import { register_at_oidc } from './registration.mjs';
import { Sink } from './sink.mjs';
import { secret } from './test_run.mjs';
import { new_key, start_valetkey } from './valetkey.mjs';

/** An integration of a tenant at `provider`, as POST /v1/integrations takes it. */
export const acme_integration = (provider, more = {}) => ({
  slug: 'acme',
  name: 'Acme',
  grant_types: ['authorization_code'],
  authorization_url: provider.authorization_url,
  token_url: provider.token_url,
  revocation_url: provider.revocation_url,
  userinfo_url: provider.userinfo_url,
  base_uri: provider.base_uri,
  issuer: provider.issuer,
  requires_iss: true,
  account: { from: 'userinfo', path: 'sub' },
  authorization_params: { prompt: 'consent' },
  default_scopes: ['openid', 'offline_access', 'read'],
  scopes: [{ name: 'read', description: 'Read your documents' }],
  ...more,
});

/**
 * Answers { provider, product, broker, return_url, installation_key, register(), session(), press(), stop() }.
 * `options` are those of start_valetkey.
 */
export async function start_connect_rig(options = {}) {
  const [provider, product, broker] = await Promise.all([start_oidc_provider(), Sink.start(), start_valetkey({ ...options, admin: false, bootstrap_key: new_key() })]);
  const { key: installation_key } = await broker.api('POST', '/v1/keys', { key: broker.bootstrap_key, body: { name: 'installation', role: 'installation' } });
  secret(installation_key);
  await broker.become_admin();
  const return_url = `${product.origin}/connected?tab=apps`;
  return {
    provider,
    product,
    broker,
    return_url,
    installation_key,
    /** A credential that is ready to connect; of an integration of its own it overrides no parameter. */
    register: (more = {}) => register_at_oidc(broker, provider, { return_urls: [return_url], ...more.integration ? { authorization_params: undefined } : {}, ...more }),
    /** A connect session of `credential`. */
    async session(credential, more = {}) {
      const made = await broker.api('POST', '/v1/connect-sessions', { body: { credential: credential.id, end_user: { id: 'user-1' }, return_url, ...more } });
      secret(made.connect_url.split('/').pop());
      return made;
    },
    /** How it stands, as the product sees it. */
    session_now: ({ id }) => broker.api('GET', `/v1/connect-sessions/${id}`),
    /** Opens the link and presses Allow. Answers the browser. */
    async press({ connect_url }, { browser = new Browser(), fields = {}, until } = {}) {
      await browser.open(connect_url);
      await browser.submit(fields, { button: 'Allow', until });
      return browser;
    },
    async stop() {
      await Promise.all([broker.end(), product.stop()]);
      await provider.stop();
    },
  };
}
