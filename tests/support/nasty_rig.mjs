// A broker, the nasty provider, and connections between them: what the tests of bad answers start from.
import assert from 'node:assert/strict';
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';

import { nasty_credential } from './credential_bodies.mjs';
import { start_nasty_provider } from './nasty_provider.mjs';
import { secret } from './test_run.mjs';
import { start_valetkey } from './valetkey.mjs';

/** Where the stepped clock starts. */
const kEpoch = Date.UTC(2026, 0, 1);
const kPatienceMs = 30_000;

/** Asks `question` until it answers something truthy, and answers that. */
export async function eventually(what, question, patience_ms = kPatienceMs) {
  const deadline = performance.now() + patience_ms;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`not in ${patience_ms} ms: ${what}`);
    await turn();
  }
}

const forms = new Map();
/** As it is, percent-encoded, in base64. */
function forms_of(one) {
  if (!forms.has(one)) forms.set(one, [...new Set([one, encodeURIComponent(one), Buffer.from(one).toString('base64')])]);
  return forms.get(one);
}

/** Secrets of `provider` that `text` holds; `but` are those that belong there. */
export function secrets_in(text, provider, but = []) {
  return [provider.client_secret, ...provider.secrets()].filter((one) => !but.includes(one) && forms_of(one).some((form) => text.includes(form)));
}

/** A credential whose token endpoint is a route of its own at the provider, so that nobody else eats its script. */
class Subject {
  constructor(rig, route, credential) {
    Object.assign(this, { rig, route, credential, connections: [] });
  }

  get id() { return this.credential.id; }

  /** What the token endpoint does next, a behaviour a request. */
  script(...behaviours) { this.rig.provider.script.push(this.route, behaviours); }

  /** What it does until further notice; null: behave. */
  always(behaviour) { this.rig.provider.script.set_default(this.route, behaviour); }

  requests(filter = {}) { return this.rig.provider.log.of(this.route, filter); }

  /** `count` connections of grants that live `expires_in` seconds more (null: without a known end). */
  async import_connections(count = 1, { expires_in = 3600, ...members } = {}) {
    const { broker, provider } = this.rig;
    const made = await Promise.all(provider.mint(count, { expires_in: expires_in ?? 3600 }).map(async ({ grant, account, access_token, refresh_token }) => {
      secret(refresh_token, access_token);
      const expires_at = expires_in === null ? {} : { expires_at: this.rig.time_in(expires_in) };
      const connection = await broker.api('POST', '/v1/connections', {
        body: { credential: this.id, end_user: { id: `user of ${account}` }, import: { access_token, refresh_token, ...expires_at }, ...members },
      });
      return { id: connection.id, grant, access_token, refresh_token };
    }));
    this.connections.push(...made);
    return made;
  }

  async import_connection(options) { return (await this.import_connections(1, options))[0]; }

  read() { return this.rig.broker.api('GET', `/v1/credentials/${this.id}`); }

  /** Gone, so that it does not refresh into the next test. */
  remove() { return this.rig.broker.api('DELETE', `/v1/credentials/${this.id}?cascade=true`); }
}

class NastyRig {
  #routes = 0;
  #agent = new http.Agent({ keepAlive: true });
  elapsed = 0;

  async start({ settings, stepped = true, env = {}, name = 'nasty', wrapper }) {
    this.provider = await start_nasty_provider(settings);
    try {
      this.broker = await start_valetkey({ name, stepped, env, wrapper });
    } catch (error) {
      await this.provider.stop();
      throw error;
    }
    this.stepped = stepped;
    return this;
  }

  async stop() {
    this.#agent.destroy();
    try {
      await this.broker.end();
    } finally {
      await this.provider.stop();
    }
  }

  /** By the broker's clock, RFC 3339. */
  time_in(seconds) { return new Date((this.stepped ? kEpoch + this.elapsed * 1000 : Date.now()) + seconds * 1000).toISOString(); }

  /** Seconds from now to `time`, by the broker's clock. */
  seconds_to(time) { return (Date.parse(time) - (kEpoch + this.elapsed * 1000)) / 1000; }

  /** Both clocks go on. */
  async advance(seconds) {
    this.elapsed += seconds;
    this.provider.advance(seconds);
    // the broker ends idle connections by its clock; those that wait for an answer go on
    this.#agent = new http.Agent({ keepAlive: true });
    await this.broker.advance(seconds);
  }

  /** kill -9, and the next life on the same data; the stepped clock, which begins anew with it, is moved to where it was. */
  async kill_and_restart() {
    await this.broker.kill9();
    await this.broker.start();
    if (this.stepped) await this.broker.advance(this.elapsed);
  }

  async subject(members = {}) {
    const route = `/token/${this.#routes += 1}`;
    const credential = await this.broker.api('POST', '/v1/credentials', {
      body: nasty_credential(this.provider, { token_url: `${this.provider.issuer}${route}`, ...members }),
    });
    return new Subject(this, route, credential);
  }

  /** The token as a service reads it: {status, body, headers, code}. An error must hold none of the provider's secrets. */
  token(connection, query = '') { return this.#asked('GET', `/v1/connections/${connection.id}/token${query}`); }

  refresh(connection, rejected_generation = 1) {
    return this.#asked('POST', `/v1/connections/${connection.id}/refresh`, { rejected_generation });
  }

  async #asked(method, path, body) {
    const answer = await this.broker.call(method, path, { body, agent: this.#agent, expect: [200, 409, 422, 502, 503] });
    const belongs = answer.status === 200 ? [answer.body.access_token] : [];
    assert.deepEqual(secrets_in(answer.text, this.provider, belongs), [], `a secret is in ${answer.text}`);
    const wait = answer.headers['retry-after'];
    return { ...answer, code: answer.body.code ?? null, retry_after: wait === undefined ? null : Number(wait) };
  }

  /** The connection as an operator sees it. */
  async connection({ id }) {
    const answer = await this.broker.call('GET', `/v1/connections/${id}`);
    assert.deepEqual(secrets_in(answer.text, this.provider), []);
    return answer.body;
  }

  /** Whether the provider's API takes this access token. */
  takes(access_token) { return this.provider.grants.grant_of_access_token(access_token) !== null; }

  /** `event.type` of the connection, in order. */
  async events(connection) {
    const { data } = await this.broker.api('GET', `/v1/events?connection=${connection.id}`);
    return data.map(({ type }) => type);
  }

  assert_never_concurrent() { assert.equal(this.provider.counters().concurrent_same_token, 0, 'a refresh token was sent twice at once'); }
}

/** Options: settings (of the provider), stepped (true), env, name, wrapper (of the broker). */
export const start_nasty_rig = (options = {}) => new NastyRig().start(options);
