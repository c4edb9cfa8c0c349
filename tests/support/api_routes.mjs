// Every route of the API, and what a key needs for it: the tests of who may do what walk this table.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { kRepository } from './test_run.mjs';

const k = (method, path, scopes, more = {}) => ({ method, path, scopes, installation: false, body: method === 'POST' || method === 'PATCH' ? {} : undefined, ...more });

/**
 * `scopes`: all that a tenant's key needs; null where only an installation key may. `installation`: whether such a key may, too.
 * `query`: with one, the answer ends. `of`: whose id the path names. `body`: one that is read without complaint where the thing is there.
 */
export const kRoutes = [
  k('GET', '/v1/integrations', ['integrations:read']),
  k('POST', '/v1/integrations', ['integrations:write']),
  k('GET', '/v1/integrations/{slug}', ['integrations:read'], { of: 'integration' }),
  k('PATCH', '/v1/integrations/{slug}', ['integrations:write'], { of: 'integration', body: { description: 'changed' } }),
  k('DELETE', '/v1/integrations/{slug}', ['integrations:write'], { of: 'integration' }),
  k('POST', '/v1/callback-keys', ['credentials:write']),
  k('GET', '/v1/credentials', ['credentials:read']),
  k('POST', '/v1/credentials', ['credentials:write']),
  k('POST', '/v1/credentials/import', ['credentials:write', 'secrets:export']),
  k('GET', '/v1/credentials/{id}', ['credentials:read'], { of: 'credential' }),
  k('PATCH', '/v1/credentials/{id}', ['credentials:write'], { of: 'credential', body: { description: 'changed' } }),
  k('DELETE', '/v1/credentials/{id}', ['credentials:write'], { of: 'credential' }),
  k('POST', '/v1/credentials/{id}/test', ['credentials:write'], { of: 'credential' }),
  k('POST', '/v1/credentials/{id}/rotate-secret', ['credentials:write'], { of: 'credential', body: { client_secret: 'another secret of nobody' } }),
  k('POST', '/v1/credentials/{id}/export', ['secrets:export'], { of: 'credential' }),
  k('POST', '/v1/credentials/{id}/carry-over', null, { of: 'credential', body: { from: 1 } }),
  k('POST', '/v1/connect-sessions', ['connect:write']),
  k('GET', '/v1/connect-sessions/{id}', ['connect:read'], { of: 'session' }),
  k('POST', '/v1/connect-sessions/{id}/confirm', ['connect:write'], { of: 'session', body: { code: 'x' } }),
  k('GET', '/v1/connections', ['connections:read']),
  k('POST', '/v1/connections', ['connections:write']),
  k('GET', '/v1/connections/{id}', ['connections:read'], { of: 'connection' }),
  k('PATCH', '/v1/connections/{id}', ['connections:write'], { of: 'connection', body: { metadata: { changed: 'yes' } } }),
  k('DELETE', '/v1/connections/{id}', ['connections:write'], { of: 'connection' }),
  k('GET', '/v1/connections/{id}/token', ['tokens:read'], { of: 'connection' }),
  k('POST', '/v1/connections/{id}/refresh', ['tokens:refresh'], { of: 'connection', body: { rejected_generation: 1 } }),
  k('POST', '/v1/connections/{id}/validate', ['connections:write'], { of: 'connection' }),
  k('ANY', '/v1/proxy/{connection}', ['proxy'], { of: 'connection' }),
  k('ANY', '/v1/proxy/{connection}/{path...}', ['proxy'], { of: 'connection' }),
  k('DELETE', '/v1/end-users/{id}', ['connections:write'], { of: 'end_user' }),
  k('GET', '/v1/events', ['events:read']),
  k('GET', '/v1/events/{id}', ['events:read'], { of: 'event' }),
  k('GET', '/v1/events/stream', ['events:read'], { query: '?after=nowhere' }),
  k('GET', '/v1/events/{id}/raw', ['events:raw'], { of: 'event' }),
  k('POST', '/v1/events/{id}/replay', ['events:replay'], { of: 'event' }),
  k('GET', '/v1/endpoints', ['endpoints:read']),
  k('POST', '/v1/endpoints', ['endpoints:write']),
  k('GET', '/v1/endpoints/{id}', ['endpoints:read'], { of: 'endpoint' }),
  k('PATCH', '/v1/endpoints/{id}', ['endpoints:write'], { of: 'endpoint', body: { accepts_handshake_for: 60 } }),
  k('DELETE', '/v1/endpoints/{id}', ['endpoints:write'], { of: 'endpoint' }),
  k('POST', '/v1/endpoints/{id}/rotate-key', ['endpoints:write'], { of: 'endpoint' }),
  k('POST', '/v1/endpoints/{id}/received-secret', ['endpoints:write'], { of: 'endpoint', body: { name: 'signing_secret' } }),
  k('GET', '/v1/endpoints/{id}/rejected', ['events:raw'], { of: 'endpoint' }),
  k('GET', '/v1/destinations', ['destinations:read']),
  k('POST', '/v1/destinations', ['destinations:write']),
  k('GET', '/v1/destinations/{id}', ['destinations:read'], { of: 'destination' }),
  k('PATCH', '/v1/destinations/{id}', ['destinations:write'], { of: 'destination', body: { description: 'changed' } }),
  k('DELETE', '/v1/destinations/{id}', ['destinations:write'], { of: 'destination' }),
  k('POST', '/v1/destinations/{id}/test', ['destinations:write'], { of: 'destination' }),
  k('POST', '/v1/destinations/{id}/rotate-secret', ['destinations:write'], { of: 'destination' }),
  k('POST', '/v1/destinations/{id}/replay', ['events:replay'], { of: 'destination', body: { since: '2026-01-01T00:00:00Z' } }),
  k('GET', '/v1/deliveries', ['destinations:read']),
  k('GET', '/v1/deliveries/{id}', ['destinations:read'], { of: 'delivery' }),
  k('POST', '/v1/deliveries/{id}/replay', ['events:replay'], { of: 'delivery' }),
  k('GET', '/v1/services', ['services:read']),
  k('POST', '/v1/services', ['services:write']),
  k('GET', '/v1/services/{id}', ['services:read'], { of: 'service' }),
  k('PATCH', '/v1/services/{id}', ['services:write'], { of: 'service', body: { description: 'changed' } }),
  k('DELETE', '/v1/services/{id}', ['services:write'], { of: 'service' }),
  k('GET', '/v1/services/{id}/versions', ['services:read'], { of: 'service' }),
  k('GET', '/v1/services/{id}/versions/{number}', ['services:read'], { of: 'service' }),
  k('GET', '/v1/services/preset/{slug}', ['services:read']),
  k('POST', '/v1/services/try', ['services:read']),
  k('GET', '/v1/keys', ['keys:write'], { installation: true }),
  k('POST', '/v1/keys', ['keys:write'], { installation: true }),
  k('GET', '/v1/keys/{id}', ['keys:write'], { installation: true, of: 'key' }),
  k('DELETE', '/v1/keys/{id}', ['keys:write'], { installation: true, of: 'key' }),
  k('GET', '/v1/policy', []),
  k('PATCH', '/v1/policy', ['keys:write']),
  k('GET', '/v1/audit', ['audit:read'], { installation: true }),
  k('GET', '/v1/tenants', null),
  k('POST', '/v1/tenants', null),
  k('GET', '/v1/tenants/{id}', null, { of: 'tenant' }),
  k('PATCH', '/v1/tenants/{id}', null, { of: 'tenant', body: { name: 'changed' } }),
  k('DELETE', '/v1/tenants/{id}', null, { of: 'tenant' }),
  k('GET', '/metrics', ['metrics:read'], { installation: true }),
];

/** Routes that ask for no key. */
export const kOpenRoutes = ['GET /healthz', 'GET /readyz', 'ANY /hooks/{integration}/{endpoint_key}', 'ANY /actions/{integration}/{endpoint_key}', 'GET /connect/{token}', 'POST /connect/{token}', 'GET /oauth/callback/{integration}', 'GET /oauth/callback/{integration}/{callback_key}', 'GET /openapi.json', 'GET /docs', 'GET /docs/{file}'];

/** Every route that the source registers, so that none is left out of the table. */
export function registered_routes() {
  const folder = join(kRepository, 'src/http');
  const sources = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.cpp') && !name.endsWith('_test.cpp'));
  const found = new Set();
  for (const name of sources) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, method, path] of text.matchAll(/"(GET|POST|PUT|PATCH|DELETE|ANY)",\s*(?:\.path = )?"(\/[^"]*)"/g)) found.add(`${method} ${path}`);
    for (const [, path] of text.matchAll(/\badd\(router, world, "(\/[^"]*)"/g)) found.add(`ANY ${path}`);  // where applications send
  }
  return [...found].sort();
}

/** The path with `id` in place of its parameter. */
export const path_with = ({ path, query = '' }, id) => path.replace(/\{[a-z_]+\}/, encodeURIComponent(id)).replace('{number}', '1') + query;
