// What the nasty provider knows: its clients, grants and tokens, and the rules of rotation and reuse.
import { createHash, randomBytes } from 'node:crypto';

const fresh = (prefix) => `${prefix}_${randomBytes(24).toString('base64url')}`;

export class OAuthError extends Error {
  constructor(code, description, status = code === 'invalid_client' ? 401 : 400) {
    super(description);
    this.code = code;
    this.status = status;
  }
}

/**
 * Rotation:
 *   strict  every refresh spends the refresh token; a second use of a spent one kills the whole grant, the live
 *           access tokens included (RFC 9700 4.14.2)
 *   grace   the same, except that for grace_seconds after it was spent the old token still answers, with the
 *           refresh token that is current
 *   none    the refresh token never changes and is not repeated in the answer
 */
export class Grants {
  constructor(settings, now) {
    this.settings = settings;
    this.now = now;
    this.clients = new Map();
    this.codes = new Map();
    this.grants = new Map();
    this.refresh_tokens = new Map();
    this.access_tokens = new Map();
    this.killed = [];
    this.next_grant = 1;
  }

  add_client({ client_id, client_secret = null, auth = client_secret ? 'any' : 'none', redirect_uris = null }) {
    this.clients.set(client_id, { client_id, client_secret, auth, redirect_uris });
  }

  new_grant(client_id, account, scope) {
    const grant = { id: `g${this.next_grant++}`, client_id, account, scope, generation: 0, refresh_token: null, alive: true, why: null };
    this.grants.set(grant.id, grant);
    return grant;
  }

  kill(grant, why) {
    if (!grant.alive) return;
    grant.alive = false;
    grant.why = why;
    this.killed.push({ grant: grant.id, account: grant.account, why });
  }

  issue_code({ client_id, redirect_uri, account, scope, code_challenge }) {
    const code = fresh('code');
    this.codes.set(code, { client_id, redirect_uri, account, scope, code_challenge, used_by: null, expires_at: this.now() + 600 });
    return code;
  }

  issue_access_token(grant, lifetime = this.settings.expires_in) {
    const token = fresh('at');
    this.access_tokens.set(token, { grant, expires_at: this.now() + lifetime });
    return token;
  }

  issue_refresh_token(grant) {
    const token = fresh('rt');
    grant.generation += 1;
    grant.refresh_token = token;
    this.refresh_tokens.set(token, { token, grant, generation: grant.generation, spent_at: null, spent_by: null });
    return token;
  }

  token_response(grant, { refresh_token } = {}) {
    return {
      access_token: this.issue_access_token(grant),
      token_type: 'Bearer',
      expires_in: this.settings.expires_in,
      ...(refresh_token ? { refresh_token } : {}),
      scope: grant.scope,
      account: grant.account,
    };
  }

  redeem_code(client, params) {
    const entry = this.codes.get(params.code);
    if (!entry) throw new OAuthError('invalid_grant', 'code not known');
    if (entry.used_by) {
      this.kill(entry.used_by, 'code_used_twice');
      throw new OAuthError('invalid_grant', 'code was used before');
    }
    if (entry.client_id !== client.client_id) throw new OAuthError('invalid_grant', 'code of another client');
    if (entry.expires_at < this.now()) throw new OAuthError('invalid_grant', 'code has expired');
    if (entry.redirect_uri !== params.redirect_uri) throw new OAuthError('invalid_grant', 'redirect_uri differs');
    if (entry.code_challenge) {
      const seen = createHash('sha256').update(params.code_verifier ?? '').digest('base64url');
      if (seen !== entry.code_challenge) throw new OAuthError('invalid_grant', 'code_verifier does not match');
    } else if (params.code_verifier) {
      throw new OAuthError('invalid_grant', 'code_verifier without a challenge');
    }
    const grant = this.new_grant(client.client_id, entry.account, entry.scope);
    entry.used_by = grant;
    return { grant, response: this.token_response(grant, { refresh_token: this.issue_refresh_token(grant) }) };
  }

  /** Spends `token`; `request` is the log entry of the token request that does it. */
  refresh(client, token, request) {
    const entry = this.refresh_tokens.get(token);
    if (!entry) throw new OAuthError('invalid_grant', 'refresh token not known');
    const { grant } = entry;
    if (grant.client_id !== client.client_id) throw new OAuthError('invalid_grant', 'refresh token of another client');
    if (!grant.alive) throw new OAuthError('invalid_grant', `grant is dead: ${grant.why}`);

    const { rotation, grace_seconds } = this.settings;
    if (rotation === 'none') return { grant, response: this.token_response(grant) };
    if (entry.spent_at !== null) {
      if (rotation === 'grace' && this.now() - entry.spent_at <= grace_seconds) {
        return { grant, response: this.token_response(grant, { refresh_token: grant.refresh_token }) };
      }
      this.kill(grant, 'refresh_token_used_twice');
      throw new OAuthError('invalid_grant', 'refresh token was used before');
    }
    entry.spent_at = this.now();
    entry.spent_by = request;
    return { grant, response: this.token_response(grant, { refresh_token: this.issue_refresh_token(grant) }) };
  }

  /** A grant made without any flow, for tests that start with thousands of them. */
  mint(client_id, account, scope, expires_in) {
    const grant = this.new_grant(client_id, account, scope);
    const refresh_token = this.issue_refresh_token(grant);
    return { grant: grant.id, account, refresh_token, access_token: this.issue_access_token(grant, expires_in), expires_in };
  }

  /** The grant of a live access token, or null. */
  grant_of_access_token(token) {
    const entry = this.access_tokens.get(token);
    return entry && entry.grant.alive && entry.expires_at > this.now() ? entry.grant : null;
  }

  /** RFC 7009: a refresh token takes its whole grant with it, an access token only itself. */
  revoke(token) {
    const refresh = this.refresh_tokens.get(token);
    if (refresh) {
      this.kill(refresh.grant, 'revoked');
      return refresh.grant;
    }
    const access = this.access_tokens.get(token);
    this.access_tokens.delete(token);
    return access?.grant ?? null;
  }
}
