// The conformance matrix at Debian's glewlwyd: its OpenID Connect plugin twice, once with refresh tokens of one use and once without.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { start_glewlwyd } from '../support/glewlwyd.mjs';
import { post_form } from '../support/http_request.mjs';
import { secret } from '../support/test_run.mjs';
import { use_at } from './at_resource.mjs';
import { conformance } from './matrix.mjs';
import { is_active, post_as } from './walk.mjs';

const version = () => execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'glewlwyd'], { encoding: 'utf8' }).replace(/-[^-]*$/, '');

async function start() {
  const server = await start_glewlwyd();
  secret(server.password, server.client_secret);
  const plugin_of = (rotation) => (rotation === 'kept' ? server.keeping : server.oidc);
  const { clients } = server;
  const client_of = ({ grant, client_authentication }) => {
    if (grant === 'client_credentials') return clients.machine;
    return { none: clients.public, client_secret_basic: clients.basic, client_secret_post: clients.post }[client_authentication];
  };
  return {
    version: version(),
    kind: 'Debian 12',
    account: { username: server.username, password: server.password },
    missing: (column, { grant, client_authentication }) => {
      if (client_authentication !== 'none') return undefined;
      if (grant === 'password') return 'the server gives the Password grant to confidential clients only (403); the broker says `provider_rejected`';
      return {
        revoked: 'the server takes revocations from confidential clients only (401); deleting the connection says `failed`, and the access token lives until it expires',
        introspected: 'the server lets confidential clients only introspect (401)',
      }[column];
    },
    revocation_outcome: ({ client_authentication }) => (client_authentication === 'none' ? 'failed' : 'revoked'),
    instead: (column, { grant }) => (column === 'token used' && grant === 'client_credentials'
      ? ['by introspection', 'its own resource, userinfo, is a user\'s: it answers 404 to the token of a client']
      : undefined),
    integration: (rotation) => {
      const { authorization_url, token_url, revocation_url, introspection_url, base_uri } = plugin_of(rotation);
      return { authorization_url, token_url, revocation_url, introspection_url, base_uri };
    },
    scopes: (grant) => (grant === 'client_credentials' ? ['read'] : ['read', 'write']),
    client: client_of,
    odd_client: () => clients.odd,
    // userinfo names the account by an identifier of its own
    account_of: () => undefined,
    set_redirect_uris: (uris) => server.set_redirect_uris(uris),
    consent: (browser) => server.consent(browser),
    async use(token, { grant, rotation, client_authentication }, client) {
      const { api_url, introspection_url } = plugin_of(rotation);
      if (grant === 'client_credentials') return { is_good: await is_active(client, client_authentication, introspection_url, token.access_token) };
      return use_at(api_url, token);
    },
    stop: () => server.stop(),
  };
}

conformance({
  slug: 'glewlwyd',
  start,
  more: (world) => {
    test('a refused refresh does not say whether the token or the client is at fault', async () => {
      const cell = { grant: 'password', client_authentication: 'client_secret_basic', rotation: 'rotated' };
      const client = world.server.client(cell);
      const answers = [];
      for (const asking of [client, { ...client, client_secret: 'certainly-not-the-secret' }]) {
        const { status, text } = await post_as(asking, cell.client_authentication, world.server.integration('rotated').token_url, { grant_type: 'refresh_token', refresh_token: 'never-issued' });
        answers.push([status, text]);
      }
      assert.deepEqual(answers, [[400, ''], [400, '']]);
    });
    test('revocation and introspection are not offered to a public client', async () => {
      for (const rotation of ['rotated', 'kept']) {
        const { introspection_url, revocation_url } = world.server.integration(rotation);
        for (const url of [introspection_url, revocation_url]) assert.equal((await post_form(url, { token: 'any', client_id: 'public' })).status, 401);
      }
    });
  },
  notes: [
    'A refused refresh is a 400 with an empty body, whether the refresh token or the client secret is at fault. The broker does not guess: it gives up neither grant nor credential for it, says `credential_configuration`, and tries again later.',
    'A client secret with characters that form encoding changes needs `client_secret_post` here: its Basic header is read as it stands.',
    'Rotation is a setting of its OpenID Connect plugin (`refresh-token-one-use`); the test runs two instances of the plugin.',
    'Its sign-in and consent pages are a JavaScript application; the test makes the requests that those make.',
  ],
});
