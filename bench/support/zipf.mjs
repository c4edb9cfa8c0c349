// The load of many connections, which some are read far more often than others (zipf_load.cpp).
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';

import { program } from './places.mjs';
import { with_parent } from '../../tests/support/server_process.mjs';

/** {run(reads, rate) -> {hits, misses, uncertain, errors}, stop()}; latencies in microseconds. */
export function start_zipf(broker, list, seed = 1) {
  const [command, args] = with_parent(program('valetkey-zipf'), [String(broker.port), list, String(seed)]);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, VALETKEY_KEY: broker.key } });
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(reads, rate) {
      child.stdin.write(`${reads} reads at ${rate}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('valetkey-zipf ended');
      const result = JSON.parse(value);
      if (result.errors > 0) throw new Error(`valetkey-zipf: ${result.errors} answers other than 200`);
      return result;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
