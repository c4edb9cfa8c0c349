// A server that says yes: its tokens live for an hour, and its API answers what it was asked.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { secret } from '../support/test_run.mjs';

const token = () => secret(randomBytes(24).toString('base64url'));

const kAnswers = {
  '/token': () => ({ access_token: token(), refresh_token: token(), token_type: 'Bearer', expires_in: 3600 }),
  '/revoke': () => ({}),
  '/introspect': () => ({ active: true }),
  '/userinfo': () => ({ sub: 'account-1', id: 1 }),
};

/** Answers {origin, requests, end()}: `requests` counts what it was asked, by path. */
export async function start_stand_in_provider() {
  const requests = {};
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://provider');
    const place = pathname.startsWith('/api') ? '/api' : pathname;
    requests[place] = (requests[place] ?? 0) + 1;
    const known = kAnswers[pathname] ?? (place === '/api' ? () => ({ method: request.method, url: request.url }) : null);
    request.resume().on('end', () => {
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(known ? known() : { error: 'not_found' }));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    end: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
