// Every route of the API, and what a key needs for it: the tests of who may do what walk this table.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { kRepository } from './test_run.mjs';

const k = (method, path, scopes, more = {}) => ({ method, path, scopes, installation: false, body: method === 'POST' || method === 'PATCH' ? {} : undefined, ...more });

/**
 * `scopes`: all that a tenant's key needs; null where only an installation key may. `installation`: whether such a key may, too.
 * `of`: whose id the path names. `body`: one that is read without complaint where the thing is there.
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
  k('ANY', '/v1/proxy/{connection}', ['proxy'], { of: 'connection' }),
  k('ANY', '/v1/proxy/{connection}/{path...}', ['proxy'], { of: 'connection' }),
  k('DELETE', '/v1/end-users/{id}', ['connections:write'], { of: 'end_user' }),
  k('GET', '/v1/events', ['events:read']),
  k('GET', '/v1/events/{id}', ['events:read'], { of: 'event' }),
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
export const kOpenRoutes = ['GET /healthz', 'GET /readyz', 'GET /connect/{token}', 'POST /connect/{token}', 'GET /oauth/callback/{integration}', 'GET /oauth/callback/{integration}/{callback_key}', 'GET /openapi.json', 'GET /docs', 'GET /docs/{file}'];

/** Every route that the source registers, so that none is left out of the table. */
export function registered_routes() {
  const folder = join(kRepository, 'src/http');
  const sources = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.cpp') && !name.endsWith('_test.cpp'));
  const found = new Set();
  for (const name of sources) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, method, path] of text.matchAll(/"(GET|POST|PUT|PATCH|DELETE|ANY)",\s*(?:\.path = )?"(\/[^"]*)"/g)) found.add(`${method} ${path}`);
  }
  return [...found].sort();
}

/** The path with `id` in place of its parameter. */
export const path_with = ({ path }, id) => path.replace(/\{[a-z_]+\}/, encodeURIComponent(id));
