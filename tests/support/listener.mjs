// One HTTP listener on a free loopback port that can be closed at once, whatever its connections are doing.
import http from 'node:http';

/**
 * Listens on `host:port` (a free port by default) and answers { server, port, origin, close() }.
 * close() resets what is still open, so that a test never waits for a keep-alive connection.
 */
export async function listen(handler, { host = '127.0.0.1', port = 0, on_connection } = {}) {
  const server = http.createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, handler);
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    // a peer that resets is a normal event in these tests
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    on_connection?.(socket);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 4096 }, resolve);
  });
  const { port: bound } = server.address();
  return {
    server,
    port: bound,
    origin: `http://${host}:${bound}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    }),
  };
}

/** The whole body of a request as bytes; rejects when the peer goes away or sends more than `limit` bytes. */
export function read_body(req, limit = 16 << 20) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    req.on('data', (chunk) => {
      size += chunk.length;
      if (size > limit) reject(new Error(`read body: more than ${limit} bytes`));
      else chunks.push(chunk);
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('error', reject);
    req.on('close', () => reject(new Error('read body: connection closed')));
  });
}

/** Answers `value` as JSON. */
export function answer_json(res, status, value, headers = {}) {
  const body = JSON.stringify(value);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers });
  res.end(body);
}
