// POST /v1/services/try on every vector of the presets, and the JSON schema of service documents on every preset.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import Ajv from 'ajv/dist/2020.js';

import { http_request } from '../support/http_request.mjs';
import { kRepository } from '../support/test_run.mjs';
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
