// The conformance matrix at Django OAuth Toolkit (PyPI), in a project of its own under tests/conformance/django.
import { start_django_toolkit } from '../support/django_toolkit.mjs';
import { use_at } from './at_resource.mjs';
import { conformance } from './matrix.mjs';

async function start() {
  const server = await start_django_toolkit();
  const { username, password, versions, authorization_url, token_url, revocation_url, introspection_url, base_uri, issuer } = server;
  return {
    version: `${versions.toolkit} on Django ${versions.django}`,
    kind: 'PyPI',
    account: { username, password },
    missing: () => undefined,
    integration: () => ({ authorization_url, token_url, revocation_url, introspection_url, base_uri, issuer, requires_iss: true }),
    scopes: () => ['read', 'write'],
    client: (cell) => server.client(cell),
    odd_client: () => server.odd_client,
    account_of: ({ grant }) => (grant === 'client_credentials' ? null : username),
    set_redirect_uris: (uris) => server.set_redirect_uris(uris),
    consent: (browser) => server.sign_in_and_allow(browser),
    use: (token) => use_at(server.api_url, token, 'account'),
    stop: () => server.stop(),
  };
}

conformance({
  slug: 'django-oauth-toolkit',
  start,
  notes: [
    'A refresh ends the access token before it, also where the refresh token is kept: a service that keeps a token instead of reading it may be refused before that token expires.',
    'Its `ProtectedResourceView` answers 403 without a challenge to a token that is no longer good. An integration of an API built on it says `proxy.expired_statuses = [401, 403]`, or calls through the broker do not renew the token.',
    'Rotation is one setting for all clients (`ROTATE_REFRESH_TOKEN`); the project asks its validator instead (`rotate_refresh_token`), so that it is a matter of the client.',
    'Two settings are on that are off by default: `REFRESH_TOKEN_REUSE_PROTECTION`, without which a second use ends nothing, and `COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS`, which sends `iss`.',
    'Its introspection takes a public client at its bare `client_id`.',
  ],
});
