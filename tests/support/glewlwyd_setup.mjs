// Fills a fresh glewlwyd through its own admin API: scopes, a user, clients, the plugins.
import { randomBytes } from 'node:crypto';

import { http_request } from './http_request.mjs';
import { kOddSecret } from './odd_secret.mjs';

export const kOidcPlugin = 'oidc';
export const kKeepingPlugin = 'keeping';
export const kOauth2Plugin = 'oauth2';

// what the packaged database sets for the administrator
const kAdmin = { username: 'admin', password: 'password' };

const shared_parameters = ({ access_token_duration, refresh_token_duration }) => ({
  'jwt-type': 'sha',
  'jwt-key-size': '256',
  key: randomBytes(32).toString('hex'),
  'access-token-duration': access_token_duration,
  'refresh-token-duration': refresh_token_duration,
  'code-duration': 600,
  'refresh-token-rolling': true,
  'auth-type-code-enabled': true,
  'auth-type-code-revoke-replayed': true,
  'auth-type-implicit-enabled': false,
  'auth-type-password-enabled': true,
  'auth-type-client-enabled': true,
  'auth-type-device-enabled': false,
  'auth-type-refresh-enabled': true,
  scope: [],
  'additional-parameters': [],
  'pkce-allowed': true,
  'pkce-method-plain-allowed': false,
  'introspection-revocation-allowed': true,
  'introspection-revocation-allow-target-client': true,
  'introspection-revocation-auth-scope': [],
});

const oidc_parameters = (setting, base, one_use) => ({
  ...shared_parameters(setting),
  iss: base,
  'allow-non-oidc': true,
  'auth-type-token-enabled': false,
  'auth-type-id-token-enabled': false,
  'auth-type-none-enabled': false,
  'refresh-token-one-use': one_use,
  'jwks-show': false,
  claims: [],
  'address-claim': { type: 'no' },
  'name-claim': 'on-demand',
  'email-claim': 'no',
  'scope-claim': 'no',
  'subject-type': 'public',
});

const plugins = (setting, base) => [
  { module: 'oauth2-glewlwyd', name: kOauth2Plugin, display_name: 'OAuth 2', parameters: shared_parameters(setting), order_rank: 0 },
  { module: 'oidc', name: kOidcPlugin, display_name: 'OpenID Connect', order_rank: 1, parameters: oidc_parameters(setting, base, 'always') },
  { module: 'oidc', name: kKeepingPlugin, display_name: 'refresh tokens of many uses', order_rank: 2, parameters: oidc_parameters(setting, base, 'never') },
];

const client = (client_id, secret, more) => ({
  client_id,
  name: client_id,
  enabled: true,
  confidential: secret !== null,
  ...(secret !== null ? { client_secret: secret } : {}),
  scope: [],
  authorization_type: ['code', 'password', 'refresh_token', 'delete_token'],
  redirect_uri: ['https://not-yet.invalid/callback'],
  ...more,
});

const machine = (client_id, secret, scope) => client(client_id, secret, {
  token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post'], authorization_type: ['client_credentials'], scope,
});

const clients_of = ({ client_secret, scopes }) => [
  client('basic', client_secret, { token_endpoint_auth_method: ['client_secret_basic'] }),
  client('post', client_secret, { token_endpoint_auth_method: ['client_secret_post'] }),
  client('public', null, { token_endpoint_auth_method: ['none'] }),
  machine('machine', client_secret, scopes),
  machine('odd', kOddSecret, scopes),
];

/** Answers { clients: {basic, post, public, machine, odd}, set_redirect_uris([...]) }. */
export async function set_up(base, setting) {
  let cookie;
  const call = async (method, path, body) => {
    const answer = await http_request(`${base}/api${path}`, {
      method, headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) }, body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`set up glewlwyd, ${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const session = await call('POST', '/auth/', kAdmin);
  cookie = session.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');

  for (const name of setting.scopes) {
    await call('POST', '/scope/', { name, display_name: name, description: name, password_required: true, password_max_age: 0, scheme: {} });
  }
  await call('POST', '/user/', {
    username: setting.username, name: 'Alice', password: setting.password, email: 'alice@example.test', enabled: true,
    scope: ['g_profile', 'openid', ...setting.scopes],
  });
  for (const plugin of plugins(setting, base)) await call('POST', '/mod/plugin/', plugin);
  const clients = clients_of(setting);
  for (const one of clients) await call('POST', '/client/', one);

  return {
    clients: Object.fromEntries(clients.map(({ client_id, client_secret = null }) => [client_id, { client_id, client_secret }])),
    async set_redirect_uris(redirect_uri) {
      for (const one of clients) await call('PUT', `/client/${one.client_id}`, { ...one, redirect_uri });
    },
  };
}
