// Nobody sees or changes what is not his: tenants, scopes, limits, the end of keys and of tenants.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { kOpenRoutes, kRoutes, path_with, registered_routes } from '../support/api_routes.mjs';
import { eventually } from '../support/eventually.mjs';
import { furnish, id_of, imported, new_tenant, plain_credential, start_installation } from '../support/tenants_rig.mjs';
import { kRepository, secret } from '../support/test_run.mjs';

let broker;
let a;
let b;
before(async () => {
  broker = await start_installation({ name: 'isolation' });
  [a, b] = [await new_tenant(broker, 'A'), await new_tenant(broker, 'B')];
  a.has = await furnish(a.api, { slug: 'only-a', user: 'user-of-a' });
  b.has = await furnish(b.api, { slug: 'only-b', user: 'user-of-b' });
});
after(() => broker?.end());

const all_scopes = [...new Set(kRoutes.flatMap(({ scopes }) => scopes ?? []))];
const label = ({ method, path }) => `${method} ${path}`;
/** An answer without what differs from request to request. */
const bare = ({ status, body }) => ({ status, ...body, error_id: undefined });
const nowhere = (id) => (/_[0-9a-v]{26}$/.test(id) ? `${id.slice(0, -20)}${randomBytes(10).toString('hex').replace(/[w-z]/g, 'a')}` : `not-${id}`);
const database = () => join(broker.data_dir, 'valetkey.db');
const sql = (text) => execFileSync('sqlite3', ['-readonly', database(), text], { encoding: 'utf8', maxBuffer: 1 << 28 });

test('every route of the source stands in the table that these tests walk', () => {
  assert.deepEqual([...kRoutes.map(label), ...kOpenRoutes].sort(), registered_routes());
});

describe('another tenant', () => {
  for (const route of kRoutes.filter(({ of, scopes }) => of && scopes)) {
    test(`security_s17_is_told_nothing_by ${label(route)}`, async () => {
      const options = { body: route.body, expect: 404 };
      const theirs = await b.api.call(route.method, path_with(route, id_of(a.has, route.of)), options);
      const nobodys = await b.api.call(route.method, path_with(route, nowhere(id_of(a.has, route.of))), options);
      assert.deepEqual(bare(theirs), bare(nobodys), 'what is another tenant\'s looks as if it were not there');
      assert.equal(theirs.body.code, 'not_found');
    });
  }

  test('security_s17_what_it_names_in_a_body_is_not_there_either', async () => {
    const { credential, connection, callback_key, integration } = a.has;
    const own = b.has.credential.id;
    const rows = [
      ['/v1/connections', imported(credential), 404],
      ['/v1/connect-sessions', { credential: credential.id, end_user: { id: 'u' } }, 404],
      ['/v1/connect-sessions', { credential: own, end_user: { id: a.has.user }, connection: connection.id }, 404],
      ['/v1/callback-keys', { integration: integration.slug }, 422],
      ['/v1/credentials', plain_credential('x', { integration: integration.slug }), 422],
      ['/v1/credentials', plain_credential('x', { callback_key: callback_key.callback_key }), 422],
      ['/v1/credentials', plain_credential('x', { redirect_uri: callback_key.redirect_uri }), 422],
      ['/v1/keys', { name: 'x', scopes: ['tokens:read'], limits: { credentials: [credential.id] } }, 422],
      ['/v1/keys', { name: 'x', scopes: ['tokens:read'], limits: { connections: [connection.id] } }, 422],
      ['/v1/keys', { name: 'x', scopes: ['tokens:read'], tenant: a.id }, 422],
      ['/v1/keys', { name: 'x', role: 'installation' }, 403],
      ['/v1/endpoints', { credential: credential.id }, 422],
      ['/v1/endpoints', { credential: own, connection: connection.id }, 422],
      [`/v1/endpoints`, { credential: own, reply_destination: a.has.destination.id }, 422],
      ['/v1/services/try', { service: a.has.service.id, request: {} }, 422],
      ['/v1/services/try', { endpoint: a.has.endpoint.id, request: {} }, 422],
      ['/v1/credentials', plain_credential('x', { config_services: { webhook_parser: a.has.service.id } }), 422],
      [`/v1/events/${b.has.event.id}/replay`, { destination: a.has.destination.id }, 404],
    ];
    for (const [path, body, expect] of rows) {
      const answer = await b.api.call('POST', path, { body, expect });
      const text = JSON.stringify(answer.body);
      for (const theirs of [a.id, 'furnished', a.has.user]) assert.ok(!text.includes(theirs), `${path}: ${text}`);
    }
  });

  test('security_s17_lists_filters_and_cursors_show_its_own_alone', async () => {
    const { credential, connection, user } = a.has;
    const lists = ['/v1/integrations', '/v1/credentials', '/v1/connections', '/v1/keys', '/v1/events', '/v1/audit', '/v1/services', '/v1/endpoints', '/v1/destinations', '/v1/deliveries'];
    const filtered = [`/v1/connections?credential=${credential.id}`, `/v1/connections?end_user=${user}`, `/v1/events?connection=${connection.id}`, `/v1/endpoints?credential=${credential.id}`, `/v1/deliveries?event=${a.has.event.id}`, `/v1/keys?tenant=${a.id}`, '/v1/credentials?integration=only-a'];
    const theirs = [a.id, user, 'only-a', ...Object.values(a.has).flatMap(({ id, key }) => [id, key]).filter(Boolean)];
    for (const path of [...lists, ...filtered]) {
      const { text } = await b.api.call('GET', path);
      for (const id of theirs) assert.ok(!text.includes(id), `${path} shows ${id}`);
    }
    for (const path of lists) {
      // a page that A was given does not lead B into A
      const cursor = (await a.api.api('GET', `${path}?limit=1`)).next;
      if (!cursor) continue;
      const { text } = await b.api.call('GET', `${path}?limit=200&after=${encodeURIComponent(cursor)}`);
      for (const id of theirs) assert.ok(!text.includes(id), `${path} shows ${id}`);
    }
  });

  test('security_s17_nothing_of_the_first_tenant_was_touched', async () => {
    const { integration, credential, connection, session, key } = a.has;
    assert.equal((await a.api.api('GET', `/v1/integrations/${integration.slug}`)).description, integration.description);
    const { updated_at, description, endpoint_set } = await a.api.api('GET', `/v1/credentials/${credential.id}`);
    assert.deepEqual([updated_at, description, endpoint_set], [credential.updated_at, credential.description, credential.endpoint_set]);
    const now = await a.api.api('GET', `/v1/connections/${connection.id}`);
    assert.deepEqual([now.updated_at, now.metadata, now.state, now.grant.generation], [connection.updated_at, {}, 'active', 1]);
    assert.equal((await a.api.api('GET', `/v1/connect-sessions/${session.id}`)).status, 'open');
    assert.equal((await a.api.api('GET', `/v1/keys/${key.id}`)).name, key.name);
    const seen = (await a.api.api('GET', '/v1/audit')).data.filter(({ actor }) => actor === b.key_id);
    assert.deepEqual(seen, []);
  });

  test('the same names are free in each tenant', async () => {
    for (const { api } of [a, b]) {
      const { integration } = await furnish(api, { slug: 'shared', user: 'shared', name: 'shared' });
      assert.equal(integration.slug, 'shared');
    }
    await b.api.api('DELETE', '/v1/end-users/shared');
    assert.equal((await a.api.api('GET', '/v1/connections?end_user=shared')).data.length, 1);
  });

  test('security_s19_an_idempotency_key_belongs_to_one_api_key', async () => {
    const headers = { 'idempotency-key': 'the-same-everywhere' };
    const body = { integration: 'custom' };
    const second = await a.api.make_key?.() ?? secret((await a.api.api('POST', '/v1/keys', { body: { name: 'second', scopes: ['*'] } })).key);
    const reserve = (key) => broker.call('POST', '/v1/callback-keys', { key, body, headers, expect: 201 });
    const made = [await reserve(a.key), await reserve(b.key), await reserve(second)];
    assert.equal(new Set(made.map((answer) => answer.body.callback_key)).size, 3);
    const again = await reserve(a.key);
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [made[0].body, 'true']);
  });
});

describe('scopes', () => {
  const keys = new Map();
  const key_with = async (scopes) => {
    const name = scopes.join(' ') || 'none';
    if (!keys.has(name)) keys.set(name, secret((await a.api.api('POST', '/v1/keys', { body: { name: name.slice(0, 100), scopes } })).key));
    return keys.get(name);
  };

  for (const route of kRoutes) {
    test(`security_s17_what_a_key_needs_for ${label(route)}`, async () => {
      const call = (key, expect) => broker.call(route.method, path_with(route, 'nothing-of-this-name'), { body: route.body, key, expect });
      const unknown = await call(null, 401);
      assert.match(unknown.headers['www-authenticate'], /^Bearer /);
      await call(`vk_${randomBytes(32).toString('base64url')}`, 401);
      if (route.scopes === null) {
        assert.match((await call(a.key, 403)).body.detail, /installation key/);
      } else {
        for (const missing of route.scopes) {
          const refused = await call(await key_with(all_scopes.filter((scope) => scope !== missing)), 403);
          assert.equal(refused.body.detail, `the API key lacks ${missing}`);
          assert.match(refused.headers['www-authenticate'], /error="insufficient_scope"/);
        }
        const enough = await call(await key_with(route.scopes.length ? route.scopes : ['metrics:read']), [200, 204, 404, 422]);
        assert.notEqual(enough.status, 401);
      }
      if (route.scopes !== null && !route.installation) {
        // it stands above the tenants and sees nothing inside them, tokens least of all
        assert.match((await call(broker.installation_key, 403)).body.detail, /needs the API key of a tenant/);
      } else {
        await call(broker.installation_key, [200, 204, 404, 422]);
      }
    });
  }

  test('security_s17_deleting_a_credential_with_its_connections_needs_both', async () => {
    const credential = await a.api.api('POST', '/v1/credentials', { body: plain_credential('cascade') });
    await a.api.api('POST', '/v1/connections', { body: imported(credential) });
    const remove = (key, query, expect) => broker.api('DELETE', `/v1/credentials/${credential.id}${query}`, { key, expect });
    assert.match((await remove(await key_with(['credentials:write']), '', 409)).detail, /cascade=true/);
    assert.match((await remove(await key_with(['credentials:write']), '?cascade=true', 403)).detail, /lacks connections:write/);
    assert.equal((await remove(await key_with(['credentials:write', 'connections:write']), '?cascade=true', 200)).connections.length, 1);
  });

  test('security_s17_a_new_key_is_within_its_makers', async () => {
    const [credential, other] = [a.has.credential, await a.api.api('POST', '/v1/credentials', { body: plain_credential('within') })];
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const maker = await a.api.api('POST', '/v1/keys', {
      body: { name: 'maker', scopes: ['keys:write', 'tokens:read', 'credentials:read'], limits: { credentials: [credential.id] }, expires_at },
    });
    const make = (more, expect) => broker.api('POST', '/v1/keys', {
      key: secret(maker.key), body: { name: 'made', scopes: ['tokens:read'], limits: { credentials: [credential.id] }, expires_at, ...more }, expect,
    });
    const rows = [
      [{ scopes: ['tokens:read', 'tokens:refresh'] }, '/scopes'],
      [{ limits: { credentials: [other.id] } }, '/limits/credentials'],
      [{ limits: {} }, '/limits/credentials'],
      [{ expires_at: new Date(Date.now() + 3_700_000).toISOString() }, '/expires_at'],
      [{ expires_at: undefined }, '/expires_at'],
    ];
    for (const [more, pointer] of rows) assert.deepEqual((await make(more, 403)).errors.map((error) => error.pointer), [pointer], JSON.stringify(more));
    const all = await make({ scopes: ['*'] }, 201);
    assert.deepEqual(all.scopes, ['credentials:read', 'tokens:read', 'keys:write']);
    // it knows of no key beyond its own limits, and so cannot delete one
    const { data } = await broker.api('GET', '/v1/keys', { key: maker.key });
    assert.deepEqual(new Set(data.map(({ id }) => id)), new Set([maker.id, all.id]));
    await broker.api('DELETE', `/v1/keys/${a.key_id}`, { key: maker.key, expect: 404 });
  });
});

describe('limits', () => {
  let mine;
  let theirs;
  let mine_too;
  let limited;
  let one;
  before(async () => {
    const { api } = a;
    const [first, second] = [await api.api('POST', '/v1/credentials', { body: plain_credential('mine') }), await api.api('POST', '/v1/credentials', { body: plain_credential('theirs') })];
    mine = { credential: first, connection: await api.api('POST', '/v1/connections', { body: imported(first) }) };
    mine_too = { credential: first, connection: await api.api('POST', '/v1/connections', { body: imported(first) }) };
    theirs = { credential: second, connection: await api.api('POST', '/v1/connections', { body: imported(second) }) };
    theirs.session = await api.api('POST', '/v1/connect-sessions', { body: { credential: second.id, end_user: { id: 'u' } } });
    secret(theirs.session.connect_url.split('/').pop());
    theirs.event = (await api.api('GET', `/v1/events?connection=${theirs.connection.id}`)).data[0];
    [theirs.endpoint] = (await api.api('GET', `/v1/endpoints?credential=${second.id}`)).data;
    const make = async (limits) => broker.as(secret((await api.api('POST', '/v1/keys', { body: { name: 'limited', scopes: ['*'], limits } })).key));
    [limited, one] = [await make({ credentials: [first.id] }), await make({ connections: [mine.connection.id] })];
  });

  test('security_s17_a_key_for_one_credential_sees_nothing_else', async () => {
    await limited.api('GET', `/v1/credentials/${mine.credential.id}`);
    await limited.api('GET', `/v1/connections/${mine_too.connection.id}/token`);
    for (const route of kRoutes.filter(({ of }) => ['credential', 'connection', 'session', 'event', 'endpoint'].includes(of))) {
      if (!route.scopes) continue;
      const options = { body: route.body, expect: 404 };
      const hidden = await limited.call(route.method, path_with(route, theirs[route.of].id), options);
      assert.deepEqual(bare(hidden), bare(await limited.call(route.method, path_with(route, nowhere(theirs[route.of].id)), options)), label(route));
    }
    for (const path of ['/v1/credentials', '/v1/connections', '/v1/events']) {
      const seen = [];
      // page by page, so that a cursor that names what is hidden would show, too
      for (let after = ''; after !== null;) {
        const { data, next } = await limited.api('GET', `${path}?limit=1&after=${encodeURIComponent(after)}`);
        seen.push(...data);
        if (next) assert.equal(Buffer.from(next, 'base64url').toString(), String(data.at(-1)?.sequence ?? data.at(-1)?.id), `${path}: the cursor names what is hidden`);
        after = next;
      }
      assert.ok(seen.length > 0, path);
      assert.ok(seen.every((each) => (each.data?.credential ?? each.credential ?? each.id) === mine.credential.id), `${path}: ${JSON.stringify(seen)}`);
    }
  });

  test('security_s17_what_is_about_all_of_the_tenant_is_not_for_limited_keys', async () => {
    const rows = [
      ['POST', '/v1/credentials', plain_credential('by a limited key'), 403],
      ['POST', '/v1/integrations', {}, 403],
      ['PATCH', '/v1/integrations/only-a', { description: 'x' }, 403],
      ['POST', '/v1/callback-keys', { integration: 'custom' }, 403],
      ['DELETE', '/v1/end-users/user-1', undefined, 403],
      ['PATCH', '/v1/policy', {}, 403],
      ['POST', '/v1/services', {}, 403],
      ['DELETE', `/v1/services/${a.has.service.id}`, undefined, 403],
      ['GET', '/v1/destinations', undefined, 403],
      ['POST', '/v1/destinations', {}, 403],
      ['GET', '/v1/deliveries', undefined, 403],
      ['GET', '/v1/audit', undefined, 403],
      ['POST', '/v1/connections', imported(theirs.credential), 404],
      ['POST', '/v1/connect-sessions', { credential: theirs.credential.id, end_user: { id: 'u' } }, 404],
    ];
    for (const key of [limited, one]) for (const [method, path, body, expect] of rows) await key.call(method, path, { body, expect });
  });

  test('security_s17_a_key_for_one_connection_sees_that_alone', async () => {
    const { id } = mine.connection;
    assert.ok((await one.api('GET', `/v1/connections/${id}/token`)).access_token);
    assert.deepEqual((await one.api('GET', '/v1/connections')).data.map((each) => each.id), [id]);
    assert.deepEqual((await one.api('GET', '/v1/credentials')).data, []);
    assert.ok((await one.api('GET', '/v1/events')).data.every(({ data }) => data.connection === id));
    await one.api('GET', `/v1/credentials/${mine.credential.id}`, { expect: 404 });
    for (const other of [mine_too, theirs]) await one.api('GET', `/v1/connections/${other.connection.id}/token`, { expect: 404 });
    await one.api('POST', '/v1/connections', { body: imported(mine.credential), expect: 404 });
  });
});

describe('the end of a key', () => {
  test('security_s17_a_deleted_key_is_refused_within_two_seconds', async () => {
    const made = await a.api.api('POST', '/v1/keys', { body: { name: 'short', scopes: ['connections:read'] } });
    const use = () => broker.call('GET', '/v1/connections', { key: secret(made.key), expect: [200, 401] });
    // it is known and in use while it is deleted
    for (let i = 0; i < 20; i += 1) assert.equal((await use()).status, 200);
    await a.api.api('DELETE', `/v1/keys/${made.id}`, { expect: 204 });
    const refused = await eventually(async () => { const answer = await use(); return answer.status === 401 && answer; }, { within_ms: 2000 });
    assert.match(refused.body.detail, /unknown or was revoked/);
    for (let i = 0; i < 5; i += 1) assert.equal((await use()).status, 401);
  });

  test('security_s17_nobody_deletes_the_key_in_hand', async () => {
    assert.equal((await a.api.api('DELETE', `/v1/keys/${a.key_id}`, { expect: 409 })).code, 'conflict');
    await a.api.api('GET', '/v1/policy');
  });

  test('security_s17_a_key_expires_to_the_second', async () => {
    const stepped = await start_installation({ name: 'expiry', stepped: true });
    try {
      // its clock stands at the first second of 2026
      const { key } = await stepped.api('POST', '/v1/keys', { body: { name: 'an hour', scopes: ['connections:read'], expires_at: '2026-01-01T01:00:00Z' } });
      const use = (expect) => stepped.call('GET', '/v1/connections', { key: secret(key), expect });
      await stepped.advance(3599);
      await use(200);
      await stepped.advance(1);
      assert.match((await use(401)).body.detail, /expired at 2026-01-01T01:00:00/);
      await stepped.api('POST', '/v1/keys', { body: { name: 'past', scopes: ['*'], expires_at: '2026-01-01T01:00:00Z' }, expect: 422 });
    } finally {
      await stepped.end();
    }
  });

  test('security_s17_a_key_is_read_from_one_authorization_header_and_nowhere_else', async () => {
    const refused = (path, headers) => broker.call('GET', path, { key: null, headers, expect: 401 });
    for (const query of ['access_token', 'token', 'api_key', 'key', 'authorization']) await refused(`/v1/connections?${query}=${a.key}`, {});
    for (const value of [a.key, `Basic ${Buffer.from(`${a.key}:`).toString('base64')}`, `Token ${a.key}`, `Bearer ${a.key} x`, 'Bearer ', `Bearer ${a.key.slice(0, -1)}`, `Bearer ${a.key}A`]) {
      await refused('/v1/connections', { authorization: value });
    }
    await refused('/v1/connections', { cookie: `key=${a.key}`, 'x-api-key': a.key });
  });

  test('an installation key by the command line, while the broker serves', async () => {
    const binary = process.env.VALETKEY_BINARY ?? join(kRepository, 'build/dev/valetkey');
    const key = execFileSync(binary, ['installation-key', '--name', 'by hand'], {
      env: { PATH: process.env.PATH, VALETKEY_DATA_DIR: broker.data_dir, VALETKEY_ROOT_KEY_FILE: broker.root_key_file }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
    assert.match(key, /^vki_[A-Za-z0-9_-]{43}$/);
    secret(key);
    assert.ok((await broker.api('GET', '/v1/tenants', { key })).data.length >= 3);
    await broker.api('GET', '/v1/connections', { key, expect: 403 });
  });
});

describe('audit', () => {
  /** Length-prefixed parts, then SHA-256, hex: what the store writes beside each entry. */
  const chained = (previous, tenant, { sequence, at, actor, action, target, detail }) => {
    const hash = createHash('sha256');
    for (const part of [previous, tenant, String(sequence), String(Date.parse(at)), actor, action, target, JSON.stringify(detail)]) {
      const bytes = Buffer.from(part);
      const size = Buffer.alloc(8);
      size.writeBigUInt64BE(BigInt(bytes.length));
      hash.update(size).update(bytes);
    }
    return hash.digest('hex');
  };
  const whole = async (api, key) => {
    const all = [];
    for (let after = ''; after !== null;) {
      const { data, next } = await api.api('GET', `/v1/audit?limit=7&after=${encodeURIComponent(after)}`, { key });
      all.push(...data);
      after = next;
    }
    return all;
  };
  /** Sequence of the first entry that does not continue the chain. */
  const first_broken = (entries, tenant) => {
    let previous = '';
    for (const [i, entry] of entries.entries()) {
      if (entry.sequence !== i + 1 || chained(previous, tenant, entry) !== entry.hash) return i + 1;
      previous = entry.hash;
    }
    return null;
  };

  test('security_s43_a_reader_can_check_the_chain_of_each_tenant_from_the_api_alone', async () => {
    for (const [tenant, api, key] of [[a.id, a.api], [b.id, b.api], ['', broker, broker.installation_key]]) {
      const entries = await whole(api, key ?? api.key);
      assert.ok(entries.length >= 3, `${entries.length} entries`);
      assert.equal(first_broken(entries, tenant), null);
      const changed = entries.map((entry, i) => (i === 2 ? { ...entry, actor: 'somebody else' } : entry));
      assert.equal(first_broken(changed, tenant), 3);
      assert.equal(first_broken(entries.filter((_, i) => i !== 2), tenant), 3);
    }
  });

  test('security_s43_every_change_is_there_with_its_actor_and_without_secrets', async () => {
    const entries = await whole(a.api);
    const { integration, callback_key, credential, connection, session, key } = a.has;
    const of = (action) => entries.filter((entry) => entry.action === action).map(({ target }) => target);
    for (const [action, target] of [['integration.created', integration.slug], ['callback_key.reserved', callback_key.callback_key], ['credential.created', credential.id],
      ['connection.created', connection.id], ['connect_session.created', session.id], ['key.created', key.id]]) {
      assert.ok(of(action).includes(target), `${action} ${target}`);
    }
    assert.equal(entries.find(({ action }) => action === 'credential.created').actor, a.key_id);
    assert.ok(!JSON.stringify(entries).includes(key.key));
  });

  test('security_s43_no_route_deletes_or_changes_it', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) assert.equal((await a.api.call(method, '/v1/audit', { expect: 405 })).headers.allow, 'GET, HEAD');
  });
});

describe('the end of a tenant', () => {
  test('security_s17_deleting_it_leaves_nothing_of_it', async () => {
    const c = await new_tenant(broker, 'leaves');
    const has = await furnish(c.api, { slug: 'only-c', user: 'user-of-c', name: 'leaves with it' });
    await c.api.api('GET', `/v1/connections/${has.connection.id}/token`);
    await c.api.api('POST', '/v1/callback-keys', { body: { integration: 'custom' }, headers: { 'idempotency-key': 'of-c' } });
    await c.api.api('PATCH', `/v1/credentials/${has.credential.id}`, { body: { description: 'changed' } });
    const tables = sql("SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = 'tenant' WHERE m.type = 'table'").trim().split('\n');
    const rows_of_c = () => Object.fromEntries(tables.map((table) => [table, Number(sql(`SELECT count(*) FROM "${table}" WHERE tenant = '${c.id}'`))]).filter(([, count]) => count > 0));
    assert.ok(Object.keys(rows_of_c()).length >= 10, JSON.stringify(rows_of_c()));

    await broker.api('DELETE', `/v1/tenants/${c.id}`, { key: a.key, expect: 403 });
    await broker.api('DELETE', `/v1/tenants/${c.id}`, { key: broker.installation_key, expect: 204 });
    assert.deepEqual(rows_of_c(), {});
    for (const key of [c.key, has.key.key]) await broker.api('GET', '/v1/connections', { key, expect: 401 });
    assert.equal((await broker.call('GET', new URL(has.session.connect_url).pathname, { key: null, expect: 404 })).status, 404);
    await broker.api('GET', `/v1/tenants/${c.id}`, { key: broker.installation_key, expect: 404 });
    await broker.api('POST', '/v1/keys', { key: broker.installation_key, body: { name: 'late', tenant: c.id, scopes: ['*'] }, expect: 422 });
    const { data } = await broker.api('GET', '/v1/audit?limit=200', { key: broker.installation_key });
    assert.ok(data.some(({ action, target }) => action === 'tenant.deleted' && target === c.id));

    // what was counted in memory meanwhile is written when the broker ends
    await broker.stop();
    assert.deepEqual(rows_of_c(), {});
    const dump = sql('.dump').split('\n').filter((line) => !/INSERT INTO audit/.test(line)).join('\n');
    for (const left of [c.id, c.key_id, has.credential.id, has.connection.id, has.callback_key.callback_key, 'user-of-c', 'only-c', 'leaves with it']) assert.ok(!dump.includes(left), left);
    await broker.start();
    assert.ok((await a.api.api('GET', `/v1/connections/${a.has.connection.id}/token`)).access_token);
    assert.equal((await broker.api('DELETE', '/v1/tenants/ten_default', { key: broker.installation_key, expect: 409 })).code, 'conflict');
  });
});
