// Good answers of many spellings, and what they say about the life of a token.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { nasty_suite } from '../support/nasty_suite.mjs';

const suite = nasty_suite({ name: 'nasty-answers' });

describe('good answers of many spellings', () => {
  const kTenYears = 366 * 10 * 86_400;
  for (const [name, behaviour, lifetime] of [
    ['missing', { omit: ['expires_in'] }, null],
    ['null', { members: { expires_in: null } }, null],
    ['a string', { members: { expires_in: '1800' } }, 1800],
    ['a string that is no number', { members: { expires_in: 'one hour' } }, null],
    ['a fraction', { members: { expires_in: 1800.5 } }, 1800.5],
    ['0', { members: { expires_in: 0 } }, null],
    ['negative', { members: { expires_in: -3600 } }, null],
    ['huge', { members: { expires_in: 1e18 } }, kTenYears],
    ['huge, as a string', { members: { expires_in: '9'.repeat(400) } }, kTenYears],
    ['true', { members: { expires_in: true } }, null],
    ['an object', { members: { expires_in: { seconds: 3600 } } }, null],
  ]) {
    test(`refresh_rule_08_expires_in_is_${name}`, async () => {
      const { subject, connection } = await suite.one([behaviour]);
      const { status, body } = await suite.rig.refresh(connection);
      assert.equal(status, 200, body.detail);
      assert.equal(body.expires_at === null ? null : suite.rig.seconds_to(body.expires_at), lifetime);
      await suite.assert_served(connection, body.access_token);
      // whatever its end is: found bad, it is renewed
      assert.equal((await suite.rig.refresh(connection, 2)).body.generation, 3);
      assert.equal(subject.requests().length, 2);
    });
  }

  test('refresh_rule_08_a_token_without_an_end_is_never_refreshed_on_a_guess', async () => {
    const { subject, connection } = await suite.one([{ omit: ['expires_in'] }]);
    const { body } = await suite.rig.refresh(connection);
    await suite.rig.advance(30 * 86_400);
    await suite.assert_served(connection, body.access_token, []);
    assert.equal(subject.requests().length, 1);
  });

  test('refresh_rule_06_a_token_that_lives_a_few_seconds_is_not_refreshed_on_every_read', async () => {
    const { subject, connection } = await suite.one([{ members: { expires_in: 20 } }]);
    const { body } = await suite.rig.refresh(connection);
    for (let reads = 0; reads < 20; reads += 1) await suite.assert_served(connection, body.access_token, []);
    assert.equal(subject.requests().length, 1);
    await suite.rig.advance(21);
    await suite.assert_renewed(connection, 3);
  });

  test('refresh_rule_10_an_answer_without_a_refresh_token_keeps_the_old_one', async () => {
    suite.provider.settings.rotation = 'none';
    const { subject, connection } = await suite.one();
    assert.equal((await suite.rig.refresh(connection)).body.generation, 2);
    assert.equal((await suite.rig.refresh(connection, 2)).body.generation, 3);
    assert.deepEqual(subject.requests().map(({ params }) => params.refresh_token), [connection.refresh_token, connection.refresh_token]);
  });

  for (const [name, behaviour] of [
    ['form encoded', { form: true }],
    ['form encoded, called text', { form: true, content_type: 'text/plain' }],
    ['JSON without a media type', { content_type: '' }],
    ['JSON, called HTML', { content_type: 'text/html; charset=utf-8' }],
    ['chunked', { chunked: true }],
    ['in drops', { drip: { bytes: 100, ms: 1, headers: true } }],
    ['200 with an error that is empty', { members: { error: '' } }],
    ['status 201', { status: 201 }],
    ['members nobody asked for', { members: { scopes: ['a'], nested: { deep: [1, 2, { x: null }] }, '': 'empty' } }],
  ]) {
    test(`checklist_30_and_checklist_31_a_good_answer_is_read_and_its_refresh_token_is_the_next_one: ${name}`, async () => {
      const { subject, connection } = await suite.one([behaviour]);
      const { status, body } = await suite.rig.refresh(connection);
      assert.equal(status, 200, body.detail);
      assert.ok(suite.rig.takes(body.access_token));
      assert.equal((await suite.rig.refresh(connection, 2)).body.generation, 3);
      assert.deepEqual(subject.requests().map(({ refresh_generation }) => refresh_generation), [1, 2]);
    });
  }

  test('refresh_5_5_and_refresh_rule_18_readers_of_an_ended_token_and_a_hundred_rejections_make_one_request_each', async () => {
    const { subject, connection } = await suite.one([{ gate: 'storm' }]);
    await suite.rig.advance(601);
    const readers = Array.from({ length: 100 }, () => suite.rig.token(connection));
    await suite.provider.script.held('storm');
    suite.provider.script.release('storm');
    for (const { status, body } of await Promise.all(readers)) assert.deepEqual([status, body.generation], [200, 2]);
    const rejected = await Promise.all(Array.from({ length: 100 }, () => suite.rig.refresh(connection, 2)));
    for (const { status, body } of rejected) assert.deepEqual([status, body.generation], [200, 3]);
    assert.equal(subject.requests().length, 2);
  });
});
