// A broker whose presets are tried, without any credential, on requests that vendors' own libraries sign or judge.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';

import { start_installation } from '../support/tenants_rig.mjs';

/** Libraries that are CommonJS, or whose modules for import need more than this Node has. */
export const load = createRequire(import.meta.url);

let broker;

/** To be called once by each file of tests. */
export function with_broker(name) {
  before(async () => { broker = await start_installation({ name }); });
  after(() => broker?.end());
}

export const kPublicUrl = 'https://hooks.example/hooks/acme/key';

/** What POST /v1/services/try answers. `headers` is an object; `query` goes behind the public URL. */
export const tried = (preset, { headers = {}, body = '', method = 'POST', query = '', secrets = {}, parameters = {}, kind = 'webhook', now }) =>
  broker.api('POST', '/v1/services/try', { body: {
    service: `preset/${preset}`, kind, secrets, parameters, public_url: kPublicUrl, ...now ? { now } : {},
    request: { method, url: kPublicUrl + query, headers: Object.entries(headers), body_base64: Buffer.from(body).toString('base64') },
  } });

/** The text with one letter or digit changed, in its middle. */
export function changed(text) {
  let at = Math.floor(text.length / 2);
  while (!/[A-Za-z0-9]/.test(text[at])) at += 1;
  return text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1);
}

/** Accepts the request as it is, refuses it with another body; answers the events. */
export async function assert_bound_to_body(preset, request) {
  const good = await tried(preset, request);
  assert.equal(good.outcome, 'verified', JSON.stringify(good));
  const bad = await tried(preset, { ...request, body: changed(request.body) });
  assert.equal(bad.outcome, 'rejected', JSON.stringify(bad));
  assert.match(bad.reason, /mismatch/);
  return good.events;
}
