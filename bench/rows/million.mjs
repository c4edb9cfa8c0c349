// 1,000,000 connections, some read far more often than others, against 1,000.
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { import_connection, make_credential, start_broker, start_provider } from '../support/broker.mjs';
import { figure_of, limited } from '../support/figures.mjs';
import { program } from '../support/places.mjs';
import { line_plot } from '../support/plot.mjs';
import { resident_mib } from '../support/processes.mjs';
import { interleaved, median } from '../support/rounds.mjs';
import { start_zipf } from '../support/zipf.mjs';

export const title = '1,000,000 connections';

const kMany = Number(process.env.BENCH_CONNECTIONS ?? 1_000_000);
const kFew = 1_000;
const kRate = 2_000;          // reads a second: the processors have room, so that a latency is no queue
const kWarmUp = 300_000;      // fills the cache of the many
const kSeconds = 4;
const kStarts = 3;

/** A broker with `count` connections, not serving yet, and the file that lists them. */
async function seeded(scope, provider, count) {
  const broker = scope.owns(await start_broker(`connections-${count}`));
  const pattern = await import_connection(broker, await make_credential(broker, { base_uri: provider.origin, token_url: provider.token_url }));
  await broker.stop();
  const list = join(broker.directory, 'connections.txt');
  const from = performance.now();
  await promisify(execFile)(program('valetkey-seed'), [pattern.id, String(count), list], { env: broker.environment(), cwd: broker.directory });
  return { broker, list, seconds: (performance.now() - from) / 1000 };
}

async function start_times(broker, times) {
  const all = [];
  for (let i = 0; i < times; ++i) {
    if (broker.running) await broker.stop();
    const from = performance.now();
    await broker.start();
    all.push(performance.now() - from);
  }
  return all;
}

const flat = ({ hits, misses }) => ({
  hits: hits.count, hit_p50: hits.p50, hit_p90: hits.p90, hit_p99: hits.p99, hit_p999: hits.p999,
  misses: misses.count, miss_p50: misses.p50, miss_p90: misses.p90, miss_p99: misses.p99, miss_p999: misses.p999,
});

export async function run(scope) {
  const provider = scope.owns(await start_provider());
  const few = await seeded(scope, provider, kFew);
  const many = await seeded(scope, provider, kMany);
  const database_mib = statSync(join(many.broker.data_dir, 'valetkey.db')).size / 2 ** 20;
  await few.broker.start();
  const starts = await start_times(many.broker, kStarts);
  const resident_at_start = resident_mib(many.broker.pid);

  // the few last: the broker closes a connection that is idle for a minute
  many.load = scope.owns(start_zipf(many.broker, many.list));
  const warm_up_from = performance.now();
  await many.load.run(kWarmUp, 0);
  const warm_up_seconds = (performance.now() - warm_up_from) / 1000;
  few.load = scope.owns(start_zipf(few.broker, few.list));
  await few.load.run(10 * kFew, 0);
  const [of_few, of_many] = await interleaved([few, many], async ({ load }) => flat(await load.run(kRate * kSeconds, kRate)), { rounds: 7 });
  const ratio = median(of_many.rounds.map((round, i) => round.hit_p99 / of_few.rounds[i].hit_p99));
  const resident = resident_mib(many.broker.pid);
  const percentiles = (all, of) => ['p50', 'p90', 'p99', 'p999'].map((name) => all[`${of}_${name}`]);
  return {
    notes: [
      `${kMany} connections were sealed and stored in ${many.seconds.toFixed(0)} s, ${database_mib.toFixed(0)} MiB; ${kRate} reads a second (open loop), Zipf with exponent 1, cache of 256 MiB`,
      `hits p50 ${of_many.hit_p50.toFixed(0)} us (${of_few.hit_p50.toFixed(0)} us with ${kFew}); misses p50 ${of_many.miss_p50.toFixed(0)} us, p99 ${of_many.miss_p99.toFixed(0)} us, `
        + `${of_many.misses.toFixed(0)} of ${kRate * kSeconds} reads`,
      `${kWarmUp} reads before, as fast as they went, took ${warm_up_seconds.toFixed(0)} s; resident ${resident_at_start.toFixed(0)} MiB after the start`,
    ],
    figures: [
      figure_of({ name: 'million_hit_p99', figure: of_many.hit_p99, unit: 'us, hits', against: `${kFew} connections`, against_figure: of_few.hit_p99, ratio, goal: '<= 1.2' }),
      figure_of({ name: 'million_miss_p99', figure: of_many.miss_p99, unit: 'us, misses', against: 'hits', against_figure: of_many.hit_p99 }),
      limited({ name: 'million_start', figure: median(starts), unit: 'ms to ready', limit: 2000 }),
      limited({ name: 'million_memory', figure: resident, unit: 'MiB resident', limit: 600 }),
    ],
    plot: line_plot({
      title, note: `latency of a token read in us, ${kRate} a second, Zipf`, ticks: ['p50', 'p90', 'p99', 'p99.9'],
      lines: [
        { label: `${kFew} connections`, values: percentiles(of_few, 'hit') },
        { label: 'hits', values: percentiles(of_many, 'hit') },
        { label: 'misses', values: percentiles(of_many, 'miss') },
      ],
    }),
  };
}
