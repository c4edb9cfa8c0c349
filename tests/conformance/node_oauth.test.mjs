// The conformance matrix at npm @node-oauth/oauth2-server: a library of three handlers, whose host keeps clients and tokens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { start_node_oauth } from '../support/node_oauth.mjs';
import { npm_version } from '../support/npm_version.mjs';
import { use_at } from './at_resource.mjs';
import { conformance } from './matrix.mjs';

async function start() {
  const server = await start_node_oauth();
  const { username, password, clients } = server;
  return {
    version: npm_version('@node-oauth/oauth2-server'),
    kind: 'npm',
    methods: server.methods,
    account: { username, password },
    missing: (column) => ({
      revoked: 'the library has no revocation endpoint (RFC 7009); deleting the connection says `not_supported`',
      introspected: 'the library has no introspection endpoint (RFC 7662)',
    })[column],
    revocation_outcome: () => 'not_supported',
    integration: () => ({ authorization_url: server.authorization_url, token_url: server.token_url, base_uri: server.base_uri }),
    scopes: () => ['read', 'write'],
    client: ({ client_authentication }) => clients[client_authentication === 'none' ? 1 : 0],
    odd_client: () => clients[2],
    account_of: ({ grant }, { client_id }) => (grant === 'client_credentials' ? client_id : username),
    prepare: ({ rotation }) => server.set({ rotate: rotation !== 'kept' }),
    set_redirect_uris: (redirect_uris) => server.set({ redirect_uris }),
    consent: (browser) => browser.submit({ username, password }, { form: 'consent', button: 'Allow' }),
    use: (token) => use_at(server.api_url, token, 'account'),
    stop: () => server.stop(),
  };
}

conformance({
  slug: 'node-oauth2-server',
  start,
  more: (world) => {
    test('revocation and introspection are not offered: the library is three handlers', () => {
      assert.deepEqual(world.server.methods, ['authenticate', 'authorize', 'token']);
    });
  },
  notes: [
    'A public client needs no switch for Auth Code: the verifier of PKCE stands in for its secret. For Password and refresh the host names the grants that go without (`requireClientAuthentication`), and then has to turn away a confidential client that sends no secret itself.',
    'A client secret with characters that form encoding changes needs `client_secret_post` here: its Basic header is read as it stands.',
    'The library has no pages; those for signing in and consent are the test\'s, its authorisation handler does the rest.',
    'Rotation is an option of each token request (`alwaysIssueNewRefreshToken`); the test switches it.',
  ],
});
