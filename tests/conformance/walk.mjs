// One cell of the matrix, walked from the outside: the broker through its API, the server through its own endpoints.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { Browser } from '../support/browser.mjs';
import { connect_account } from '../support/connect_flow.mjs';
import { basic_authorization, post_form } from '../support/http_request.mjs';
import { secret } from '../support/test_run.mjs';

/** A form, POSTed to `url` by the client itself, as it authenticates. */
export function post_as(client, client_authentication, url, members) {
  const { client_id, client_secret } = client;
  if (client_authentication === 'client_secret_basic') return post_form(url, members, { authorization: basic_authorization(client_id, client_secret) });
  return post_form(url, { ...members, client_id, ...client_secret === null ? {} : { client_secret } });
}

/** `400 invalid_grant`, or what stands in its place. */
export function refusal_of({ status, headers, text }) {
  if (!text) return `${status} with an empty body`;
  return `${status} ${/json/.test(headers['content-type'] ?? '') ? JSON.parse(text).error : 'without JSON'}`;
}

export async function is_active(client, client_authentication, introspection_url, token) {
  const answer = await post_as(client, client_authentication, introspection_url, { token });
  assert.equal(answer.status, 200, `introspection: ${answer.status} ${answer.text}`);
  return answer.json().active;
}

/**
 * `world`: { broker, server, product, integrations, recorders, fact(name, value, variant) } (matrix.mjs). Each member is one step; what a
 * step finds out is asserted at once.
 */
export class Walk {
  constructor(world, cell) {
    Object.assign(this, world);
    this.cell = cell;
    this.client = this.server.client(cell);
    this.recorder = this.recorders.get(cell.rotation ?? 'rotated');
    this.kind = cell.rotation ?? 'Client Credentials';
    secret(this.client.client_secret);
  }

  async register() {
    const { cell, client, product, broker } = this;
    this.return_url = `${product.origin}/connected`;
    const integration = this.integrations.get(cell.rotation ?? 'rotated');
    const members = {};
    if (cell.grant === 'authorization_code') {
      const { redirect_uri } = await broker.api('POST', '/v1/callback-keys', { body: { integration } });
      await this.server.set_redirect_uris([redirect_uri]);
      Object.assign(members, { redirect_uri, return_urls: [this.return_url] });
    }
    return broker.api('POST', '/v1/credentials', {
      body: {
        name: `${integration} ${randomBytes(4).toString('hex')}`, integration, authentication_type: 'oauth2', grant_type: cell.grant, client_id: client.client_id,
        ...client.client_secret === null ? {} : { client_secret: client.client_secret },
        client_authentication: cell.client_authentication, scopes: this.server.scopes(cell.grant), ...members,
      },
      expect: 201,
    });
  }

  /** The exchanges that `work` makes at the token endpoint; each must authenticate the client in the one way of this cell. */
  async on_the_wire(work) {
    const earlier = this.recorder.exchanges.length;
    const result = await work();
    const exchanges = this.recorder.exchanges.slice(earlier);
    for (const { client_authentication } of exchanges) assert.equal(client_authentication, this.cell.client_authentication);
    return [result, exchanges];
  }

  async connect(credential) {
    const { broker, cell, server, return_url } = this;
    const [connection, exchanges] = await this.on_the_wire(async () => {
      if (cell.grant === 'authorization_code') {
        const browser = new Browser();
        const { connection: made } = await connect_account(broker, { credential: credential.id, return_url, browser, at_provider: () => server.consent(browser) });
        assert.deepEqual(browser.violations, []);
        const callback = browser.history.map(({ url }) => new URL(url)).find(({ pathname }) => pathname.startsWith('/oauth/callback/'));
        this.fact('`iss` in the authorisation response (RFC 9207)', callback.searchParams.has('iss') ? 'yes' : 'no');
        return made;
      }
      const { username, password } = server.account;
      return broker.api('POST', '/v1/connections', {
        body: { credential: credential.id, ...cell.grant === 'password' ? { end_user: { id: 'user-1' }, username, password: secret(password) } : {} }, expect: 201,
      });
    });
    assert.equal(connection.state, 'active');
    assert.deepEqual(exchanges.map(({ form, status }) => [form.get('grant_type'), status]), [[cell.grant, 200]]);
    const [{ answer }] = exchanges;
    this.fact('members of a token response', Object.keys(answer).sort().map((name) => `\`${name}\``).join(' '), cell.grant);
    this.fact('`token_type`', `\`${answer.token_type}\``);
    assert.equal(typeof answer.refresh_token === 'string', cell.grant !== 'client_credentials', 'a refresh token where the grant has one');
    return { ...connection, refresh_token: answer.refresh_token };
  }

  read({ id }) { return this.broker.api('GET', `/v1/connections/${id}/token`); }

  forced({ id }, rejected_generation, options) { return this.broker.api('POST', `/v1/connections/${id}/refresh`, { body: { rejected_generation }, ...options }); }

  async assert_works(token) {
    const { is_good, account } = await this.server.use(token, this.cell, this.client);
    assert.ok(is_good, 'the server\'s own resource takes the token');
    assert.equal(account, this.server.account_of(this.cell, this.client));
  }

  /** By introspection (RFC 7662), asked by the client itself. */
  is_active({ access_token }) { return is_active(this.client, this.cell.client_authentication, this.server.integration(this.cell.rotation ?? 'rotated').introspection_url, access_token); }

  /** What the server refuses to this client at all. */
  async assert_refused_there(credential) {
    const { broker, cell, server } = this;
    assert.equal(cell.grant, 'password');
    const { username, password } = server.account;
    const [refused, exchanges] = await this.on_the_wire(() => broker.api('POST', '/v1/connections', {
      body: { credential: credential.id, end_user: { id: 'user-1' }, username, password: secret(password) }, expect: [409, 422],
    }));
    assert.equal(refused.retryable, false);
    // one attempt: RFC 9700 2.4 leaves a password no second one
    assert.deepEqual(exchanges.map((exchange) => exchange.status >= 400 && exchange.status < 500), [true]);
    assert.deepEqual((await broker.api('GET', `/v1/connections?credential=${credential.id}`)).data, []);
  }

  /** The connection renews twice, each time with what the server gave last. Answers the last token. */
  async refresh(connection, first) {
    const { cell } = this;
    let current = first;
    let { refresh_token } = connection;
    for (let round = 0; round < 2; round += 1) {
      const [fresh, exchanges] = await this.on_the_wire(() => this.forced(connection, current.generation));
      assert.equal(exchanges.length, 1);
      const [{ form, answer, status }] = exchanges;
      assert.equal(status, 200);
      assert.equal(fresh.generation, current.generation + 1);
      assert.equal(fresh.access_token, answer.access_token);
      assert.notEqual(fresh.access_token, current.access_token);
      if (cell.grant === 'client_credentials') {
        assert.deepEqual([form.get('grant_type'), form.get('refresh_token')], ['client_credentials', null]);
      } else {
        assert.deepEqual([form.get('grant_type'), form.get('refresh_token')], ['refresh_token', refresh_token]);
        this.assert_rotation(refresh_token, answer.refresh_token);
        refresh_token = answer.refresh_token ?? refresh_token;
      }
      await this.assert_works(fresh);
      current = fresh;
    }
    connection.refresh_token = refresh_token;
    this.fact('the access token before a refresh', (await this.server.use(first, cell, this.client)).is_good ? 'lives on' : 'ends', this.kind);
    return current;
  }

  assert_rotation(spent, given) {
    if (this.cell.rotation === 'rotated') {
      assert.ok(given && given !== spent, 'a new refresh token');
      return;
    }
    assert.ok(given === undefined || given === spent, 'the same refresh token, or none');
    this.fact('the refresh token in the answer to a refresh that keeps it', given === undefined ? 'left out' : 'the same again');
  }

  /** A refresh token that was rotated away is spent there: whoever still has it gets nothing. */
  async assert_spent(credential) {
    const connection = await this.connect(credential);
    const first = await this.read(connection);
    await this.forced(connection, first.generation);
    const { refresh_token } = connection;
    const answer = await post_as(this.client, this.cell.client_authentication, this.server.integration('rotated').token_url, { grant_type: 'refresh_token', refresh_token });
    assert.ok(answer.status >= 400 && answer.status < 500, `a spent refresh token is refused: ${answer.status}`);
    this.fact('answer to a spent refresh token', refusal_of(answer));
    const after = await this.broker.call('POST', `/v1/connections/${connection.id}/refresh`, { body: { rejected_generation: first.generation + 1 }, expect: [200, 409] });
    this.fact('the grant after the second use of a refresh token', after.status === 200 ? 'lives on' : 'ends');
    if (after.status === 409) {
      const { state } = await this.broker.api('GET', `/v1/connections/${connection.id}`);
      this.fact('what the broker says of a grant that ended so', `\`${after.body.code}\`, the connection is \`${state}\``);
    }
    await this.broker.api('DELETE', `/v1/connections/${connection.id}`);
  }

  /** The connection is deleted, and with it what it held at the server. */
  async revoke(connection, token, former) {
    const { revocation } = await this.broker.api('DELETE', `/v1/connections/${connection.id}`);
    const { server, cell } = this;
    assert.equal(revocation.outcome, server.revocation_outcome?.(cell) ?? 'revoked', revocation.detail);
    if (server.missing('revoked', cell)) {
      await this.assert_works(token);
      return;
    }
    const used = await server.use(token, cell, this.client);
    assert.equal(used.is_good, false, 'the server\'s own resource refuses the token');
    if (used.refusal) this.fact('answer of its own resource to a token that is no longer active', used.refusal);
    if (!server.missing('introspected', cell)) assert.equal(await this.is_active(token), false);
    if (connection.refresh_token) {
      const answer = await post_as(this.client, cell.client_authentication, server.integration(cell.rotation).token_url, { grant_type: 'refresh_token', refresh_token: connection.refresh_token });
      assert.ok(answer.status >= 400 && answer.status < 500, `the refresh token of a deleted connection is refused: ${answer.status}`);
      this.fact('answer to a revoked refresh token', refusal_of(answer));
    }
    this.fact('access tokens from before the last refresh, after the revocation', (await server.use(former, cell, this.client)).is_good ? 'live until they expire' : 'ended', this.kind);
  }
}
