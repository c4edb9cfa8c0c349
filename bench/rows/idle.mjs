// What an empty broker needs: memory, and time to be ready.
import { start_broker } from '../support/broker.mjs';
import { limited } from '../support/figures.mjs';
import { bar_plot } from '../support/plot.mjs';
import { resident_mib } from '../support/processes.mjs';
import { median } from '../support/rounds.mjs';

export const title = 'Idle and empty';

const kStarts = 7;

export async function run(scope) {
  const broker = scope.owns(await start_broker('idle'));
  const starts = [];
  const resident = [];
  for (let i = 0; i < kStarts; ++i) {
    await broker.stop();
    const from = performance.now();
    await broker.start();
    starts.push(performance.now() - from);
    await broker.api('GET', '/v1/connections');
    resident.push(resident_mib(broker.pid));
  }
  const memory = median(resident);
  return {
    notes: [`start to ready of an empty store: ${median(starts).toFixed(0)} ms (median of ${kStarts}, ${Math.max(...starts).toFixed(0)} ms at most)`],
    figures: [
      limited({ name: 'idle_memory', figure: memory, unit: 'MiB resident', limit: 40 }),
      limited({ name: 'idle_start', figure: median(starts), unit: 'ms to ready', limit: 2000 }),
    ],
    plot: bar_plot({ title, note: 'MiB resident, without connections', goal: 40, bars: [{ label: 'valetkey', value: memory, is_ours: true }] }),
  };
}
