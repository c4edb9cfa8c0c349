// A destination under test: keeps every delivery, and behaves as badly as it is told.
import { listen, read_body } from './listener.mjs';

export class Receiver {
  deliveries = [];
  #script = new Map();
  #held = [];

  static async start() {
    const receiver = new Receiver();
    receiver.listener = await listen((req, res) => receiver.#handle(req, res).catch(() => res.destroy()));
    receiver.origin = receiver.listener.origin;
    return receiver;
  }

  url(path = '/hook') { return `${this.origin}${path}`; }

  /** What the next deliveries at `path` get, in their order; then 200. A behaviour: a status, {status, headers, body}, `hang` or `reset`. */
  script(path, ...behaviours) { this.#script.set(path, behaviours); }

  /** Those that arrived at `path`, whole. */
  at(path = '/hook') { return this.deliveries.filter((each) => each.path === path); }

  async #handle(req, res) {
    const body = (await read_body(req)).toString('utf8');
    this.deliveries.push({ path: req.url, headers: req.headers, text: body, body: JSON.parse(body), id: req.headers['webhook-id'] });
    const behaviour = this.#script.get(req.url)?.shift() ?? 200;
    if (behaviour === 'hang') return void this.#held.push(res);
    if (behaviour === 'reset') return void res.destroy();
    const { status, headers = {}, body: answer = 'ok' } = typeof behaviour === 'number' ? { status: behaviour } : behaviour;
    res.writeHead(status, headers);
    res.end(answer);
  }

  stop() { return this.listener.close(); }
}
