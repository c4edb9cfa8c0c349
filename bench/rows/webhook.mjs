// Signed webhooks, verified, parsed and on disk before the answer, against the same bytes inserted by bare SQLite in grouped commits.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { start_broker } from '../support/broker.mjs';
import { figure_of } from '../support/figures.mjs';
import { fresh_directory } from '../support/places.mjs';
import { bar_plot } from '../support/plot.mjs';
import { cpu_seconds, tree_of } from '../support/processes.mjs';
import { interleaved, ratio_of } from '../support/rounds.mjs';
import { signature_of, webhook_body, webhook_url } from '../support/webhooks.mjs';
import { run_wrk } from '../support/wrk.mjs';

export const title = 'Webhook, verified, parsed and durable';

const kSenders = 32;
const kSeconds = 3;
const kMost = 60_000;  // requests of one round; each is sent once
const kScript = fileURLToPath(new URL('../support/webhooks.lua', import.meta.url));
const run_program = promisify(execFile);

/** A file of `kMost` signed requests, each with an id of its own. */
function signed_requests(directory, round) {
  const lines = Array.from({ length: kMost }, (_, i) => {
    const body = webhook_body(round * kMost + i);
    return `${randomUUID()} ${signature_of(body)} ${body}`;
  });
  const file = join(directory, `requests-${round}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

export async function run(scope) {
  const broker = scope.owns(await start_broker('webhook'));
  const url = await webhook_url(broker);
  const directory = fresh_directory('webhook');
  const bytes = Buffer.byteLength(webhook_body(0)) + 300;  // the headers are kept too
  let round = 0;

  const ours = async () => {
    const file = signed_requests(directory, round++);
    const pids = tree_of(broker.pid);
    const before = cpu_seconds(pids);
    const result = await run_wrk(['-t1', `-c${kSenders}`, `-d${kSeconds}s`, '-s', kScript, url, '--', file]);
    rmSync(file);
    if (result.errors > 0 || result.requests === 0) throw new Error(`webhook load: ${result.errors} errors in ${result.requests} requests`);
    if (result.requests >= kMost) throw new Error('webhook load: the requests of the round ran out, raise kMost');
    return { per_second: result.requests / (result.duration / 1e6), p99: result.p99, cpu_us: ((cpu_seconds(pids) - before) * 1e6) / result.requests };
  };
  const bare = async () => {
    const file = join(directory, `bare-${round}.db`);
    const { stdout } = await run_program(join(process.env.VALETKEY_BINARY, '../valetkey-bare-sqlite'), [file, String(bytes), String(kSenders), String(kSeconds)]);
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    return { per_second: JSON.parse(stdout).per_second, p99: 0, cpu_us: 0 };
  };

  const [us, sqlite] = await interleaved([ours, bare], (measure) => measure());
  return {
    notes: [`${bytes} bytes a request; ${us.cpu_us.toFixed(0)} us of processor time each; the sender shares the two processors with the broker, bare SQLite has them alone`],
    figures: [
      figure_of({ name: 'webhook', figure: us.per_second, unit: 'webhooks per second', against: 'bare SQLite, grouped commits', against_figure: sqlite.per_second, ratio: ratio_of(us, sqlite, 'per_second'), goal: '>= 0.6' }),
      figure_of({ name: 'webhook_p99', figure: us.p99 / 1000, unit: 'ms at 32 senders', against: 'deadline of the strictest application (Slack, X)', against_figure: 3000 }),
    ],
    plot: bar_plot({
      title, note: 'requests per second on disk, 32 senders', goal: 0.6 * sqlite.per_second,
      bars: [{ label: 'valetkey', value: us.per_second, is_ours: true }, { label: 'bare SQLite', value: sqlite.per_second }],
    }),
  };
}
