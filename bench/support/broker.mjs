// The broker under load, with connections in it, and the token endpoint behind it.
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';

import './places.mjs';
import { start_valetkey } from '../../tests/support/valetkey.mjs';

/** Threads of the broker, and workers of what it is compared with. */
export const kThreads = availableParallelism();

/** What a usual provider answers: an opaque token of 40 characters. */
export const kAccessToken = `gho_${'a1B2c3D4'.repeat(4)}wxyz`;

/** A token endpoint that answers after `delay_ms`: {origin, token_url, requests(), stop()}. */
export function start_provider({ delay_ms = 0 } = {}) {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      requests += 1;
      const body = JSON.stringify({ access_token: `${kAccessToken}${requests}`, token_type: 'Bearer', expires_in: 3600, refresh_token: `ghr_${requests}${'r'.repeat(40)}` });
      setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), delay_ms);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const origin = `http://127.0.0.1:${server.address().port}`;
      resolve({
        origin,
        token_url: `${origin}/token`,
        requests: () => requests,
        stop: () => new Promise((ended) => { server.close(ended); server.closeAllConnections(); }),
      });
    });
  });
}

/** A broker of the release build in a fresh directory, which logs to a file as a service does. */
export const start_broker = (name, options = {}) =>
  start_valetkey({ name: `bench-${name}`, ...options, env: { VALETKEY_THREADS: String(kThreads), ...options.env } });

/** A credential of an application whose API is at `base_uri`. */
export const make_credential = (broker, { token_url, base_uri }) => broker.api('POST', '/v1/credentials', {
  body: {
    name: `bench ${base_uri}`, integration: 'custom', authentication_type: 'oauth2', grant_type: 'password',
    client_id: 'bench', client_secret: 'bench-secret-0123456789', base_uri, token_url, scopes: ['repo', 'read:user'],
  },
});

/** A connection with a token that lives `seconds`, imported. */
export const import_connection = (broker, credential, { end_user = 'user-1', seconds = 30 * 86_400 } = {}) => broker.api('POST', '/v1/connections', {
  body: {
    credential: credential.id, end_user: { id: end_user },
    import: {
      access_token: kAccessToken, refresh_token: `ghr_${'0123456789'.repeat(4)}`, token_type: 'Bearer', scopes: ['repo', 'read:user'],
      expires_at: new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
    },
  },
});

/** What load() asks for: one token, read again and again. */
export const token_read = (broker, connection) => ({
  label: 'valetkey',
  url: `${broker.origin}/v1/connections/${connection.id}/token?min_ttl=60`,
  headers: { Authorization: `Bearer ${broker.key}` },
  pids: [broker.pid],
});
