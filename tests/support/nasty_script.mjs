// What the nasty provider was told to do next: per route a queue of behaviours, then a default; and named gates.

const kMembers = new Set([
  // when
  'gate_before', 'gate', 'delay_before_ms', 'delay_ms',
  // whether the request takes effect
  'reset_before_read', 'process', 'error', 'error_description',
  // what is answered
  'status', 'headers', 'retry_after', 'json', 'body', 'content_type', 'members', 'omit', 'form', 'huge', 'account', 'redirect', 'location',
  // how it is sent
  'chunked', 'gzip', 'reset', 'close', 'raw', 'truncate', 'drip', 'rotate_then_reset', 'reset_after_read',
  // authorisation endpoint
  'deny', 'iss', 'omit_iss', 'state', 'code', 'query',
  // how often
  'repeat',
]);

const kShorthands = {
  // the provider rotates, and its answer is lost
  rotate_then_reset: { process: true, reset: true },
  // the request was read whole and had no effect
  reset_after_read: { process: false, reset: true },
};

function checked(behaviour) {
  for (const name of Object.keys(behaviour)) {
    if (!kMembers.has(name)) throw new Error(`nasty provider: no behaviour is called ${name}`);
  }
  const expanded = { ...behaviour };
  for (const [name, meaning] of Object.entries(kShorthands)) {
    if (expanded[name]) Object.assign(expanded, meaning);
    delete expanded[name];
  }
  // an answer that replaces the good one means that the request had no effect, unless it is said that it had
  const replaced = expanded.error ?? expanded.redirect ?? expanded.body ?? expanded.json ?? expanded.raw
    ?? (expanded.status >= 400 ? true : undefined);
  expanded.process ??= replaced === undefined;
  return expanded;
}

export class Script {
  #queues = new Map();
  #defaults = new Map();
  #gates = new Map();

  /** Queues behaviours for `route`; each is used for one request, or for `repeat` of them. */
  push(route, behaviours) {
    const queue = this.#queues.get(route) ?? [];
    for (const behaviour of behaviours) queue.push({ behaviour: checked(behaviour), left: behaviour.repeat ?? 1 });
    this.#queues.set(route, queue);
  }

  /** What `route` does when its queue is empty; null for the good provider. */
  set_default(route, behaviour) {
    if (behaviour) this.#defaults.set(route, checked(behaviour));
    else this.#defaults.delete(route);
  }

  clear(route) {
    this.#queues.delete(route);
    this.#defaults.delete(route);
  }

  left(route) {
    return (this.#queues.get(route) ?? []).reduce((sum, { left }) => sum + left, 0);
  }

  next(route) {
    const queue = this.#queues.get(route);
    if (!queue?.length) return this.#defaults.get(route) ?? { process: true };
    const [first] = queue;
    first.left -= 1;
    if (first.left <= 0) queue.shift();
    return first.behaviour;
  }

  #gate(name) {
    if (!this.#gates.has(name)) {
      const gate = { waiting: 0, arrivals: [] };
      gate.opened = new Promise((resolve) => { gate.open = resolve; });
      this.#gates.set(name, gate);
    }
    return this.#gates.get(name);
  }

  /** Holds a request at gate `name` until release(name), or until its client goes away. */
  async hold(name, socket) {
    const gate = this.#gate(name);
    gate.waiting += 1;
    for (const arrival of gate.arrivals) arrival();
    let gone;
    await Promise.race([gate.opened, new Promise((resolve) => { gone = resolve; socket.once('close', gone); })]);
    socket.off('close', gone);
    gate.waiting -= 1;
  }

  /** Lets everything at gate `name` go on; later requests find a new, closed gate. */
  release(name) {
    const gate = this.#gate(name);
    this.#gates.delete(name);
    gate.open();
    return gate.waiting;
  }

  /** Resolves once at least `count` requests are held at gate `name`. */
  async held(name, count = 1) {
    const gate = this.#gate(name);
    while (gate.waiting < count) await new Promise((resolve) => { gate.arrivals.push(resolve); });
    return gate.waiting;
  }

  release_all() {
    for (const name of [...this.#gates.keys()]) this.release(name);
  }
}
