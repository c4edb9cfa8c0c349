// Every payload of @octokit/webhooks-examples, signed by @octokit/webhooks-methods, is accepted and read.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load, tried, with_broker } from './oracle_rig.mjs';

with_broker('octokit-examples');

const kSecret = 'secret-of-a-test';

test('payloads of GitHub are verified and read', { timeout: 240_000 }, async () => {
  const { sign } = await import('@octokit/webhooks-methods');
  const kinds = load('@octokit/webhooks-examples');
  let payloads = 0;
  for (const { name, examples } of kinds) {
    for (const example of examples) {
      const body = JSON.stringify(example);
      const headers = { 'X-GitHub-Event': name, 'X-GitHub-Delivery': `d-${payloads}`, 'X-Hub-Signature-256': await sign(kSecret, body) };
      const found = await tried('github', { body, headers, secrets: { signing_secret: [kSecret] } });
      assert.equal(found.outcome, 'verified', `${name}: ${JSON.stringify(found)}`);
      assert.equal(found.events.length, 1, name);
      const [event] = found.events;
      assert.equal(event.eventType, example.action ? `${name}.${example.action}` : name);
      assert.equal(event.eventId, `d-${payloads}`);
      assert.deepEqual(event.eventPayload, example);
      const whose = example.installation?.id ?? example.organization?.id ?? example.sender?.id;
      assert.equal(event.appUserId, whose === undefined ? null : String(whose), name);
      payloads += 1;
    }
  }
  assert.ok(payloads > 150, `${payloads} payloads`);
});
