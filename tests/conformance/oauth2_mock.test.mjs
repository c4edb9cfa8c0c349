// The conformance matrix at npm oauth2-mock-server: it promises little, and signs its access tokens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { post_form } from '../support/http_request.mjs';
import { npm_version } from '../support/npm_version.mjs';
import { start_oauth2_mock } from '../support/oauth2_mock.mjs';
import { use_at } from './at_resource.mjs';
import { conformance } from './matrix.mjs';

async function start() {
  const server = await start_oauth2_mock();
  const { authorization_url, token_url, revocation_url, introspection_url, userinfo_url, base_uri } = server;
  return {
    version: npm_version('oauth2-mock-server'),
    kind: 'npm',
    account: { username: 'johndoe', password: 'any password will do' },
    missing: (column) => ({
      revoked: 'the server answers 200 to every revocation and remembers none',
      introspected: 'the server calls every token active, one that was never issued too',
    })[column],
    integration: () => ({ authorization_url, token_url, revocation_url, introspection_url, userinfo_url, base_uri, account: { from: 'userinfo', path: 'sub' } }),
    scopes: () => ['read', 'write'],
    client: ({ client_authentication }) => (client_authentication === 'none' ? server.public_client : server.client),
    // whom it believes is what the test's own hook says
    odd_client: () => null,
    account_of: ({ grant }) => (grant === 'client_credentials' ? null : 'johndoe'),
    prepare: ({ rotation }) => server.set({ rotate: rotation !== 'kept' }),
    // it redirects to whatever it is asked for, at once
    set_redirect_uris: async () => {},
    consent: async () => {},
    use: (token) => use_at(userinfo_url, token, 'sub'),
    stop: () => server.stop(),
  };
}

conformance({
  slug: 'oauth2-mock-server',
  start,
  more: (world) => {
    test('revocation and introspection are not offered: they answer without looking', async () => {
      const { revocation_url, introspection_url } = world.server.integration();
      const token = 'never-issued';
      assert.equal((await post_form(revocation_url, { token })).status, 200);
      assert.deepEqual((await post_form(introspection_url, { token })).json(), { active: true });
    });
  },
  notes: [
    'By itself it takes any client, refresh token and bearer token. Its hooks `beforeResponse` and `beforeUserinfo` hold it to one client secret, to refresh tokens that it issued (of one use, or not), and to access tokens that it signed.',
    'It has no page: its authorisation endpoint redirects at once, as the account `johndoe`.',
    'Access tokens are JWTs without an id: two of one second are the same. The hook `beforeTokenSigning` adds `jti`, so that a refresh shows.',
  ],
});
