// An API behind the proxy that takes its time: it holds answers back, pours and swallows bodies of any size at any pace, and says what
// reached it.
import { once } from 'node:events';

import { listen } from './listener.mjs';

const kPiece = Buffer.alloc(64 * 1024, 'x');

class SlowApi {
  connections = 0;   // accepted in all
  open = 0;
  #arrived = new Set();
  #awaited = new Map();

  async start() {
    this.listener = await listen((req, res) => this.#handle(req, res), {
      on_connection: (socket) => {
        this.connections += 1;
        this.open += 1;
        socket.on('close', () => { this.open -= 1; });
      },
    });
    this.origin = this.listener.origin;
    return this;
  }

  stop() { return this.listener.close(); }

  /** Resolves once a request whose query holds `n=<id>` is here. */
  arrived(id) {
    const key = String(id);
    if (this.#arrived.delete(key)) return Promise.resolve();
    return new Promise((resolve) => { this.#awaited.set(key, resolve); });
  }

  #note(id) {
    const resolve = this.#awaited.get(id);
    if (resolve) resolve();
    else this.#arrived.add(id);
    this.#awaited.delete(id);
  }

  async #handle(req, res) {
    const url = new URL(req.url, this.origin);
    const query = url.searchParams;
    if (query.has('n')) this.#note(query.get('n'));
    res.on('error', () => {});
    switch (url.pathname.split('/').pop()) {
      case 'hold':       // never answers
        return undefined;
      case 'endless':    // answers for as long as somebody reads, a piece now and then
        return this.#pour(req, res, Infinity, {}, 10);
      case 'pour':       // answers ?bytes= bytes; ?pause= ms between pieces
        return this.#pour(req, res, Number(query.get('bytes')), { 'content-length': query.get('bytes') }, Number(query.get('pause') ?? 0));
      case 'swallow':    // reads all, and answers how much that was; ?pause= ms between pieces
        return this.#swallow(req, res, Number(query.get('pause') ?? 0));
      default: {
        req.resume();
        const body = JSON.stringify({ ok: true });
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
        return res.end(body);
      }
    }
  }

  async #pour(req, res, bytes, headers, pause = 0) {
    req.resume();
    res.writeHead(200, { 'content-type': 'application/octet-stream', ...headers });
    let gone = false;
    const left = once(res, 'close').then(() => { gone = true; });
    for (let sent = 0; sent < bytes && !gone;) {
      const piece = kPiece.subarray(0, Math.min(kPiece.length, bytes - sent));
      sent += piece.length;
      this.poured = sent;
      if (!res.write(piece)) await Promise.race([once(res, 'drain').catch(() => {}), left]);
      if (pause) await new Promise((resolve) => { setTimeout(resolve, pause); });
    }
    return gone || res.end();
  }

  async #swallow(req, res, pause) {
    let size = 0;
    try {
      for await (const piece of req) {
        size += piece.length;
        this.swallowed = size;
        if (pause) await new Promise((resolve) => { setTimeout(resolve, pause); });
      }
    } catch {
      return undefined;  // the broker broke the call off
    }
    return res.writeHead(200, { 'content-length': String(size).length }).end(String(size));
  }
}

export const start_slow_api = () => new SlowApi().start();
