// What a row has started, ended whatever happens to the row; and what else ran on the machine meanwhile.
import { busy_seconds, cpu_seconds, tree_of } from './processes.mjs';

export class Scope {
  #owned = [];
  #from = performance.now();
  #busy = busy_seconds();
  #own = cpu_seconds([process.pid]);

  /** Something with stop(), or end(). */
  owns(thing) {
    this.#owned.push(thing);
    return thing;
  }

  /** Processors that programs of others kept busy so far, on average. Before end(): what is running still counts as ours. */
  disturbance() {
    const own = cpu_seconds(tree_of(process.pid)) - this.#own;
    return Math.max(0, busy_seconds() - this.#busy - own) / ((performance.now() - this.#from) / 1000);
  }

  async end() {
    for (const thing of this.#owned.reverse()) {
      try {
        await (thing.end ? thing.end() : thing.stop());
      } catch (error) {
        console.error(`end: ${error.message}`);
      }
    }
    this.#owned = [];
  }
}
