// A loopback listener that nobody should ever call with a secret: it answers 200 and keeps what reached it.
import { listen, read_body } from './listener.mjs';

export class Sink {
  requests = [];
  #waiters = [];

  static async start({ port = 0, answer = { status: 200, headers: {}, body: 'ok' } } = {}) {
    const sink = new Sink();
    sink.answer = answer;
    sink.listener = await listen((req, res) => sink.#handle(req, res), { port });
    sink.origin = sink.listener.origin;
    return sink;
  }

  async #handle(req, res) {
    let body = Buffer.alloc(0);
    try {
      body = await read_body(req);
    } catch { /* what had arrived is lost with the connection; the request line counts all the same */ }
    this.requests.push({ method: req.method, url: req.url, headers: req.headers, raw_headers: req.rawHeaders, body });
    for (const waiter of this.#waiters.splice(0)) waiter();
    res.writeHead(this.answer.status, this.answer.headers);
    res.end(this.answer.body);
  }

  /** Those of `secrets` that reached this listener in any part of a request. */
  secrets_seen(secrets) {
    const bytes = this.requests.map(({ method, url, raw_headers, body }) => `${method} ${url}\n${raw_headers.join('\n')}\n${body.toString('latin1')}`).join('\n');
    const readable = `${bytes}\n${decodeURIComponent(bytes.replace(/%(?![0-9a-f]{2})/gi, '%25'))}`;
    return secrets.filter((secret) => readable.includes(secret) || readable.includes(Buffer.from(secret).toString('base64')));
  }

  /** Resolves with the requests once there are `count`. */
  async received(count = 1) {
    while (this.requests.length < count) await new Promise((resolve) => { this.#waiters.push(resolve); });
    return this.requests;
  }

  stop() { return this.listener.close(); }
}
