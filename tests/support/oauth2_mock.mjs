// npm oauth2-mock-server on a free loopback port, told to be strict by the hooks that it offers.
import { http_request } from './http_request.mjs';
import { start_script } from './server_process.mjs';

/**
 * Answers { issuer, authorization_url, token_url, revocation_url, introspection_url, userinfo_url, base_uri, client
 * ({client_id, client_secret}), public_client, set({rotate}), stop() }.
 */
export async function start_oauth2_mock(settings = {}) {
  const child = await start_script(new URL('./oauth2_mock_server.mjs', import.meta.url), [JSON.stringify(settings)]);
  const { issuer, control, client, public_client } = child.ready;
  return {
    issuer, client, public_client,
    authorization_url: `${issuer}/authorize`,
    token_url: `${issuer}/token`,
    revocation_url: `${issuer}/revoke`,
    introspection_url: `${issuer}/introspect`,
    userinfo_url: `${issuer}/userinfo`,
    base_uri: issuer,
    set: async (changes) => (await http_request(`${control}/settings`, { method: 'POST', body: JSON.stringify(changes) })).json(),
    tail: child.tail,
    stop: () => child.stop(),
  };
}
