// kill -9 at random moments of a storm of refreshes against a provider that rotates, detects reuse, dawdles and drops answers.
// After each restart nothing that was acknowledged is missing, every connection comes to an end, and no refresh token was sent twice at
// once, or again where DESIGN 5.4 does not say so. SOAK=1 makes 50 rounds.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';

import { nasty_credential } from '../support/credential_bodies.mjs';
import { http_request } from '../support/http_request.mjs';
import { eventually } from '../support/nasty_rig.mjs';
import { start_script } from '../support/server_process.mjs';
import { secret, spread } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

const kRounds = process.env.SOAK ? 50 : 5;
const kRealRounds = process.env.SOAK ? 5 : 1;
const kConnections = 60;
const kLifetime = 3600;
const kEpoch = Date.UTC(2026, 0, 1);

/** The nasty provider as a child: a kill of the broker must not touch it, nor this process stop it from answering. */
async function start_provider() {
  const child = await start_script(new URL('../support/nasty_provider_server.mjs', import.meta.url), [JSON.stringify({ rotation: 'strict', expires_in: kLifetime })]);
  const control = async (path, body) => (await http_request(`${child.ready.control_url}/_control${path}`, body && { method: 'POST', body: JSON.stringify(body) })).json();
  return {
    ...child.ready,
    control,
    requests: async () => (await control('/log')).filter(({ is_token }) => is_token),
    takes: async (access_token) => (await http_request(child.ready.api_url, { headers: { authorization: `Bearer ${access_token}` } })).status === 200,
    stop: () => child.stop(),
  };
}

/** Mostly slow, sometimes wicked. */
function behaviour() {
  const dice = randomInt(100);
  if (dice < 3) return { rotate_then_reset: true };
  if (dice < 6) return { reset_after_read: true };
  if (dice < 8) return { status: 502 };
  if (dice < 10) return { status: 503 };
  if (dice < 12) return { truncate: randomInt(60) };
  return { delay_before_ms: randomInt(30), delay_ms: randomInt(40) };
}

class Storm {
  elapsed = 0;
  answers = 0;
  connections = [];
  #waiting = [];

  async start(stepped) {
    this.stepped = stepped;
    this.provider = await start_provider();
    this.broker = await start_valetkey({ name: 'storm', stepped, env: stepped ? {} : { VALETKEY_TOKEN_REQUEST_TIMEOUT: '1s' } });
    this.credential = await this.broker.api('POST', '/v1/credentials', { body: nasty_credential(this.provider) });
    await Promise.all(Array.from({ length: kConnections }, () => this.create()));
    return this;
  }

  async stop() {
    try {
      await this.broker?.end();
    } finally {
      await this.provider.stop();
    }
  }

  expires_at() { return new Date((this.stepped ? kEpoch + this.elapsed * 1000 : Date.now()) + kLifetime * 1000).toISOString(); }

  async create() {
    const [{ grant, access_token, refresh_token }] = await this.provider.control('/mint', { n: 1 });
    secret(access_token, refresh_token);
    const { id } = await this.broker.api('POST', '/v1/connections', {
      body: { credential: this.credential.id, end_user: { id: grant }, import: { access_token, refresh_token, expires_at: this.expires_at() } },
    });
    this.connections.push({ id, grant, generation: 1, access_token, is_dead: false, tokens: [] });
  }

  /** A token that somebody got: from now on nothing older may be answered, and its refresh token may not be spent again. */
  acknowledge(connection, { generation, access_token }, least) {
    assert.ok(generation >= least, `${connection.id} answered generation ${generation} after ${least} was out`);
    if (generation === connection.generation) assert.equal(access_token, connection.access_token, `two tokens of generation ${generation}`);
    if (generation <= connection.generation) return;
    connection.tokens.push(access_token);
    Object.assign(connection, { generation, access_token });
  }

  /** One call of the storm; false when the broker is gone. */
  async ask(connection, method, path, body) {
    const least = connection.generation;
    let answer;
    try {
      answer = await this.broker.call(method, `/v1/connections/${connection.id}${path}`, { body, expect: [200, 409, 503] });
    } catch (error) {
      if (this.is_killed) return null;
      throw error;
    }
    this.count();
    if (answer.status === 200) this.acknowledge(connection, answer.body, least);
    else assert.ok(['needs_reconnect', 'provider_unavailable', 'refresh_outcome_unknown', 'store_busy'].includes(answer.body.code), answer.text);
    return answer;
  }

  count() {
    this.answers += 1;
    this.#waiting = this.#waiting.filter(({ least, go_on }) => this.answers < least || go_on());
  }

  /** Resolves after `count` more answers, or when the broker is killed. */
  async further(count) {
    if (!this.is_killed) await new Promise((resolve) => { this.#waiting.push({ least: this.answers + count, go_on: resolve }); });
  }

  async kill() {
    this.is_killed = true;
    for (const { go_on } of this.#waiting.splice(0)) go_on();
    await this.broker.kill9();
  }

  living() { return this.connections.filter(({ is_dead }) => !is_dead); }

  /** Refreshes, reads and creates until the broker is killed, after `count` answers and a moment. */
  async rage(count) {
    const { provider } = this;
    await provider.control('', { route: '/token', script: Array.from({ length: 600 }, behaviour) });
    this.is_killed = false;
    this.answers = 0;
    const pool = this.living();
    const any = () => pool[randomInt(pool.length)];
    const until_killed = async (step) => { while (!this.is_killed) await step(); };
    const refresher = () => until_killed(async () => {
      const connection = any();
      await this.ask(connection, 'POST', '/refresh', { rejected_generation: connection.generation });
    });
    const reader = () => until_killed(() => this.ask(any(), 'GET', '/token'));
    const creator = () => until_killed(async () => {
      await this.create().catch((error) => { if (!this.is_killed) throw error; });
      await this.further(20);
    });
    const clock = () => until_killed(async () => {
      await this.advance(1).catch((error) => { if (!this.is_killed) throw error; });
      await this.further(10);
    });
    const killer = async () => {
      await this.further(count);
      await new Promise((resolve) => { setTimeout(resolve, randomInt(40)); });
      await this.kill();
    };
    const all = [...Array.from({ length: 12 }, refresher), ...Array.from({ length: 4 }, reader), creator(), killer()];
    if (this.stepped) all.push(clock());
    await Promise.all(all);
    // what had reached the provider is over before the next life begins
    await provider.control('', { route: '/token', clear: true });
    await eventually('the provider is quiet', async () => (await provider.requests()).every(({ finished_at }) => finished_at !== null));
    this.boundary = Math.max(0, ...(await provider.requests()).map(({ n }) => n));
    for (const connection of this.connections) connection.at_kill = connection.generation;
  }

  async advance(seconds) {
    this.elapsed += seconds;
    await Promise.all([this.provider.control('/advance', { seconds }), this.broker.advance(seconds)]);
  }

  /** The next life; answers how long it took to be ready, in ms. */
  async rise() {
    const began = performance.now();
    await this.broker.start();
    const { status } = await this.broker.call('GET', '/readyz', { key: null });
    const took = performance.now() - began;
    assert.equal(status, 200);
    if (this.stepped) await this.broker.advance(this.elapsed);  // its clock began anew
    return took;
  }

  /** Everything acknowledged is there, and what was handed out is still good unless a newer one took its place. */
  async assert_nothing_lost() {
    // a second use of a lost answer's refresh token ended these, which assert_careful() looks into
    const killed = new Set((await this.provider.control('/counters')).killed.map(({ grant }) => grant));
    await Promise.all(this.living().map(async (connection) => {
      const { status, body, text } = await this.broker.call('GET', `/v1/connections/${connection.id}`, { expect: [200] });
      assert.equal(status, 200);
      assert.ok(body.grant.generation >= connection.generation, `lost: generation ${connection.generation} of ${text}`);
      if (body.state !== 'active') return;
      const least = connection.generation;
      const token = await this.broker.call('GET', `/v1/connections/${connection.id}/token`, { expect: [200, 409] });
      if (token.status === 409) return;
      this.acknowledge(connection, token.body, least);
      assert.ok(killed.has(connection.grant) || await this.provider.takes(token.body.access_token), `the token of ${connection.id} is not good`);
    }));
  }

  /** Leases and tokens end, and then each connection renews its token or needs a reconnect. */
  async settle() {
    if (this.stepped) await this.advance(kLifetime + 60);
    let open = this.living();
    await eventually('every connection comes to an end', async () => {
      if (this.stepped) await this.advance(30);
      const answers = await Promise.all(open.map((connection) => (this.stepped
        ? this.ask(connection, 'GET', '/token')
        : this.ask(connection, 'POST', '/refresh', { rejected_generation: connection.generation }))));
      for (const [i, { status, body }] of answers.entries()) open[i].is_dead ||= status === 409 && body.code === 'needs_reconnect';
      open = open.filter((_, i) => answers[i].status === 503);
      return open.length === 0;
    }, 60_000);
  }

  /** What the provider saw is what it may see. Answers how much of it there was. */
  async assert_careful() {
    const requests = await this.provider.requests();
    const counters = await this.provider.control('/counters');
    assert.equal(counters.concurrent_same_token, 0, 'a refresh token was sent twice at once');
    const by_grant = grouped(requests);
    const seen = { requests: requests.length, resent: 0, resent_after_the_kill: 0, dead: 0, dead_by_the_kill: 0 };
    for (const connection of this.connections) {
      const all = by_grant.get(connection.grant) ?? [];
      for (const [i, request] of all.entries()) {
        if (request.n > this.boundary) assert.ok(request.refresh_generation >= connection.at_kill, `spent again after it was acknowledged: ${JSON.stringify(request)}`);
        const before = all.slice(0, i).findLast(({ refresh_generation }) => refresh_generation === request.refresh_generation);
        if (!before) continue;
        seen.resent += 1;
        const was_answered = before.answered === 'full' && before.status === 200;
        const died_between = before.n <= this.boundary && request.n > this.boundary;
        if (died_between) seen.resent_after_the_kill += 1;
        assert.ok(!was_answered || died_between, `sent again although it was answered: ${JSON.stringify([before, request])}`);
      }
      if (!connection.is_dead || connection.is_accounted_for) continue;
      connection.is_accounted_for = true;
      const { state, state_reason, grant } = await this.broker.api('GET', `/v1/connections/${connection.id}`);
      assert.deepEqual([state, state_reason], ['needs_reconnect', 'refresh_outcome_unknown']);
      const reuse = all.at(-1);
      const spender = all.find(({ n }) => n === reuse.spent_before_by);
      assert.equal(reuse.reused, true, `given up without need: ${JSON.stringify(all)}`);
      assert.equal(grant.generation, spender.refresh_generation, 'the rotated token was saved and not used');
      assert.ok(spender.answered !== 'full' || spender.n <= this.boundary, `an answer was lost without a crash: ${JSON.stringify(spender)}`);
      seen.dead += 1;
      if (spender.answered === 'full' || spender.answered === 'abandoned') seen.dead_by_the_kill += 1;
    }
    return seen;
  }

  assert_no_litter() {
    const rescue = join(this.broker.data_dir, 'rescue');
    assert.deepEqual(existsSync(rescue) ? readdirSync(rescue) : [], [], 'rescue records are left');
    for (const place of [this.broker.directory, this.broker.data_dir]) {
      assert.deepEqual(readdirSync(place).filter((name) => /^(vg)?core(\.|$)/.test(name)), [], 'a core file');
    }
  }
}

function grouped(requests) {
  const out = new Map();
  for (const request of requests) out.set(request.grant, [...out.get(request.grant) ?? [], request]);
  return out;
}

async function run(t, stepped, rounds) {
  const storm = new Storm();
  t.after(() => storm.stop());
  await storm.start(stepped);
  const ready = [];
  const totals = {};
  for (let round = 0; round < rounds; round += 1) {
    await storm.rage(randomInt(100, 500));
    ready.push(await storm.rise());
    await storm.assert_nothing_lost();
    await storm.settle();
    const seen = await storm.assert_careful();
    for (const [name, number] of Object.entries(seen)) totals[name] = (totals[name] ?? 0) + number;
    storm.assert_no_litter();
    await storm.provider.control('/reset_log', {});
    while (storm.living().length < kConnections) await storm.create();
  }
  secret(...spread(storm.connections.flatMap(({ tokens }) => tokens)));
  ready.sort((a, b) => a - b);
  t.diagnostic(`${rounds} rounds, ${storm.connections.length} connections, ${JSON.stringify(totals)}, ready after ${ready.map(Math.round).join(', ')} ms`);
  assert.ok(ready[Math.floor(ready.length / 2)] < 2000, `ready after ${ready} ms`);
}

test('refresh_5_4_and_refresh_5_3_kill_9_in_a_refresh_storm_loses_nothing', { timeout: kRounds * 120_000 }, (t) => run(t, true, kRounds));

test('refresh_5_2_kill_9_in_a_refresh_storm_by_the_real_clock_leaves_no_lease_behind', { timeout: kRealRounds * 120_000 }, (t) => run(t, false, kRealRounds));
