// A scriptable OAuth server for tests: good and rotating by default, as nasty as its script says.
import { randomBytes } from 'node:crypto';

import { answer_json, listen, read_body } from './listener.mjs';
import { altered, pause, send } from './nasty_answer.mjs';
import { authorization_answer, metadata } from './nasty_authorization.mjs';
import { control_handler } from './nasty_control.mjs';
import { Grants } from './nasty_grants.mjs';
import { RequestLog } from './nasty_log.mjs';
import { Script } from './nasty_script.mjs';
import { introspection_answer, parsed_body, presented_client, revocation_answer, token_answer } from './nasty_token_endpoint.mjs';
import { Sink } from './sink.mjs';
import { secret, spread } from './test_run.mjs';

const kDefaults = {
  expires_in: 3600,
  rotation: 'strict',
  grace_seconds: 0,
  scope: 'read',
  send_iss: true,
  // the account that consents next; null for a new one each time
  account: null,
  users: { alice: 'correct horse battery staple' },
};

class NastyProvider {
  constructor(settings) {
    this.settings = { ...kDefaults, ...settings };
    this.skew = 0;
    this.log = new RequestLog();
    this.script = new Script();
    this.connections = 0;
    this.api_calls = { ok: 0, refused: 0 };
    this.grants = new Grants(this.settings, () => this.now());
    this.client_secret = randomBytes(32).toString('base64url');
    this.grants.add_client({ client_id: 'nasty-client', client_secret: this.client_secret });
    this.grants.add_client({ client_id: 'nasty-public' });
  }

  /** Seconds; runs with the wall clock plus what advance() added. */
  now() { return Date.now() / 1000 + this.skew; }

  advance(seconds) { this.skew += seconds; }

  /** n grants with live tokens, without any flow. */
  mint(n = 1, { client_id = 'nasty-client', account, scope = this.settings.scope, expires_in = this.settings.expires_in } = {}) {
    return Array.from({ length: n }, () => this.grants.mint(client_id, account ?? `account-${this.grants.next_grant}`, scope, expires_in));
  }

  /** Codes and tokens that were issued, the newest last. */
  secrets() { return [...this.grants.codes.keys(), ...this.grants.refresh_tokens.keys(), ...this.grants.access_tokens.keys()]; }

  kill_grant(id, why = 'killed_by_test') { this.grants.kill(this.grants.grants.get(id), why); }

  /** What tests assert most: how often the token endpoint was asked, and how careless the client was. */
  counters() {
    const tokens = this.log.entries.filter(({ is_token }) => is_token);
    const by = (name) => tokens.reduce((sum, entry) => ({ ...sum, [entry[name]]: (sum[entry[name]] ?? 0) + 1 }), {});
    return {
      token_requests: tokens.length,
      by_grant_type: by('grant_type'),
      by_client_auth: by('client_auth'),
      concurrent_same_token: this.log.concurrent_same_token,
      reused_after_rotation: this.log.reused_after_rotation,
      killed: this.grants.killed,
      revocations: this.log.of('/revoke').length,
      api_calls: this.api_calls,
      connections: this.connections,
    };
  }

  async handle(req, res) {
    const url = new URL(req.url, this.issuer);
    const route = url.pathname;
    const behaviour = this.script.next(route);
    const kind = route.split('/')[1];
    const entry = this.log.add(route, req, Object.fromEntries(url.searchParams), { is_token: kind === 'token' && req.method === 'POST' });
    entry.behaviour = behaviour;
    let answer;
    let answered = 'abandoned';
    let end_refresh;
    try {
      if (behaviour.reset_before_read) {
        req.socket.resetAndDestroy();
        answered = 'none';
        return;
      }
      const bytes = await read_body(req);
      const presented = this.note_body(entry, req, bytes);
      if (entry.is_token && entry.grant_type === 'refresh_token') {
        const known = this.grants.refresh_tokens.get(entry.params.refresh_token);
        entry.grant = known?.grant.id ?? null;
        end_refresh = await this.log.begin_refresh(entry, entry.params.refresh_token, known);
      }
      if (behaviour.delay_before_ms) await pause(req, behaviour.delay_before_ms);
      if (behaviour.gate_before) await this.script.hold(behaviour.gate_before, req.socket);
      answer = altered(this.answer_of(kind, url, presented, entry, behaviour, req), behaviour);
      if (behaviour.delay_ms) await pause(req, behaviour.delay_ms);
      if (behaviour.gate) await this.script.hold(behaviour.gate, req.socket);
      // what counts as concurrent ends before the client can see the answer and send the next request
      if (!behaviour.drip) end_refresh?.();
      answered = await send(req, res, answer, behaviour);
    } catch (error) {
      if (!req.socket.destroyed) answer_json(res, 500, { error: 'server_error', error_description: error.message });
    } finally {
      end_refresh?.();
      this.log.finish(entry, answer?.status ?? null, answered);
    }
  }

  note_body(entry, req, bytes) {
    const { params, duplicates } = parsed_body(req.headers['content-type'], bytes);
    entry.body_bytes = bytes.length;
    if (req.method === 'POST') {
      entry.query = entry.params;
      entry.params = params;
    }
    entry.duplicates = duplicates;
    entry.grant_type = entry.params.grant_type ?? null;
    const presented = presented_client(req.headers, params);
    entry.client_auth = presented.client_auth;
    entry.client_id = presented.client_id ?? null;
    return presented;
  }

  answer_of(kind, url, presented, entry, behaviour, req) {
    if (behaviour.redirect) {
      const location = behaviour.location ?? `${this.sink.origin}/stolen`;
      return { status: behaviour.redirect, json: {}, headers: { location } };
    }
    switch (kind) {
      case 'token':
        if (req.method !== 'POST') return { status: 405, json: { error: 'invalid_request', error_description: 'POST only' } };
        return token_answer(this, presented, entry, behaviour);
      case 'revoke':
        return revocation_answer(this, presented, entry, behaviour);
      case 'introspect':
        return introspection_answer(this, presented, entry);
      case 'authorize': {
        const { status, location, text } = authorization_answer(this, entry.params, behaviour);
        return { status, json: text ? { error: text } : {}, headers: location ? { location } : {} };
      }
      case 'api':
      case 'userinfo':
        return this.api_answer(url, entry, req);
      case '.well-known':
        return { status: 200, json: metadata(this) };
      default:
        return { status: 404, json: { error: 'not_found' } };
    }
  }

  api_answer(url, entry, req) {
    const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const grant = this.grants.grant_of_access_token(token);
    if (!grant) {
      this.api_calls.refused += 1;
      return { status: 401, json: { error: 'invalid_token' }, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
    }
    this.api_calls.ok += 1;
    entry.grant = grant.id;
    return { status: 200, json: { sub: grant.account, account: grant.account, scope: grant.scope, method: req.method, path: url.pathname } };
  }
}

/**
 * Starts the provider in this process. Answers the NastyProvider with issuer, authorization_url, token_url,
 * revocation_url, introspection_url, userinfo_url, api_url, control_url, client_id, client_secret, sink and stop().
 */
export async function start_nasty_provider(settings = {}) {
  const provider = new NastyProvider(settings);
  const main = await listen((req, res) => { provider.handle(req, res); }, {
    on_connection(socket) {
      provider.connections += 1;
      // connection level: {route: 'connect', script: [{reset: true}]}
      if (provider.script.left('connect') > 0 && provider.script.next('connect').reset) socket.resetAndDestroy();
    },
  });
  const control = await listen(control_handler(provider));
  provider.sink = await Sink.start();
  const { origin } = main;
  Object.assign(provider, {
    issuer: origin,
    authorization_url: `${origin}/authorize`,
    token_url: `${origin}/token`,
    revocation_url: `${origin}/revoke`,
    introspection_url: `${origin}/introspect`,
    userinfo_url: `${origin}/userinfo`,
    api_url: `${origin}/api/me`,
    base_uri: `${origin}/api`,
    control_url: control.origin,
    client_id: 'nasty-client',
    async stop() {
      secret(...spread(provider.secrets()));
      provider.script.release_all();
      await Promise.all([main.close(), control.close(), provider.sink.stop()]);
    },
  });
  return provider;
}
