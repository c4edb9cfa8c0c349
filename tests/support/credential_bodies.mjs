// The credentials of the servers under test, as an operator would fill them in for the integration `custom`.
import { randomBytes } from 'node:crypto';

import { secret } from './test_run.mjs';

const named = (name) => `${name} ${randomBytes(4).toString('hex')}`;

/** npm oidc-provider; `client` is one of its clients. */
export const oidc_credential = (provider, { client = 'confidential-basic', ...more } = {}) => ({
  name: named('oidc-provider'),
  integration: 'custom',
  authentication_type: 'oauth2',
  grant_type: client.startsWith('machine') ? 'client_credentials' : 'authorization_code',
  client_id: client,
  ...(client === 'public'
    ? { client_authentication: 'none' }
    : { client_secret: secret(provider.client_secret), client_authentication: client.endsWith('post') ? 'client_secret_post' : 'client_secret_basic' }),
  base_uri: provider.base_uri,
  token_url: provider.token_url,
  revocation_url: provider.revocation_url,
  ...(client.startsWith('machine') ? { scopes: ['read'] } : {
    authorization_url: provider.authorization_url,
    userinfo_url: provider.userinfo_url,
    issuer: provider.issuer,
    requires_iss: true,
    account: { from: 'userinfo', path: 'sub' },
    authorization_params: { prompt: 'consent' },
    scopes: ['openid', 'offline_access', 'read'],
  }),
  ...more,
});

/** glewlwyd; `plugin` is its oidc or oauth2 member, `client` one of basic, post, public, machine. */
export const glewlwyd_credential = (server, { plugin = 'oidc', client = 'basic', grant_type = 'password', ...more } = {}) => {
  const { client_id, client_secret } = server.clients[client];
  const urls = server[plugin];
  return {
    name: named('glewlwyd'),
    integration: 'custom',
    authentication_type: 'oauth2',
    grant_type,
    client_id,
    ...(client_secret === null
      ? { client_authentication: 'none' }
      : { client_secret: secret(client_secret), client_authentication: client === 'post' ? 'client_secret_post' : 'client_secret_basic' }),
    base_uri: urls.base_uri,
    token_url: urls.token_url,
    ...(plugin === 'oidc' ? { revocation_url: urls.revocation_url } : {}),
    ...(grant_type === 'authorization_code' ? { authorization_url: urls.authorization_url } : {}),
    scopes: client === 'machine' ? ['read'] : ['read', 'write'],
    ...more,
  };
};

/** The nasty provider. */
export const nasty_credential = (provider, { grant_type = 'authorization_code', ...more } = {}) => ({
  name: named('nasty'),
  integration: 'custom',
  authentication_type: 'oauth2',
  grant_type,
  client_id: provider.client_id,
  client_secret: secret(provider.client_secret),
  client_authentication: 'client_secret_basic',
  base_uri: provider.base_uri,
  token_url: provider.token_url,
  revocation_url: provider.revocation_url,
  ...(grant_type === 'authorization_code' ? {
    authorization_url: provider.authorization_url,
    issuer: provider.issuer,
    requires_iss: true,
    account: { from: 'token_response', path: 'account' },
  } : {}),
  scopes: ['read'],
  ...more,
});
