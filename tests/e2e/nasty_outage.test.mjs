// A provider that is out of order for long: no grant is given up, and its return heals all of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { listen } from '../support/listener.mjs';
import { eventually } from '../support/nasty_rig.mjs';
import { kHtml, nasty_suite } from '../support/nasty_suite.mjs';

const suite = nasty_suite({ name: 'nasty-outage' });

describe('an outage of an hour', () => {
  for (const [name, behaviour, code] of [
    ['503', { status: 503, ...kHtml }, 'provider_unavailable'],
    ['502', { status: 502, ...kHtml }, 'refresh_outcome_unknown'],
    ['no answer', { reset_after_read: true }, 'refresh_outcome_unknown'],
  ]) {
    test(`refresh_5_4_and_refresh_rule_16_an_hour_of_gateway_errors_kills_no_grant: ${name}`, async () => {
      const subject = await suite.made();
      const connections = await subject.import_connections(30, { expires_in: 600 });
      subject.always(behaviour);
      const kStep = 120;
      for (let passed = kStep; passed <= 3600; passed += kStep) {
        await suite.rig.advance(kStep);
        const answers = await Promise.all(connections.map((connection) => suite.rig.token(connection)));
        for (const [i, { status, body, ...answer }] of answers.entries()) {
          if (passed < 600) assert.deepEqual([status, body.access_token], [200, connections[i].access_token], body.detail);
          else {
            assert.deepEqual([status, answer.code], [503, code], body.detail);
            assert.ok(answer.retry_after >= 1 && answer.retry_after <= 600, `Retry-After ${answer.retry_after}`);
          }
        }
      }
      const asked = subject.requests().length / connections.length;
      assert.ok(asked >= 4 && asked <= 30, `${asked} requests a grant in an hour`);

      subject.always(null);
      await suite.rig.advance(600);
      for (const connection of connections) await suite.assert_renewed(connection, 2);
      assert.equal(suite.provider.counters().reused_after_rotation, 0);
      for (const connection of connections) assert.deepEqual(await suite.rig.events(connection), ['connection.created'], 'the outage was told as a change of state');
    });
  }

  test('refresh_5_4_a_broker_that_nobody_asks_waits_an_outage_out_in_the_background', async () => {
    const { subject, connection } = await suite.one([{ status: 502, repeat: 3 }]);
    await suite.rig.advance(601);
    await eventually('the background refresh succeeds', async () => {
      await suite.rig.advance(5);
      return (await suite.rig.connection(connection)).grant.generation === 2;
    });
    await suite.assert_renewed(connection, 2);
    assert.equal(subject.requests().length, 4);
  });
});

test('refresh_5_4_a_provider_that_is_down_is_transient_and_its_return_heals_every_grant', async () => {
  const reserved = await listen(() => {});
  await reserved.close();
  const subject = await suite.made({ token_url: `http://127.0.0.1:${reserved.port}/token/down` });
  const connections = await subject.import_connections(5, { expires_in: 60 });
  await suite.rig.advance(50);
  for (const connection of connections) await suite.assert_served(connection, connection.access_token);
  await suite.rig.advance(11);
  for (const connection of connections) {
    const failed = await suite.rig.token(connection);
    assert.deepEqual([failed.status, failed.code], [503, 'provider_unavailable'], failed.body.detail);
    assert.match((await suite.rig.connection(connection)).grant.last_error, /not_sent/);
  }
  for (let minutes = 0; minutes < 30; minutes += 5) await suite.rig.advance(300);
  const up = await listen((req, res) => { suite.provider.handle(req, res); }, { port: reserved.port });
  try {
    await suite.rig.advance(600);
    for (const connection of connections) await suite.assert_renewed(connection, 2);
    assert.equal(suite.provider.counters().reused_after_rotation, 0);
  } finally {
    await up.close();
  }
});
