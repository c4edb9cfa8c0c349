// npm oidc-provider, a real authorisation server that nobody here wrote, on a free loopback port.
import { http_request } from './http_request.mjs';
import { start_script } from './server_process.mjs';
import { secret, spread } from './test_run.mjs';

/**
 * Settings: access_token_ttl (seconds), refresh_token_ttl, rotate, refresh_tokens ('always' | 'offline_access'),
 * redirect_uris, accounts ({account: password}; an account not listed signs in with any password), require_pkce, port.
 * Clients: confidential-basic, confidential-post, public (PKCE), all with Password too; machine-basic, machine-post, and odd-basic,
 * odd-post with the secret of odd_secret.mjs (client credentials).
 */
export async function start_oidc_provider(settings = {}) {
  const child = await start_script(new URL('./oidc_provider_server.mjs', import.meta.url), [JSON.stringify(settings)]);
  const { issuer, port, client_secret } = child.ready;
  const control = async (method, path, body) => {
    const answer = await http_request(`${issuer}/_control${path}`, { method, body: body && JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`oidc-provider control ${path}: ${answer.status} ${answer.text}`);
    return answer.json();
  };
  return {
    issuer,
    port,
    client_secret,
    authorization_url: `${issuer}/auth`,
    token_url: `${issuer}/token`,
    revocation_url: `${issuer}/token/revocation`,
    introspection_url: `${issuer}/token/introspection`,
    userinfo_url: `${issuer}/me`,
    metadata_url: `${issuer}/.well-known/openid-configuration`,
    base_uri: `${issuer}/api`,
    api_url: `${issuer}/api/me`,
    counters: () => control('GET', '/counters'),
    reset_counters: () => control('POST', '/reset_counters', {}),
    end_access_token: (token) => control('POST', '/end_access_token', { token }),
    /** Changes settings while it runs, e.g. {redirect_uris: [...]} or {access_token_ttl: 5}. */
    set: (changes) => control('POST', '/settings', changes),
    tail: child.tail,
    async stop() {
      if (child.child.exitCode === null && child.child.signalCode === null) secret(client_secret, ...spread(await control('GET', '/secrets')));
      return child.stop();
    },
    kill9: () => child.kill9(),
  };
}
