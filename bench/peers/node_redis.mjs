// The usual do-it-yourself token service, with nothing in it that costs more than it must: node:http, one Redis read for the key, one
// for the connection, AES-256-GCM. No refresh, no log, no metrics.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { createClient } from 'redis';

const { PEER_PORT, PEER_REDIS, PEER_API_KEY, PEER_ENCRYPTION_KEY, PEER_CONNECTION, PEER_ACCESS_TOKEN } = process.env;
const encryption_key = Buffer.from(PEER_ENCRYPTION_KEY, 'hex');
const redis = await createClient({ url: PEER_REDIS }).connect();

const key_name = (key) => `key:${createHash('sha256').update(key).digest('hex')}`;

function seal(plain, id) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', encryption_key, nonce).setAAD(Buffer.from(id));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function open(text, id) {
  const bytes = Buffer.from(text, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', encryption_key, bytes.subarray(0, 12)).setAAD(Buffer.from(id)).setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString();
}

const tenant = 'tenant-1';
await redis.set(key_name(PEER_API_KEY), tenant);
await redis.set(`connection:${PEER_CONNECTION}`, JSON.stringify({
  tenant, token_type: 'Bearer', expires_at: new Date(Date.now() + 30 * 86_400_000).toISOString(), scopes: ['repo', 'read:user'], generation: 1,
  sealed: seal(PEER_ACCESS_TOKEN, PEER_CONNECTION),
}));

function answer(response, status, value) {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' }).end(body);
}

async function read_token(request, response) {
  const id = /^\/connections\/([^/]+)\/token$/.exec(request.url)?.[1];
  if (!id) return answer(response, 404, { error: 'not_found' });
  const [caller, row] = await Promise.all([redis.get(key_name(request.headers.authorization?.slice(7) ?? '')), redis.get(`connection:${id}`)]);
  if (caller === null) return answer(response, 401, { error: 'unauthenticated' });
  const connection = row && JSON.parse(row);
  if (connection?.tenant !== caller) return answer(response, 404, { error: 'not_found' });
  if (Date.parse(connection.expires_at) < Date.now() + 60_000) return answer(response, 503, { error: 'expired' });
  const { token_type, expires_at, scopes, generation } = connection;
  return answer(response, 200, { access_token: open(connection.sealed, id), token_type, expires_at, scopes, generation, warnings: [] });
}

const server = createServer((request, response) => {
  read_token(request, response).catch((error) => answer(response, 500, { error: String(error) }));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(PEER_PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
