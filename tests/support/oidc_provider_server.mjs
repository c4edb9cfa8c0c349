// npm oidc-provider as a process of its own: settings as JSON in the first argument, one ready line on stdout.
import { generateKeyPairSync, randomBytes } from 'node:crypto';

import Provider from 'oidc-provider';

import { answer_json, listen, read_body } from './listener.mjs';
import { kOddSecret } from './odd_secret.mjs';
import { handle_interaction } from './oidc_provider_pages.mjs';
import { add_password_grant } from './oidc_provider_password.mjs';
import { OidcStore } from './oidc_provider_store.mjs';
import { end_with_parent, say_ready } from './server_process.mjs';

const settings = {
  access_token_ttl: 3600,
  refresh_token_ttl: 14 * 24 * 3600,
  rotate: true,
  // 'always': every code grant of a client that may refresh; 'offline_access': only when that scope was granted
  // (the library grants it only together with prompt=consent)
  refresh_tokens: 'always',
  redirect_uris: [],
  accounts: {},
  scopes: ['openid', 'offline_access', 'profile', 'email', 'read', 'write'],
  ...JSON.parse(process.argv[2] ?? '{}'),
};

const counters = { token: {}, revocations: 0, introspections: 0, userinfo: 0, api: { ok: 0, refused: 0 }, grants_revoked: 0 };
const store = new OidcStore();
const client_secret = settings.client_secret ?? randomBytes(32).toString('base64url');
const code_grants = ['authorization_code', 'password', 'refresh_token'];

function set_clients() {
  const of_code = { redirect_uris: settings.redirect_uris, response_types: ['code'], grant_types: code_grants };
  const no_code = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
  const clients = [
    { client_id: 'confidential-basic', client_secret, token_endpoint_auth_method: 'client_secret_basic', ...of_code },
    { client_id: 'confidential-post', client_secret, token_endpoint_auth_method: 'client_secret_post', ...of_code },
    { client_id: 'public', token_endpoint_auth_method: 'none', ...of_code },
    { client_id: 'machine-basic', client_secret, token_endpoint_auth_method: 'client_secret_basic', ...no_code },
    { client_id: 'machine-post', client_secret, token_endpoint_auth_method: 'client_secret_post', ...no_code },
    { client_id: 'odd-basic', client_secret: kOddSecret, token_endpoint_auth_method: 'client_secret_basic', ...no_code },
    { client_id: 'odd-post', client_secret: kOddSecret, token_endpoint_auth_method: 'client_secret_post', ...no_code },
  ];
  for (const client of clients) {
    // the library refuses a code client without any redirect URI; one that nobody can use stands in until it is known
    if (client.response_types.length && !client.redirect_uris.length) client.redirect_uris = ['https://not-yet.invalid/'];
    store.clients.set(client.client_id, client);
  }
}
set_clients();

let provider;
const main = await listen((req, res) => handle(req, res), { port: settings.port ?? 0 });
provider = new Provider(main.origin, {
  adapter: store.adapter(),
  scopes: settings.scopes,
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  jwks: { keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'test' }] },
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, name: `Account ${sub}`, email: `${sub}@example.test`, email_verified: true }) }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    userinfo: { enabled: true },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: async (ctx, client, source) => client.grantTypeAllowed('refresh_token')
    && (settings.refresh_tokens === 'always' || source.scopes.has('offline_access')),
  pkce: { required: (ctx, client) => settings.require_pkce ?? client.clientAuthMethod === 'none' },
  rotateRefreshToken: () => settings.rotate,
  ttl: {
    AccessToken: () => settings.access_token_ttl,
    ClientCredentials: () => settings.access_token_ttl,
    AuthorizationCode: 60,
    RefreshToken: () => settings.refresh_token_ttl,
    Grant: 14 * 24 * 3600,
    IdToken: 3600,
    Interaction: 3600,
    Session: 24 * 3600,
  },
});
add_password_grant(provider, settings);
provider.on('grant.revoked', () => { counters.grants_revoked += 1; });
provider.on('server_error', (ctx, error) => { process.stderr.write(`oidc-provider: ${error.stack}\n`); });

provider.use(async (ctx, next) => {
  await next();
  const route = ctx.oidc?.route;
  if (route === 'token') {
    const type = String(ctx.oidc.params?.grant_type ?? 'none');
    const of_type = counters.token[type] ??= { total: 0, ok: 0, refused: 0, errors: {} };
    of_type.total += 1;
    if (ctx.status === 200) of_type.ok += 1;
    else {
      of_type.refused += 1;
      const code = ctx.body?.error ?? String(ctx.status);
      of_type.errors[code] = (of_type.errors[code] ?? 0) + 1;
    }
  }
  if (route === 'revocation') counters.revocations += 1;
  if (route === 'introspection') counters.introspections += 1;
  if (route === 'userinfo') counters.userinfo += 1;
});
const callback = provider.callback();

/** The protected API: who the live access token belongs to. */
async function answer_api(req, res, path) {
  const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
  const found = token && (await provider.AccessToken.find(token) ?? await provider.ClientCredentials.find(token));
  if (!found || found.isExpired) {
    counters.api.refused += 1;
    return answer_json(res, 401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer error="invalid_token"' });
  }
  counters.api.ok += 1;
  return answer_json(res, 200, { account: found.accountId ?? found.clientId, client_id: found.clientId, scope: found.scope, path });
}

const control = {
  'GET /_control/counters': () => counters,
  'GET /_control/secrets': () => store.secrets(),
  'POST /_control/reset_counters': () => Object.assign(counters, { token: {}, revocations: 0, introspections: 0, userinfo: 0, api: { ok: 0, refused: 0 }, grants_revoked: 0 }),
  /** One access token ends before its time, and nothing else of its grant does: this library's own revocation ends all of it. */
  'POST /_control/end_access_token': async ({ token }) => {
    await (await provider.AccessToken.find(token)).destroy();
    return {};
  },
  'POST /_control/settings': (body) => {
    Object.assign(settings, body);
    set_clients();
    return settings;
  },
};

async function handle(req, res) {
  const path = new URL(req.url, 'http://localhost').pathname;
  if (path.startsWith('/interaction/')) return handle_interaction(provider, settings.accounts, req, res);
  if (path.startsWith('/api/')) return answer_api(req, res, path);
  if (!path.startsWith('/_control/')) return callback(req, res);
  const route = control[`${req.method} ${path}`];
  if (!route) return answer_json(res, 404, { error: 'no such control route' });
  const bytes = await read_body(req);
  return answer_json(res, 200, await route(bytes.length ? JSON.parse(bytes) : {}));
}

end_with_parent(() => main.close());
say_ready({ issuer: main.origin, port: main.port, client_secret });
