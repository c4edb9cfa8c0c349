// The conformance matrix at npm oidc-provider: the strictest of the five, and the reference of OpenID Connect.
import { randomBytes } from 'node:crypto';

import { at_oidc_provider } from '../support/connect_flow.mjs';
import { npm_version } from '../support/npm_version.mjs';
import { kOddSecret } from '../support/odd_secret.mjs';
import { start_oidc_provider } from '../support/oidc_provider.mjs';
import { use_at } from './at_resource.mjs';
import { conformance } from './matrix.mjs';

const account = { username: 'alice', password: randomBytes(18).toString('base64url') };

const client_id_of = ({ grant, client_authentication }) => {
  if (client_authentication === 'none') return 'public';
  const how = client_authentication === 'client_secret_post' ? 'post' : 'basic';
  return `${grant === 'client_credentials' ? 'machine' : 'confidential'}-${how}`;
};

async function start() {
  const provider = await start_oidc_provider({ accounts: { [account.username]: account.password } });
  return {
    version: npm_version('oidc-provider'),
    kind: 'npm',
    account,
    missing: () => undefined,
    integration: () => ({
      authorization_url: provider.authorization_url,
      token_url: provider.token_url,
      revocation_url: provider.revocation_url,
      introspection_url: provider.introspection_url,
      userinfo_url: provider.userinfo_url,
      base_uri: provider.base_uri,
      issuer: provider.issuer,
      requires_iss: true,
      account: { from: 'userinfo', path: 'sub' },
      authorization_params: { prompt: 'consent' },
    }),
    scopes: (grant) => (grant === 'authorization_code' ? ['openid', 'offline_access', 'read'] : ['openid', 'read'].slice(grant === 'password' ? 0 : 1)),
    client: (cell) => ({ client_id: client_id_of(cell), client_secret: cell.client_authentication === 'none' ? null : provider.client_secret }),
    odd_client: (client_authentication) => ({ client_id: client_authentication === 'client_secret_basic' ? 'odd-basic' : 'odd-post', client_secret: kOddSecret }),
    account_of: (cell, { client_id }) => (cell.grant === 'client_credentials' ? client_id : account.username),
    prepare: ({ rotation }) => provider.set({ rotate: rotation !== 'kept' }),
    set_redirect_uris: (redirect_uris) => provider.set({ redirect_uris }),
    consent: at_oidc_provider({ login: account.username, password: account.password }),
    use: (token) => use_at(provider.api_url, token, 'account'),
    stop: () => provider.stop(),
  };
}

conformance({
  slug: 'oidc-provider',
  start,
  notes: [
    'It has no Password grant; the test adds one by `registerGrantType`, and everything after the first token is the server\'s own again.',
    'It grants `offline_access` only together with `prompt=consent`, which the integration sets as a fixed parameter.',
    'Rotation is a function of the host (`rotateRefreshToken`); the test switches it.',
  ],
});
