// What reached the nasty provider, in order, with what a test wants to assert about it.

const ms = () => Math.round(performance.now() * 1000) / 1000;
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

export class RequestLog {
  entries = [];
  concurrent_same_token = 0;
  reused_after_rotation = 0;
  #in_flight = new Map();
  #waiters = [];
  #count = 0;

  add(route, req, params, extra = {}) {
    const entry = {
      n: ++this.#count,
      route,
      method: req.method,
      url: req.url,
      arrived_at: ms(),
      finished_at: null,
      content_type: req.headers['content-type'] ?? null,
      accept: req.headers.accept ?? null,
      params,
      status: null,
      // what the client got: full, partial, none (dropped by us), abandoned (the client left)
      answered: null,
      grant: null,
      ...extra,
    };
    this.entries.push(entry);
    for (const waiter of this.#waiters.splice(0)) waiter();
    return entry;
  }

  /** Marks a refresh token as being spent by `entry`; answers what to call when that request is over. */
  async begin_refresh(entry, token, known) {
    if (this.#in_flight.has(token)) {
      // a client that gave up and asks again may be read here before the end of its first connection is
      await turn();
      await turn();
    }
    entry.refresh_generation = known?.generation ?? null;
    entry.reused = known ? known.spent_at !== null : false;
    // the request that spent it; whether its answer was delivered tells a lost answer from a careless client
    entry.spent_before_by = known?.spent_by?.n ?? null;
    if (entry.reused) {
      this.reused_after_rotation += 1;
      entry.previous_answered = known.spent_by?.answered ?? null;
    }
    const others = this.#in_flight.get(token) ?? new Set();
    entry.overlapped_with = [...others].map(({ n }) => n);
    if (others.size > 0) this.concurrent_same_token += 1;
    others.add(entry);
    this.#in_flight.set(token, others);
    return () => {
      others.delete(entry);
      if (others.size === 0 && this.#in_flight.get(token) === others) this.#in_flight.delete(token);
    };
  }

  finish(entry, status, answered) {
    entry.status = status;
    entry.answered = answered;
    entry.finished_at = ms();
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  of(route, filter = {}) {
    return this.entries.filter((entry) => entry.route === route
      && Object.entries(filter).every(([name, value]) => entry[name] === value));
  }

  /** Resolves with the entries for which `test` holds once there are at least `count`. */
  async until(test, count = 1) {
    for (;;) {
      const found = this.entries.filter(test);
      if (found.length >= count) return found;
      await new Promise((resolve) => { this.#waiters.push(resolve); });
    }
  }

  clear() {
    this.entries.length = 0;
    this.concurrent_same_token = 0;
    this.reused_after_rotation = 0;
  }
}
