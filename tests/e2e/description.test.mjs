// The description against the source: the same paths, scopes, codes and limits, so that it cannot drift. What it says of bodies and answers
// is tried by tests/api/schemathesis.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { kOpenRoutes, kRoutes } from '../support/api_routes.mjs';
import { read_description } from '../support/description.mjs';
import { http_request } from '../support/http_request.mjs';
import { kRepository } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

const kMethods = new Set(['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace']);
const source = (path) => readFileSync(join(kRepository, path), 'utf8');

let broker;
let description;
let operations;

before(async () => {
  broker = await start_valetkey({ name: 'description' });
  description = await read_description(broker);
  operations = Object.entries(description.paths).flatMap(([path, item]) => Object.entries(item)
    .filter(([method]) => kMethods.has(method))
    .map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase(), parameters: [...item.parameters ?? [], ...operation.parameters ?? []] })));
});
after(() => broker?.end());

const resolve = (value) => {
  let found = value;
  while (found?.$ref) found = found.$ref.slice(2).split('/').reduce((at, name) => at[name], description);
  return found;
};
const is_proxy = ({ path }) => path.startsWith('/v1/proxy/');  // one route for any method, of which OpenAPI names each
const is_hook = ({ path }) => /^\/(hooks|actions)\//.test(path);  // the same, of which it names two

test('it has every route that the broker has, and no other', () => {
  const described = operations.filter((each) => !is_proxy(each) && !is_hook(each)).map(({ method, path }) => `${method} ${path}`).sort();
  const known = [...kRoutes.map(({ method, path }) => `${method} ${path}`), ...kOpenRoutes].filter((route) => !/^ANY/.test(route)).sort();
  assert.deepEqual(described, known);
});

test('the proxy has each method that HTTP clients send', () => {
  for (const path of ['/v1/proxy/{connection}', '/v1/proxy/{connection}/{path}']) {
    const methods = operations.filter((each) => each.path === path).map(({ method }) => method).sort();
    assert.deepEqual(methods, ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
  }
  for (const { security } of operations.filter(is_proxy)) assert.deepEqual(security, [{ tenant_key: ['proxy'] }]);
});

test('where applications send takes any method, and asks for no key', () => {
  assert.deepEqual(operations.filter(is_hook).map(({ method, path }) => `${method} ${path}`), ['hooks', 'actions'].flatMap((kind) => ['GET', 'POST'].map((method) => `${method} /${kind}/{integration}/{endpoint_key}`)));
  for (const { security } of operations.filter(is_hook)) assert.deepEqual(security, []);
  for (const kind of ['hooks', 'actions']) assert.ok(kOpenRoutes.includes(`ANY /${kind}/{integration}/{endpoint_key}`));
});

test('each operation asks for the key and the scopes that the broker asks for', () => {
  for (const { method, path, scopes, installation } of kRoutes.filter((route) => !is_proxy(route))) {
    const { security } = operations.find((each) => each.method === method && each.path === path);
    const wanted = [...(scopes ? [{ tenant_key: scopes }] : []), ...(installation || !scopes ? [{ installation_key: [] }] : [])];
    assert.deepEqual(security, wanted, `${method} ${path}`);
  }
  for (const route of kOpenRoutes.filter((each) => !each.startsWith('ANY'))) {
    const { security } = operations.find((each) => `${each.method} ${each.path}` === route);
    assert.deepEqual(security, [], route);
  }
});

test('the scopes are those of http/scopes.cpp', () => {
  const [, table] = /kNames\{([^}]*)\}/.exec(source('src/http/scopes.cpp'));
  const scopes = [...table.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  const { schemas, securitySchemes } = description.components;
  assert.deepEqual(Object.keys(securitySchemes.tenant_key['x-scopes']), scopes);
  assert.deepEqual(schemas.KeyRequest.properties.scopes.items.enum, ['*', ...scopes]);
  assert.deepEqual(schemas.Key.properties.scopes.items.enum, scopes);
});

test('the codes are those of model/error.cpp, and each status says its own', () => {
  const actors = { EndUser: 'end_user' };
  const rows = [...source('src/model/error.cpp').matchAll(/\{Code::k\w+, \{"(\w+)", (\d+), (true|false), Actor::k(\w+), "([^"]*)"\}\}/g)];
  const table = rows.map(([, code, status, retryable, actor, title]) => ({
    code, status: Number(status), retryable: retryable === 'true', act: actors[actor] ?? actor.toLowerCase(), title,
  }));
  const { code } = description.components.schemas.Problem.properties;
  assert.deepEqual(code['x-codes'], table);
  assert.deepEqual(code.enum, table.map((row) => row.code));
  for (const [name, response] of Object.entries(description.components.responses)) {
    const [, own] = response.content?.['application/problem+json']?.schema.allOf ?? [];
    if (!own) continue;
    const wanted = table.filter(({ status }) => status === own.properties.status.const).map((row) => row.code);
    assert.deepEqual([...own.properties.code.enum].sort(), wanted.sort(), name);
  }
});

test('every code but those of the proxy can be told by some operation', () => {
  const statuses = new Set(operations.flatMap(({ responses }) => Object.keys(responses)));
  const missing = description.components.schemas.Problem.properties.code['x-codes'].filter(({ status }) => !statuses.has(String(status)));
  assert.deepEqual(missing.map(({ code }) => code).sort(), ['caller_gone', 'method_not_allowed', 'too_many_requests', 'upstream_timeout']);
});

test('operations are named, described and grouped alike', () => {
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  const tags = description.tags.map(({ name }) => name);
  for (const { operationId, tags: own, summary } of operations) {
    assert.match(operationId, /^[a-z]+([A-Z][a-z]+)*$/);
    assert.ok(summary, operationId);
    assert.equal(own.length, 1, operationId);
    assert.ok(tags.includes(own[0]), operationId);
  }
  assert.deepEqual([...new Set(operations.map(({ tags: [tag] }) => tag))].sort(), [...tags].sort());
  for (const { name, description: text } of description.tags) assert.ok(text, name);
});

test('references and links lead somewhere, and every component is used', () => {
  const text = JSON.stringify(description);
  const refs = new Set([...text.matchAll(/"\$ref":"(#[^"]*)"/g)].map(([, ref]) => ref));
  for (const ref of refs) assert.ok(resolve({ $ref: ref }), ref);
  for (const [kind, all] of Object.entries(description.components)) {
    if (kind === 'securitySchemes') continue;
    for (const name of Object.keys(all)) assert.ok(refs.has(`#/components/${kind}/${name}`), `${kind}/${name} is not used`);
  }
  const known = new Map(operations.map((each) => [each.operationId, each.parameters.map((parameter) => resolve(parameter).name)]));
  for (const { operationId, responses } of operations) {
    for (const link of Object.values(responses).flatMap((response) => Object.values(resolve(response).links ?? {}))) {
      assert.ok(known.has(link.operationId), `${operationId} links to ${link.operationId}`);
      for (const name of Object.keys(link.parameters ?? {})) assert.ok(known.get(link.operationId).includes(name), `${operationId} -> ${link.operationId}: ${name}`);
    }
  }
});

test('POST takes Idempotency-Key and a change takes If-Match where the source does', () => {
  const with_header = (name) => operations.filter(({ parameters }) => parameters.some((each) => resolve(each).name === name)).map(({ operationId }) => operationId);
  const posts = operations.filter(({ method, path }) => method === 'POST' && path.startsWith('/v1/') && !is_proxy({ path })).map(({ operationId }) => operationId);
  assert.deepEqual(with_header('Idempotency-Key').sort(), posts.filter((id) => !['refreshToken', 'tryService', 'validateConnection'].includes(id)).sort());
  const conditional = operations.filter(({ responses }) => '412' in responses).map(({ operationId }) => operationId);
  for (const id of with_header('If-Match')) assert.ok(conditional.includes(id), id);
});

test('it is served with an ETag, and as it is in the repository', async () => {
  const url = new URL('/openapi.json', broker.origin);
  const first = await http_request(url);
  assert.equal(first.headers['cache-control'], 'no-cache');
  const again = await http_request(url, { headers: { 'if-none-match': first.headers.etag } });
  assert.equal(again.status, 304);
  assert.equal(again.text, '');
  assert.match(source('api/openapi.yaml'), new RegExp(`^  version: ${description.info.version}$`, 'm'));
});
