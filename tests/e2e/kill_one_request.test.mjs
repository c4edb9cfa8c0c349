// kill -9 while one request is at the provider: what the next life believes, serves and sends.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';

import { Browser } from '../support/browser.mjs';
import { returned, walk } from '../support/connect_flow.mjs';
import { eventually, start_nasty_rig } from '../support/nasty_rig.mjs';
import { Sink } from '../support/sink.mjs';
import { secret } from '../support/test_run.mjs';

let rig;
let provider;
const subjects = [];

before(async () => {
  rig = await start_nasty_rig({ name: 'kill-one' });
  provider = rig.provider;
});
after(() => rig.stop());
afterEach(async () => {
  rig.assert_never_concurrent();
  assert.deepEqual(readdirSync(rig.broker.directory).filter((name) => /^(vg)?core(\.|$)/.test(name)), [], 'a core file');
  for (const subject of subjects.splice(0)) await subject.remove();
  provider.log.clear();
});

async function made(members) {
  const subject = await rig.subject(members);
  subjects.push(subject);
  return subject;
}

/** A broker that died while its refresh was at the provider, `where` gate or gate_before; the provider's part is over. */
async function killed_at(where) {
  const subject = await made();
  const connection = await subject.import_connection({ expires_in: 600 });
  subject.script({ [where]: 'kill', process: where === 'gate' });
  const waiting = rig.refresh(connection).then(() => assert.fail('answered'), () => {});
  await provider.script.held('kill');
  await rig.kill_and_restart();
  await waiting;
  await eventually('the provider saw it end', () => subject.requests().every(({ finished_at }) => finished_at !== null));
  return { subject, connection };
}

describe('a refresh', () => {
  test('refresh_5_4_started_is_on_disk_and_a_crash_is_an_unknown_outcome_that_waits_for_the_live_token_to_end', async () => {
    const { subject, connection } = await killed_at('gate_before');
    assert.equal((await rig.token(connection)).body.access_token, connection.access_token);
    await rig.advance(590);
    const failing = await rig.token(connection);
    assert.deepEqual([failing.status, failing.body.access_token], [200, connection.access_token]);
    assert.ok(failing.body.warnings.includes('refresh_failing'), `${failing.body.warnings}`);
    assert.equal(subject.requests().length, 1, 'sent again before the live token ended');
    await rig.advance(11);
    const renewed = await rig.token(connection);
    assert.deepEqual([renewed.status, renewed.body.generation], [200, 2], renewed.body.detail);
    assert.equal(subject.requests().length, 2);
  });

  test('refresh_5_4_where_the_provider_had_rotated_the_live_token_is_served_to_its_end_and_then_the_user_is_asked', async () => {
    const { subject, connection } = await killed_at('gate');
    await rig.advance(590);
    assert.equal((await rig.token(connection)).body.access_token, connection.access_token);
    assert.ok(rig.takes(connection.access_token), 'reuse detection revoked the live token');
    await rig.advance(11);
    const ended = await rig.token(connection);
    assert.deepEqual([ended.status, ended.code], [409, 'needs_reconnect'], ended.body.detail);
    assert.equal((await rig.connection(connection)).state_reason, 'refresh_outcome_unknown');
    const [lost, again] = subject.requests();
    assert.deepEqual([again.spent_before_by, again.previous_answered], [lost.n, 'abandoned']);
  });

  test('refresh_5_2_and_refresh_rule_02_the_lease_of_the_former_life_is_respected_until_it_ends', async () => {
    const { subject, connection } = await killed_at('gate_before');
    let answer = null;
    const waiting = rig.refresh(connection).then((value) => { answer = value; });
    let moved = 0;
    await eventually('its patience ends', async () => {
      await rig.broker.call('GET', '/healthz', { key: null });  // no faster than the broker works
      if (moved < 25) await rig.advance(0.05);
      moved += 0.05;
      return answer;
    });
    await waiting;
    assert.deepEqual([answer.status, answer.code], [503, 'provider_unavailable'], answer.body.detail);
    assert.ok(answer.retry_after >= 1 && answer.retry_after <= 30, `Retry-After ${answer.retry_after}`);
    assert.equal(subject.requests().length, 1, 'refreshed without the guard');
    await rig.advance(30);
    assert.equal((await rig.refresh(connection)).body.generation, 2);
    assert.equal(subject.requests().length, 2);
  });
});

test('a crash in the exchange of a code stores nothing, and the same link works in the next life', async () => {
  const product = await Sink.start();
  try {
    const return_url = `${product.origin}/connected`;
    const subject = await made({ return_urls: [return_url] });
    const session = await rig.broker.api('POST', '/v1/connect-sessions', { body: { credential: subject.id, end_user: { id: 'user-1' }, return_url } });
    secret(new URL(session.connect_url).pathname.split('/').pop());
    subject.script({ gate: 'kill' });
    const browser = new Browser();
    const walking = walk(browser, session.connect_url).then(() => assert.fail('answered'), () => {});
    await provider.script.held('kill');
    await rig.kill_and_restart();
    await walking;
    assert.deepEqual((await rig.broker.api('GET', `/v1/connections?credential=${subject.id}`)).data, []);
    const callback = browser.history.at(-1).location;
    assert.equal((await browser.open(callback)).status, 400, 'a state is used twice');
    assert.equal(subject.requests().length, 1, 'a code is sent twice');

    const page = await walk(browser, session.connect_url);
    const connection = await rig.broker.api('POST', `/v1/connect-sessions/${session.id}/confirm`, { body: { code: secret(returned(page).code) } });
    assert.equal(connection.state, 'active');
    assert.equal((await rig.token(connection)).status, 200);
  } finally {
    await product.stop();
  }
});
