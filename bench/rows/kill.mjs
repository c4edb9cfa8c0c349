// kill -9 under load: what was acknowledged, and how soon the next life serves.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { import_connection, make_credential, start_broker, start_provider } from '../support/broker.mjs';
import { figure_of, limited } from '../support/figures.mjs';
import { bar_plot } from '../support/plot.mjs';

export const title = 'kill -9 under load';

const kRounds = 5;
const kWriters = 16;
const kReaders = 8;

/** Runs `step` again and again until the broker is gone. */
async function until_killed(state, step) {
  while (!state.is_killed) {
    try {
      await step();
    } catch (error) {
      if (!state.is_killed) throw error;
    }
  }
}

async function round(broker, credential, acknowledged) {
  const state = { is_killed: false };
  const write = async () => {
    const { id } = await import_connection(broker, credential, { end_user: `user-${acknowledged.length}` });
    acknowledged.push(id);
  };
  const read = async () => {
    await broker.api('GET', `/v1/connections/${acknowledged[randomInt(acknowledged.length)]}/token`);
  };
  const load = [...Array(kWriters).fill(write), ...Array(kReaders).fill(read)].map((step) => until_killed(state, step));
  await pause(700 + randomInt(600));
  state.is_killed = true;
  await broker.kill9();
  await Promise.all(load);
  const from = performance.now();
  await broker.start();
  return performance.now() - from;
}

async function lost_of(broker, acknowledged) {
  const lost = [];
  const rest = [...acknowledged];
  const check = async () => {
    for (let id = rest.pop(); id; id = rest.pop()) {
      const { status } = await broker.call('GET', `/v1/connections/${id}/token`, { expect: [200, 404, 409] });
      if (status !== 200) lost.push(id);
    }
  };
  await Promise.all(Array.from({ length: 16 }, check));
  return lost;
}

export async function run(scope) {
  const provider = scope.owns(await start_provider());
  const broker = scope.owns(await start_broker('kill'));
  const credential = await make_credential(broker, { base_uri: provider.origin, token_url: provider.token_url });
  const acknowledged = [(await import_connection(broker, credential)).id];  // so that readers have something to read at once
  const restarts = [];
  for (let i = 0; i < kRounds; ++i) restarts.push(await round(broker, credential, acknowledged));
  const lost = await lost_of(broker, acknowledged);
  const longest = Math.max(...restarts);
  return {
    notes: [`${acknowledged.length} connections were acknowledged before ${kRounds} kills; the longest restart took ${longest.toFixed(0)} ms. `
      + 'A kill keeps what the kernel has: that commits reach the disk is tested by tests/e2e (full and failing disks) and by synchronous=FULL'],
    figures: [
      figure_of({ name: 'kill_lost', figure: lost.length, unit: 'acknowledged connections lost', against: 'acknowledged', against_figure: acknowledged.length, goal: '= 0' }),
      limited({ name: 'kill_restart', figure: longest, unit: 'ms to ready, longest', limit: 2000 }),
    ],
    plot: bar_plot({ title, note: 'ms from start to ready after each kill', bars: restarts.map((value, i) => ({ label: `kill ${i + 1}`, value, is_ours: true })) }),
  };
}
