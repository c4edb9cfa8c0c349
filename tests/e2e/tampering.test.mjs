// Somebody who can write the database file, but has no root key: rows that decide where secrets go and who may do what are not believed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { oidc_credential } from '../support/credential_bodies.mjs';
import { start_oidc_provider } from '../support/oidc_provider.mjs';
import { Sink } from '../support/sink.mjs';
import { start_installation } from '../support/tenants_rig.mjs';
import { secret } from '../support/test_run.mjs';

let provider;
let thief;
let broker;
before(async () => { [provider, thief, broker] = await Promise.all([start_oidc_provider(), Sink.start(), start_installation({ name: 'tampering' })]); });
after(async () => { await Promise.all([broker?.end(), thief?.stop()]); await provider?.stop(); });

const sql = (text) => execFileSync('sqlite3', [join(broker.data_dir, 'valetkey.db'), text], { encoding: 'utf8' }).trim();
/** Changes the file while nobody serves it; answers how many rows that was. */
async function tamper(statement) {
  await broker.stop();
  const changed = Number(sql(`${statement}; SELECT changes();`));
  await broker.start();
  return changed;
}

test('security_s41_a_token_url_changed_in_the_file_receives_no_secret', async () => {
  const credential = await broker.api('POST', '/v1/credentials', { body: oidc_credential(provider, { client: 'machine-basic' }) });
  const connection = await broker.api('POST', '/v1/connections', { body: { credential: credential.id } });
  const token = await broker.api('GET', `/v1/connections/${connection.id}/token`);
  const before_it = await provider.counters();

  assert.equal(await tamper(`UPDATE endpoint_sets SET doc = replace(doc, '${provider.token_url}', '${thief.origin}/token') WHERE credential = '${credential.id}'`), 1);
  const refresh = (expect) => broker.api('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: token.generation }, expect });
  const refused = await refresh(500);
  assert.deepEqual([refused.code, refused.act], ['integrity', 'operator']);
  await broker.api('GET', `/v1/credentials/${credential.id}`, { expect: 500 });
  assert.deepEqual(thief.requests, []);
  assert.deepEqual((await provider.counters()).token, before_it.token);

  // put back, it is the old one again: nothing was lost
  await tamper(`UPDATE endpoint_sets SET doc = replace(doc, '${thief.origin}/token', '${provider.token_url}') WHERE credential = '${credential.id}'`);
  assert.equal((await refresh(200)).generation, token.generation + 1);
});

test('security_s41_a_key_does_not_grow_scopes_or_move_to_another_tenant_in_the_file', async () => {
  const { id, key } = await broker.api('POST', '/v1/keys', { body: { name: 'small', scopes: ['connections:read'] } });
  const use = (path, expect) => broker.api('GET', path, { key: secret(key), expect });
  await use('/v1/connections', 200);
  await use('/v1/credentials', 403);
  assert.equal(await tamper(`UPDATE api_keys SET doc = replace(doc, '"connections:read"', '"connections:read","credentials:read"') WHERE id = '${id}'`), 1);
  for (const path of ['/v1/connections', '/v1/credentials']) assert.equal((await use(path, 500)).code, 'integrity');
  await tamper(`UPDATE api_keys SET doc = replace(doc, ',"credentials:read"', ''), tenant = 'ten_other' WHERE id = '${id}'`);
  assert.equal((await use('/v1/connections', 500)).code, 'integrity');
  await tamper(`UPDATE api_keys SET tenant = 'ten_default' WHERE id = '${id}'`);
  await use('/v1/connections', 200);
});

test('security_s40_a_sealed_token_opens_in_its_own_record_alone', async () => {
  const connect = async (client) => {
    const credential = await broker.api('POST', '/v1/credentials', { body: oidc_credential(provider, { client }) });
    return broker.api('POST', '/v1/connections', { body: { credential: credential.id } });
  };
  const [mine, theirs] = [await connect('machine-post'), await connect('machine-basic')];
  const token = await broker.api('GET', `/v1/connections/${theirs.id}/token`);
  assert.equal(await tamper(`UPDATE grants SET doc = (SELECT doc FROM grants WHERE connection = '${theirs.id}') WHERE connection = '${mine.id}'`), 1);
  const { text, body } = await broker.call('GET', `/v1/connections/${mine.id}/token`, { expect: 500 });
  assert.equal(body.code, 'integrity');
  assert.ok(!text.includes(token.access_token));
  assert.equal((await broker.api('GET', `/v1/connections/${theirs.id}/token`)).access_token, token.access_token);
});
