// POST /v1/services/try on every vector of the presets, and the JSON schema of service documents on every preset.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import Ajv from 'ajv/dist/2020.js';

import { http_request } from '../support/http_request.mjs';
import { plain_credential } from '../support/tenants_rig.mjs';
import { kRepository, secret } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

const kVectors = join(kRepository, 'tests/vectors/presets');
const files = readdirSync(kVectors).filter((name) => name.endsWith('.json'));

let broker;
before(async () => { broker = await start_valetkey({ name: 'services-try' }); });
after(() => broker?.end());

async function presets() {
  const all = [];
  for (let after = ''; after !== null;) {
    const page = await broker.api('GET', `/v1/services?implementation=preset&limit=50${after && `&after=${encodeURIComponent(after)}`}`);
    all.push(...page.data);
    after = page.next;
  }
  return all;
}

test('the presets are listed, each with what it needs', async () => {
  const listed = await presets();
  assert.ok(listed.length >= 50, `only ${listed.length}`);
  for (const { slug, kinds } of listed) {
    const preset = await broker.api('GET', `/v1/services/preset/${slug}`);
    assert.deepEqual(preset.kinds, kinds);
    assert.equal(preset.document.slug, slug);
    assert.deepEqual(preset.secrets.map(({ name }) => name), (preset.document.secrets ?? []).map(({ name }) => name));
  }
});

test('the schema takes every preset, and what the broker refuses for its shape it refuses too', async () => {
  const { text } = await http_request(new URL('/docs/service.schema.json', broker.origin));
  const validate = new Ajv({ strict: true, allErrors: true, strictTypes: false, strictRequired: false }).compile(JSON.parse(text));
  for (const { slug } of await presets()) {
    const { document } = await broker.api('GET', `/v1/services/preset/${slug}`);
    assert.ok(validate(document), `${slug}: ${JSON.stringify(validate.errors)}`);
  }
  const { document } = await broker.api('GET', '/v1/services/preset/github');
  const [first] = document.verify;
  for (const wrong of [
    { ...document, colour: 1 }, { ...document, verify: [{ ...first, scheme: 'none' }] }, { ...document, verify: [{ ...first, key: {} }] },
    { ...document, verify: [{ ...first, signature: { header: 'a', query: 'b' } }] }, { ...document, event: { ...document.event, typ: 'x' } },
  ]) {
    const { slug, confidence, ...own } = wrong;
    assert.ok(!validate(wrong), JSON.stringify(wrong));
    await broker.call('POST', '/v1/services', { body: { name: 'wrong', document: own }, expect: 422 });
  }
});

describe('with the secrets of an endpoint', () => {
  const kSecret = secret('a secret that the endpoint holds');
  const vectors = JSON.parse(readFileSync(join(kVectors, 'x.json'), 'utf8'));
  const challenge = vectors.cases.find(({ expect }) => expect.outcome === 'challenge');
  const [name] = Object.keys(vectors.secrets);
  let tried = 0;

  /** The endpoint of a credential with these services, which holds the secret. */
  async function endpoint_of(services) {
    const credential = await broker.api('POST', '/v1/credentials', { body: plain_credential(`tried ${(tried += 1)}`, { config_services: services }) });
    const { data: [{ id }] } = await broker.api('GET', `/v1/endpoints?credential=${credential.id}`);
    await broker.api('PATCH', `/v1/endpoints/${id}`, { body: { secrets: { [name]: kSecret } } });
    return id;
  }
  const attempt = (endpoint, request, more) => broker.call('POST', '/v1/services/try', { body: { endpoint, request: { ...request, url: vectors.public_url + (request.url ?? '') } }, ...more });

  test('security_s34_a_trial_says_match_or_no_match_and_shows_nothing_computed', async () => {
    const endpoint = await endpoint_of({ webhook_event_verification: 'preset/x', webhook_parser: 'preset/x' });
    const { body } = await attempt(endpoint, challenge.request, { expect: 200 });
    assert.equal(body.outcome, 'challenge');
    assert.equal(body.response.body, '***', 'it would be an HMAC of what was sent');
    const hmac = (encoding) => createHmac('sha256', kSecret).update('{}').digest(encoding);
    const signed = (value) => ({ method: 'POST', headers: [['content-type', 'application/json'], ['x-twitter-webhooks-signature', `sha256=${value}`]], body: '{}' });
    assert.equal((await attempt(endpoint, signed(hmac('base64')), { expect: 200 })).body.outcome, 'verified');
    const refused = await attempt(endpoint, signed(createHmac('sha256', 'guessed').update('{}').digest('base64')), { expect: 200 });
    assert.equal(refused.body.reason, 'signature_mismatch');
    for (const encoding of ['hex', 'base64', 'base64url']) assert.ok(!refused.text.includes(hmac(encoding)), encoding);
    assert.ok(!refused.text.includes(kSecret));
  });

  test('security_s34_no_request_chooses_the_service_that_the_secret_is_used_by', async () => {
    const endpoint = await endpoint_of({ webhook_event_verification: 'preset/x' });
    for (const service of ['preset/x', { implementation: 'script', source: 'function verify() {}' }]) {
      const { body } = await attempt(endpoint, challenge.request, { body: { endpoint, service, request: {} }, expect: 422 });
      assert.deepEqual(body.errors.map(({ pointer }) => pointer), ['/service']);
    }
    const script = await broker.api('POST', '/v1/services', { body: { name: 'oracle', implementation: 'script', source: 'function verify(request, { secrets }) { return { outcome: "rejected", reason: secrets.hmac("x", "sha256", "m") }; }' } });
    const of_a_script = await endpoint_of({ webhook_event_verification: script.id });
    const { body } = await attempt(of_a_script, challenge.request, { expect: 422 });
    assert.deepEqual(body.errors.map(({ pointer }) => pointer), ['/endpoint']);
  });

  test('security_s34_it_needs_the_right_to_change_the_endpoint', async () => {
    const endpoint = await endpoint_of({ webhook_event_verification: 'preset/x', webhook_parser: 'preset/x', action_callback_parser: null });
    const key = await broker.make_key({ name: 'reader', scopes: ['services:read', 'endpoints:read'] });
    assert.match((await attempt(endpoint, challenge.request, { key, expect: 403 })).body.detail, /lacks endpoints:write/);
    await attempt('ep_nobody', challenge.request, { expect: 422 });
  });
});

// Those that fetch keys are tried by the unit tests, which have the network that the vectors describe.
for (const file of files) {
  const vectors = JSON.parse(readFileSync(join(kVectors, file), 'utf8'));
  if (vectors.fetches) continue;
  test(`the vectors of ${vectors.preset}`, async () => {
    for (const each of vectors.cases) {
      const { url = '', ...request } = each.request;
      const public_url = url.startsWith('?') || !url ? vectors.public_url : url.split('?')[0];
      const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
      const body = {
        service: `preset/${vectors.preset}`, kind: each.kind, public_url, now: each.now ?? vectors.now, secrets: each.secrets ?? vectors.secrets,
        parameters: { ...vectors.parameters, ...each.parameters }, request: { ...request, url: public_url + query },
      };
      const answer = await broker.api('POST', '/v1/services/try', { body });
      const told = `${each.name}: ${JSON.stringify(answer)}`;
      assert.equal(answer.outcome, each.expect.outcome, told);
      if (each.expect.events) assert.deepEqual(answer.events.map((event) => event.eventType), each.expect.events.map((event) => event.event_type), told);
      if (each.expect.action) assert.deepEqual([answer.events[0].actionId, answer.events[0].eventType], [each.expect.action.action_id, each.expect.action.event_type], told);
      if (each.expect.unparsed) assert.equal(answer.reason, 'unparsed', told);
      for (const values of Object.values(body.secrets)) for (const value of [values].flat()) if (value.length > 12) assert.ok(!JSON.stringify(answer.steps).includes(value), told);
    }
  });
}
