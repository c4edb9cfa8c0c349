// The authorisation endpoint of the nasty provider: it consents at once, and answers as its script says.

/** { status, location } or { status: 400, text } for an authorisation request. */
export function authorization_answer(provider, params, behaviour) {
  const { grants, settings, issuer } = provider;
  const client = grants.clients.get(params.client_id);
  if (!client) return { status: 400, text: 'client not known' };
  const { redirect_uri } = params;
  if (!redirect_uri || (client.redirect_uris && !client.redirect_uris.includes(redirect_uri))) {
    return { status: 400, text: 'redirect_uri not registered' };
  }
  const answer = new Map();
  const refuse = (error, error_description) => { answer.set('error', error).set('error_description', error_description); };
  if (params.response_type !== 'code') refuse('unsupported_response_type', 'only code');
  else if (params.code_challenge && params.code_challenge_method !== 'S256') refuse('invalid_request', 'only S256');
  else if (client.client_secret === null && !params.code_challenge) refuse('invalid_request', 'a public client needs PKCE');
  else if (behaviour.deny) refuse('access_denied', 'the user said no');
  else if (behaviour.error) refuse(behaviour.error, behaviour.error_description ?? 'as the script says');
  else {
    answer.set('code', behaviour.code ?? grants.issue_code({
      client_id: client.client_id,
      redirect_uri,
      account: behaviour.account ?? settings.account ?? `account-${grants.next_grant}`,
      scope: params.scope ?? settings.scope,
      code_challenge: params.code_challenge,
    }));
  }
  if (behaviour.state !== null) answer.set('state', behaviour.state ?? params.state ?? null);
  if (!behaviour.omit_iss && settings.send_iss) answer.set('iss', behaviour.iss ?? issuer);
  for (const [name, value] of Object.entries(behaviour.query ?? {})) answer.set(name, value);

  const location = new URL(redirect_uri);
  for (const [name, value] of answer) if (value !== null) location.searchParams.append(name, value);
  return { status: 302, location: location.href };
}

/** RFC 8414. */
export function metadata({ issuer, settings }) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    userinfo_endpoint: `${issuer}/userinfo`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'password', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: settings.send_iss,
  };
}
