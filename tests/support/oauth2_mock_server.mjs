// npm oauth2-mock-server as a process of its own. By itself it takes any client, any refresh token and any bearer token; its hooks
// let a host decide, and here they hold it to what a server owes its clients.
import { createPublicKey, randomBytes, randomUUID, verify } from 'node:crypto';

import { OAuth2Server } from 'oauth2-mock-server';

import { answer_json, listen, read_body } from './listener.mjs';
import { end_with_parent, say_ready } from './server_process.mjs';

const settings = { rotate: true, ...JSON.parse(process.argv[2] ?? '{}') };
const client = { client_id: 'confidential', client_secret: randomBytes(24).toString('base64url') };
const public_client = { client_id: 'public', client_secret: null };
const refresh_tokens = new Map();           // token -> client

const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
const issuer = `http://127.0.0.1:${server.address().port}`;
server.issuer.url = issuer;

/** The client that a token request proves to come from; null: none that is known. */
function client_of({ headers, body }) {
  const [, basic] = /^Basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
  const [id, sent] = basic
    ? Buffer.from(basic, 'base64').toString('utf8').split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
    : [body.client_id, body.client_secret];
  return [client, public_client].some(({ client_id, client_secret }) => client_id === id && client_secret === (sent ?? null)) ? id : null;
}

const refuse = (response, statusCode, error) => Object.assign(response, { statusCode, body: { error } });

server.service.on('beforeResponse', (response, req) => {
  const id = client_of(req);
  if (!id) return refuse(response, 401, 'invalid_client');
  if (req.body.grant_type !== 'refresh_token') {
    if (response.body.refresh_token) refresh_tokens.set(response.body.refresh_token, id);
    return response;
  }
  if (refresh_tokens.get(req.body.refresh_token) !== id) return refuse(response, 400, 'invalid_grant');
  if (settings.rotate) {
    refresh_tokens.delete(req.body.refresh_token);
    refresh_tokens.set(response.body.refresh_token, id);
  } else {
    delete response.body.refresh_token;
  }
  return response;
});

// two tokens of one second would be the same JWT
server.service.on('beforeTokenSigning', (token) => { token.payload.jti = randomUUID(); });

/** The claims of a bearer token that this server signed and that lives; null otherwise. */
function claims_of(authorization) {
  const [, header, payload, signature] = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization ?? '') ?? [];
  if (!signature) return null;
  const [key] = server.issuer.keys.toJSON();
  if (!verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url'))) return null;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return claims.exp * 1000 > Date.now() ? claims : null;
}

server.service.on('beforeUserinfo', (response, req) => {
  const claims = claims_of(req.headers.authorization);
  if (claims) Object.assign(response.body, { sub: claims.sub ?? null });
  else refuse(response, 401, 'invalid_token');
});

const control = await listen(async (req, res) => answer_json(res, 200, Object.assign(settings, JSON.parse(await read_body(req)))));

end_with_parent(() => control.close());
say_ready({ issuer, control: control.origin, client, public_client });
