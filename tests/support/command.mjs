// Commands of the broker that end by themselves: what they print and their exit status.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { kRepository } from './test_run.mjs';

const kDeadlineMs = 60_000;

export const binary = () => process.env.VALETKEY_BINARY ?? join(kRepository, 'build/dev/valetkey');

/** Runs `valetkey args...`; answers {code, stdout, stderr}. One that does not end is killed and rejects. */
export async function run_command(args, { env = {}, cwd } = {}) {
  const child = spawn(binary(), args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: kDeadlineMs, killSignal: 'SIGKILL' });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => { out[name] += text; });
  const { code, signal } = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...ended) => resolve({ code: ended[0], signal: ended[1] }));
  });
  if (signal) throw new Error(`valetkey ${args.join(' ')}: ended with ${signal}\n${out.stdout}${out.stderr}`);
  return { code, ...out };
}

/** The same on the store of a broker (support/valetkey.mjs); `expect` is the exit status. */
export async function command_of(broker, args, { env = {}, expect = 0 } = {}) {
  const ended = await run_command(args, { env: { ...broker.environment(), ...env }, cwd: broker.directory });
  if (ended.code !== expect) {
    throw new Error(`valetkey ${args.join(' ')}: expected exit status ${expect}, got ${ended.code}\n${ended.stdout}${ended.stderr}`);
  }
  return ended;
}
