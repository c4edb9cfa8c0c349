// What @node-oauth/oauth2-server asks of its host: where clients, users, codes and tokens are kept. Maps, and no more rules than the library leaves to it.

/** `clients`: [{client_id, client_secret (null: public)}], `users`: {name: password}, `settings`: {redirect_uris}. */
export function make_model({ clients, users, scopes, settings }) {
  const codes = new Map();
  const access_tokens = new Map();
  const refresh_tokens = new Map();
  const grants_of = ({ client_secret }) => ['authorization_code', 'password', 'refresh_token', ...client_secret === null ? [] : ['client_credentials']];

  const model = {
    // the authorisation endpoint asks with null; the token endpoint with what the client sent, undefined without a secret
    async getClient(id, sent) {
      const client = clients.find(({ client_id }) => client_id === id);
      if (!client || (sent !== null && sent !== (client.client_secret ?? undefined))) return null;
      return { id, grants: grants_of(client), redirectUris: settings.redirect_uris };
    },
    async getUser(name, password) { return users[name] !== undefined && users[name] === password ? { name } : null; },
    async getUserFromClient({ id }) { return { name: id }; },
    async validateScope(user, client, scope) { return (scope ?? []).every((one) => scopes.includes(one)) ? scope ?? [] : false; },
    async saveAuthorizationCode(code, client, user) {
      const saved = { ...code, client, user };
      codes.set(code.authorizationCode, saved);
      return saved;
    },
    async getAuthorizationCode(code) { return codes.get(code); },
    async revokeAuthorizationCode({ authorizationCode }) { return codes.delete(authorizationCode); },
    async saveToken(token, client, user) {
      const saved = { ...token, client, user };
      access_tokens.set(token.accessToken, saved);
      if (token.refreshToken) refresh_tokens.set(token.refreshToken, saved);
      return saved;
    },
    async getAccessToken(token) { return access_tokens.get(token); },
    async getRefreshToken(token) { return refresh_tokens.get(token); },
    async revokeToken({ refreshToken }) { return refresh_tokens.delete(refreshToken); },
  };
  return { model, secrets: () => [...access_tokens.keys(), ...refresh_tokens.keys(), ...codes.keys()] };
}
