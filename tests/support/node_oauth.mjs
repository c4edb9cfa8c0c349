// npm @node-oauth/oauth2-server on a free loopback port: the library's own three handlers, with the model of node_oauth_model.mjs.
import { http_request } from './http_request.mjs';
import { start_script } from './server_process.mjs';
import { secret, spread } from './test_run.mjs';

/**
 * Clients: confidential (secret by header or body, as the library takes both), public (PKCE, no secret), odd (the secret of odd_secret.mjs).
 * Answers { issuer, authorization_url, token_url, api_url, base_uri, username, password, clients, methods (what the
 * library's server class can do), set({rotate, redirect_uris}), stop() }.
 */
export async function start_node_oauth(settings = {}) {
  const child = await start_script(new URL('./node_oauth_server.mjs', import.meta.url), [JSON.stringify(settings)]);
  const { issuer, username, password, clients, methods } = child.ready;
  const control = async (method, path, body) => (await http_request(`${issuer}/_control${path}`, { method, body: body && JSON.stringify(body) })).json();
  return {
    issuer, username, password, clients, methods,
    authorization_url: `${issuer}/authorize`,
    token_url: `${issuer}/token`,
    base_uri: `${issuer}/api`,
    api_url: `${issuer}/api/me`,
    set: (changes) => control('POST', '/settings', changes),
    tail: child.tail,
    async stop() {
      if (child.child.exitCode === null && child.child.signalCode === null) secret(...spread(await control('GET', '/secrets')));
      return child.stop();
    },
  };
}
