// The token, revocation and introspection endpoints of the nasty provider: who asks, and what a good server says.
import { timingSafeEqual } from 'node:crypto';

import { OAuthError } from './nasty_grants.mjs';

const same = (a, b) => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

const form_decoded = (text) => decodeURIComponent(text.replaceAll('+', ' '));

/** { params, duplicates } of a form or JSON body. */
export function parsed_body(content_type, bytes) {
  const text = bytes.toString('utf8');
  if ((content_type ?? '').startsWith('application/json')) {
    try {
      return { params: JSON.parse(text), duplicates: [] };
    } catch {
      return { params: {}, duplicates: [] };
    }
  }
  const params = {};
  const duplicates = [];
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in params) duplicates.push(name);
    params[name] = value;
  }
  return { params, duplicates };
}

/** { client_auth, client_id, client_secret } as presented: basic, post, none, or both. */
export function presented_client(headers, params) {
  const match = /^Basic (.+)$/i.exec(headers.authorization ?? '');
  const in_body = params.client_secret !== undefined;
  if (!match) {
    return { client_auth: in_body ? 'post' : 'none', client_id: params.client_id, client_secret: params.client_secret };
  }
  const [id, ...secret] = Buffer.from(match[1], 'base64').toString('utf8').split(':');
  let client = { client_id: id, client_secret: secret.join(':') };
  try {
    // RFC 6749 2.3.1: both are form encoded before base64
    client = { client_id: form_decoded(id), client_secret: form_decoded(secret.join(':')) };
  } catch { /* kept as it came: it will not match */ }
  return { client_auth: in_body ? 'both' : 'basic', ...client };
}

function authenticated(grants, presented) {
  if (presented.client_auth === 'both') throw new OAuthError('invalid_request', 'two client authentication methods');
  const client = grants.clients.get(presented.client_id);
  if (!client) throw new OAuthError('invalid_client', 'client not known');
  if (client.client_secret === null) return client;
  if (client.auth !== 'any' && client.auth !== presented.client_auth) {
    throw new OAuthError('invalid_client', `client must authenticate by ${client.auth}`);
  }
  if (!presented.client_secret || !same(presented.client_secret, client.client_secret)) {
    throw new OAuthError('invalid_client', 'client secret is wrong');
  }
  return client;
}

function granted(provider, client, params, entry) {
  const { grants, settings } = provider;
  switch (params.grant_type) {
    case 'authorization_code':
      return grants.redeem_code(client, params);
    case 'refresh_token':
      return grants.refresh(client, params.refresh_token, entry);
    case 'password': {
      if (settings.users[params.username] === undefined || settings.users[params.username] !== params.password) {
        throw new OAuthError('invalid_grant', 'name or password is wrong');
      }
      const grant = grants.new_grant(client.client_id, params.username, params.scope ?? settings.scope);
      return { grant, response: grants.token_response(grant, { refresh_token: grants.issue_refresh_token(grant) }) };
    }
    case 'client_credentials': {
      if (client.client_secret === null) throw new OAuthError('unauthorized_client', 'a public client has no credentials');
      const grant = grants.new_grant(client.client_id, client.client_id, params.scope ?? settings.scope);
      return { grant, response: grants.token_response(grant) };
    }
    default:
      throw new OAuthError('unsupported_grant_type', 'grant type not known');
  }
}

/** { status, json, headers? }, and what is learned about the request written to `entry`. */
export function token_answer(provider, presented, entry, behaviour) {
  const { params } = entry;
  try {
    const client = authenticated(provider.grants, presented);
    if (entry.duplicates.length) throw new OAuthError('invalid_request', `sent twice: ${entry.duplicates.join(', ')}`);
    if (!behaviour.process) {
      return behaviour.error
        ? { status: behaviour.error === 'invalid_client' ? 401 : 400, json: { error: behaviour.error, error_description: behaviour.error_description ?? 'as the script says' } }
        : { status: 200, json: {} };
    }
    const { grant, response } = granted(provider, client, params, entry);
    if (behaviour.account) {
      grant.account = behaviour.account;
      response.account = behaviour.account;
    }
    entry.grant = grant.id;
    entry.account = grant.account;
    return { status: 200, json: response };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    entry.error = error.code;
    return {
      status: error.status,
      json: { error: error.code, error_description: error.message },
      headers: error.status === 401 ? { 'www-authenticate': 'Basic realm="nasty"' } : {},
    };
  }
}

/** RFC 7009: 200 for anything, once the client has proved who it is. */
export function revocation_answer(provider, presented, entry, behaviour) {
  try {
    authenticated(provider.grants, presented);
  } catch (error) {
    return { status: error.status, json: { error: error.code, error_description: error.message } };
  }
  if (behaviour.process) entry.grant = provider.grants.revoke(entry.params.token)?.id ?? null;
  return { status: 200, json: {} };
}

/** RFC 7662. */
export function introspection_answer(provider, presented, entry) {
  try {
    authenticated(provider.grants, presented);
  } catch (error) {
    return { status: error.status, json: { error: error.code, error_description: error.message } };
  }
  const { token } = entry.params;
  const by_access = provider.grants.grant_of_access_token(token);
  const refresh = provider.grants.refresh_tokens.get(token);
  const grant = by_access ?? (refresh && refresh.grant.alive && refresh.spent_at === null ? refresh.grant : null);
  return grant
    ? { status: 200, json: { active: true, sub: grant.account, client_id: grant.client_id, scope: grant.scope } }
    : { status: 200, json: { active: false } };
}
