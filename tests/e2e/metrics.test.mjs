// What /metrics tells: every metric is documented, every label is closed, and the story of a token can be read from it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';

import { http_request } from '../support/http_request.mjs';
import { nasty_suite } from '../support/nasty_suite.mjs';

const suite = nasty_suite({ name: 'metrics' });

/** The exposition as [{ name, labels: { ... }, value }]. */
async function samples() {
  const { origin, key } = suite.rig.broker;
  const { status, text } = await http_request(`${origin}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(status, 200);
  return text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    return { name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, worth]) => [label, worth])), value: Number(value) };
  });
}

const value_of = (all, name, labels = {}) => all
  .filter((sample) => sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text))
  .reduce((sum, { value }) => sum + value, 0);

describe('metrics', () => {
  let told;
  before(async () => {
    const subject = await suite.made();
    const [fresh, due, bad] = await subject.import_connections(3, { expires_in: 600 });
    for (let i = 0; i < 3; ++i) await suite.rig.token(fresh);
    await suite.rig.broker.api('POST', `/v1/connections/${bad.id}/refresh`, { body: { rejected_generation: 1 } });
    subject.script({ status: 400, body: '{"error":"invalid_grant"}' });
    await suite.rig.broker.call('POST', `/v1/connections/${due.id}/refresh`, { body: { rejected_generation: 1 }, expect: 409 });
    await http_request(`${suite.rig.broker.origin}/v1/${randomBytes(8).toString('hex')}?x=${randomBytes(8).toString('hex')}`);
    told = await samples();
  });

  test('a read, a rejected token and a dead grant are told apart', () => {
    assert.ok(value_of(told, 'valetkey_token_reads_total', { outcome: 'ok' }) >= 4);
    assert.equal(value_of(told, 'valetkey_refreshes_total', { outcome: 'ok', cause: 'rejected' }), 1);
    assert.equal(value_of(told, 'valetkey_refreshes_total', { outcome: 'grant_dead', cause: 'rejected' }), 1);
    assert.equal(value_of(told, 'valetkey_guard_wait_seconds_count', { role: 'own' }), 2);
    assert.ok(value_of(told, 'valetkey_token_cache_total', { result: 'hit' }) >= 2);
    assert.ok(value_of(told, 'valetkey_token_cache_total', { result: 'miss' }) >= 1);
    assert.ok(value_of(told, 'valetkey_store_commit_units_sum') >= value_of(told, 'valetkey_store_commit_units_count'));
    assert.ok(value_of(told, 'valetkey_http_requests_total', { route: '/v1/connections/{id}/token', status: '2xx', method: 'GET' }) >= 3);
    assert.equal(value_of(told, 'valetkey_http_requests_total', { route: 'unmatched' }), 1);
    assert.ok(value_of(told, 'process_resident_memory_bytes') > 1e6);
    assert.equal(value_of(told, 'valetkey_build_info'), 1);
  });

  test('security_s21_no_label_holds_anything_that_came_from_outside', () => {
    for (const { name, labels } of told)
      for (const [label, text] of Object.entries(labels))
        assert.match(text, label === 'route' ? /^(unmatched|(\/[\w.-]+|\/\{\w+(\.\.\.)?\})+|\/)$/ : /^[\w.+-]*$/, `${name}{${label}}`);
    const whole = JSON.stringify(told);
    for (const id of [suite.rig.broker.key, 'conn_', 'cred_', 'ten_']) assert.ok(!whole.includes(id), id);
  });

  test('every metric is in docs/operations.md', async () => {
    const docs = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const names = new Set(told.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
    assert.ok(names.size > 15);
    for (const name of names) assert.ok(docs.includes(`\`${name}\``), `${name} is not in docs/operations.md`);
  });
});
