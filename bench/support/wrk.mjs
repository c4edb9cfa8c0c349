// The load: wrk, one thread, keep-alive connections.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { cpu_seconds, tree_of } from './processes.mjs';

const kScript = fileURLToPath(new URL('./wrk.lua', import.meta.url));

/** wrk with a script that ends in a line of JSON: {requests, duration, errors, p50, p90, p99, p999}; times in microseconds. */
export function run_wrk(args) {
  return new Promise((resolve, reject) => {
    execFile('wrk', args, (error, stdout, stderr) => {
      const line = stdout.split('\n').find((text) => text.startsWith('{'));
      if (error || !line) reject(new Error(`wrk: ${error?.message ?? stderr}`));
      else resolve(JSON.parse(line));
    });
  });
}

function wrk({ url, headers = {}, connections, seconds }) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', kScript];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  return run_wrk([...args, url]);
}

/**
 * Loads `target` {url, headers, pids}: what wrk says, and `per_cpu_second`, requests answered for each second of processor time of
 * the target's processes and of what they started. Rejects when an answer was not 2xx: a figure of errors is none.
 */
export async function load(target, { connections = 32, seconds = 3 } = {}) {
  const pids = target.pids.flatMap(tree_of);
  const before = cpu_seconds(pids);
  const result = await wrk({ ...target, connections, seconds });
  const cpu = cpu_seconds(pids) - before;
  if (result.errors > 0 || result.requests === 0) throw new Error(`load ${target.label}: ${result.errors} errors in ${result.requests} requests`);
  return { ...result, cpu, per_cpu_second: result.requests / cpu, cpu_us: (cpu * 1e6) / result.requests };
}
