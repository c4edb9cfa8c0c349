// A script in a fresh realm, the round trip to its worker included.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { limited } from '../support/figures.mjs';
import { bar_plot } from '../support/plot.mjs';

export const title = 'A script call in a fresh realm';

export async function run() {
  const program = join(process.env.VALETKEY_BINARY, '../valetkey-script-cost');
  const { stdout } = await promisify(execFile)(program, []);
  const { calls, p50_us, p90_us, p99_us } = JSON.parse(stdout);
  return {
    notes: [`${calls} calls of a parser one after the other, a body of 2 KiB; realm, compilation, call, frames and the check of the answer`],
    figures: [limited({ name: 'script call, p50', figure: p50_us, unit: 'us', limit: 500 })],
    plot: bar_plot({ title, note: 'us a call', bars: [{ label: 'p50', value: p50_us, is_ours: true }, { label: 'p90', value: p90_us, is_ours: true }, { label: 'p99', value: p99_us, is_ours: true }] }),
  };
}
