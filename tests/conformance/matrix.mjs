// The tests of one server: a test per cell, then one that holds docs/conformance.md to what was found.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { post_form } from '../support/http_request.mjs';
import { Sink } from '../support/sink.mjs';
import { start_token_recorder } from '../support/token_recorder.mjs';
import { start_valetkey } from '../support/valetkey.mjs';
import { kCells, kRotations, name_of } from './cells.mjs';
import { Findings } from './findings.mjs';
import { post_as, refusal_of, Walk } from './walk.mjs';

/** The integration of a tenant for `server`, whose token endpoint is reached through `recorder`. */
const integration_body = (slug, title, rotation, server, recorder) => ({
  slug,
  name: `${title}, refresh tokens ${rotation}`,
  grant_types: ['authorization_code', 'password', 'client_credentials'],
  rotation: rotation === 'rotated' ? 'strict' : 'none',
  ...server.integration(rotation),
  token_url: recorder.url,
});

/**
 * `start()` answers the server:
 *   version, kind                 for the document
 *   integration(rotation)         URLs and protocol facts, members of POST /v1/integrations
 *   scopes(grant), client(cell), account ({username, password}), account_of(cell, client)
 *   odd_client(client_authentication)  {client_id, client_secret} with the secret of support/odd_secret.mjs; null: none
 *   prepare(cell)                 switches rotation where that is the server's and not the client's
 *   set_redirect_uris(uris), consent(browser)
 *   use(token, cell, client)      at the server's own resource: {is_good, account, refusal}
 *   instead(column, cell)         [outcome, reason] where `yes` would say too much (optional)
 *   missing(column, cell)         why the server does not offer it, for the columns connect, revoked and introspected; undefined where it does
 *   revocation_outcome(cell)      what the broker then says of the deleted connection; `revoked` without it
 *   stop()
 * `more(world)` adds tests of what `missing` says; `notes` is what the document adds to the facts that were measured.
 */
export function conformance({ slug, start, notes = [], more = () => {} }) {
  const findings = new Findings(slug, notes);
  const { title } = findings;
  const world = { recorders: new Map(), integrations: new Map(), fact: (...told) => findings.fact(...told) };

  describe(title, () => {
    before(async () => {
      const started = await Promise.allSettled([start(), Sink.start(), start_valetkey({ name: `conformance-${slug}` })]);
      // what did start is known to `after`, whatever did not
      [world.server, world.product, world.broker] = started.map(({ value }) => value);
      for (const { reason } of started) if (reason) throw reason;
      const { server, broker } = world;
      findings.about(server);
      for (const rotation of kRotations) {
        const recorder = await start_token_recorder(server.integration(rotation).token_url);
        const { slug: integration } = await broker.api('POST', '/v1/integrations', { body: integration_body(`${slug}-${rotation}`, title, rotation, server, recorder), expect: 201 });
        world.recorders.set(rotation, recorder);
        world.integrations.set(rotation, integration);
      }
    });
    after(async () => {
      await Promise.all([world.broker?.end(), world.product?.stop(), ...[...world.recorders.values()].map((recorder) => recorder.stop())]);
      await world.server?.stop();
    });

    for (const cell of kCells) {
      if (cell.grant === 'client_credentials' && cell.client_authentication === 'none') {
        test(`${name_of(cell)}: refused by the broker`, () => assert_refused(world, cell, findings));
      } else {
        test(name_of(cell), () => walk_cell(world, cell, findings));
      }
    }
    test('a wrong client secret', () => probe_wrong_secret(world));
    test('a client secret that form encoding changes', () => probe_odd_secret(world));
    more(world);
    test('docs/conformance.md says what this run found', () => {
      findings.write();
      findings.assert_documented();
    });
  });
}

async function walk_cell(world, cell, findings) {
  const { server } = world;
  await server.prepare?.(cell);
  const walk = new Walk(world, cell);
  const credential = await walk.register();
  const refusal = server.missing('connect', cell);
  if (refusal) {
    await walk.assert_refused_there(credential);
    for (const column of ['connect', 'token used', cell.rotation, 'revoked', 'introspected']) findings.found(cell, column, 'not offered', refusal);
    return;
  }
  const found = (column, outcome = 'yes') => findings.found(cell, column, ...server.instead?.(column, cell) ?? [outcome]);
  if (cell.rotation === 'rotated') await walk.assert_spent(credential);

  const connection = await walk.connect(credential);
  const first = await walk.read(connection);
  found('connect');
  await walk.assert_works(first);
  found('token used');
  if (!server.missing('introspected', cell)) {
    assert.equal(await walk.is_active(first), true);
    assert.equal(await walk.is_active({ access_token: 'never-issued' }), false);
  }
  const last = await walk.refresh(connection, first);
  for (const column of cell.rotation ? [cell.rotation] : kRotations) found(column, cell.rotation ? 'yes' : 'asked again');
  await walk.revoke(connection, last, first);
  for (const column of ['revoked', 'introspected']) {
    const reason = server.missing(column, cell);
    if (reason) findings.found(cell, column, 'not offered', reason);
    else found(column);
  }
}

/** RFC 6749 4.4: Client Credentials are for confidential clients only. */
async function assert_refused(world, cell, findings) {
  const { broker, integrations, server } = world;
  const refused = await broker.api('POST', '/v1/credentials', {
    body: {
      name: 'public machine', integration: integrations.get('rotated'), authentication_type: 'oauth2', grant_type: cell.grant, client_id: 'public',
      client_authentication: 'none', scopes: server.scopes(cell.grant),
    },
    expect: 422,
  });
  const error = refused.errors.find(({ pointer }) => pointer === '/client_authentication');
  assert.match(error.detail, /RFC 6749 section 4\.4/);
  findings.found(cell, 'connect', 'refused', 'the broker takes no such credential: this grant is for confidential clients (RFC 6749 section 4.4)');
}

async function probe_wrong_secret({ server, fact }) {
  for (const client_authentication of ['client_secret_basic', 'client_secret_post']) {
    const client = { ...server.client({ grant: 'client_credentials', client_authentication, rotation: null }), client_secret: 'certainly-not-the-secret' };
    const answer = await post_as(client, client_authentication, server.integration('rotated').token_url, { grant_type: 'client_credentials', scope: server.scopes('client_credentials').join(' ') });
    assert.ok(answer.status >= 400 && answer.status < 500);
    fact('answer to a wrong client secret', refusal_of(answer), client_authentication);
  }
}

/** RFC 6749 2.3.1 wants id and secret form-encoded in a Basic header, and the broker does it; not every server decodes them. */
async function probe_odd_secret({ server, broker, integrations, fact }) {
  for (const client_authentication of ['client_secret_basic', 'client_secret_post']) {
    const client = server.odd_client(client_authentication);
    if (!client) return;
    const { client_id, client_secret } = client;
    const { id } = await broker.api('POST', '/v1/credentials', {
      body: {
        name: `odd ${client_authentication}`, integration: integrations.get('rotated'), authentication_type: 'oauth2', grant_type: 'client_credentials', client_id,
        client_secret, client_authentication, scopes: ['read'],
      },
      expect: 201,
    });
    const { status } = await broker.call('POST', '/v1/connections', { body: { credential: id }, expect: [201, 409, 422] });
    if (status !== 201) {
      // the fault is not the broker's: the server takes what RFC 6749 does not allow
      const raw = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
      const answer = await post_form(server.integration('rotated').token_url, { grant_type: 'client_credentials', scope: 'read' }, { authorization: raw });
      assert.deepEqual([client_authentication, answer.status], ['client_secret_basic', 200]);
    }
    fact('a client secret with `+`, `%`, `=` or a space', status === 201 ? 'taken' : 'refused, the header is not form-decoded (RFC 6749 section 2.3.1)', client_authentication);
  }
}
