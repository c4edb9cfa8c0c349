// An API that is nothing but bytes: it keeps each request as it stood on the wire, and sends what it is told, well-formed or not.
import net from 'node:net';

const kHeadEnd = Buffer.from('\r\n\r\n');

function parse_head(text) {
  const [request_line, ...lines] = text.split('\r\n');
  const [method, target] = request_line.split(' ');
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  return {
    head: text, request_line, method, target, headers,
    header: (name) => headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value).join(', '),
  };
}

/** {body, rest} of a chunked body that is complete, else null. */
function take_chunks(bytes) {
  const parts = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return null;
    const size = parseInt(bytes.toString('latin1', at, end), 16);
    if (bytes.length < end + 2 + size + 2) return null;
    if (size === 0) return { body: Buffer.concat(parts), rest: bytes.subarray(end + 4) };
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function take_request(bytes) {
  const end = bytes.indexOf(kHeadEnd);
  if (end < 0) return null;
  const head = parse_head(bytes.toString('latin1', 0, end));
  const behind = bytes.subarray(end + 4);
  if (/chunked/i.test(head.header('transfer-encoding'))) {
    const taken = take_chunks(behind);
    return taken && { request: { ...head, body: taken.body }, rest: taken.rest };
  }
  const size = Number(head.header('content-length') || 0);
  if (behind.length < size) return null;
  return { request: { ...head, body: behind.subarray(0, size) }, rest: behind.subarray(size) };
}

/** An answer with a length. `headers` is a list of lines. */
export const plain_answer = (body = '', { status = '200 OK', headers = ['Content-Type: text/plain'] } = {}) =>
  [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');

export const json_answer = (value, options = {}) =>
  plain_answer(JSON.stringify(value), { headers: ['Content-Type: application/json', ...options.headers ?? []], status: options.status });

class RawUpstream {
  requests = [];
  connections = 0;
  answer = () => plain_answer('ok');
  #sockets = new Set();

  async start() {
    this.server = net.createServer((socket) => this.#serve(socket));
    await new Promise((resolve) => { this.server.listen(0, '127.0.0.1', resolve); });
    this.port = this.server.address().port;
    this.origin = `http://127.0.0.1:${this.port}`;
    return this;
  }

  #serve(socket) {
    const connection = ++this.connections;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let bytes = Buffer.alloc(0);
    socket.on('data', async (data) => {
      bytes = Buffer.concat([bytes, data]);
      for (let taken = take_request(bytes); taken; taken = take_request(bytes)) {
        bytes = taken.rest;
        const request = { ...taken.request, connection, socket };
        this.requests.push(request);
        // Bytes, or a promise of them; null: whoever answers writes to the socket himself. An object with `close` ends the connection behind them.
        const answer = await this.answer(request, this.requests.length);
        if (answer === null || answer === undefined) continue;
        if (answer.close !== undefined) socket.end(answer.close);
        else socket.write(answer);
      }
    });
  }

  /** Forgets what was seen, and answers with `answer` from now on. */
  now(answer) {
    this.requests = [];
    this.answer = typeof answer === 'function' ? answer : () => answer;
  }

  get last() { return this.requests.at(-1); }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => { this.server.close(resolve); });
  }
}

export const start_raw_upstream = () => new RawUpstream().start();
