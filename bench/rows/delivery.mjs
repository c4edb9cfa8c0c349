// Events on their way out: accepted webhooks until the last of them is delivered, signed, to one destination.
import { createServer } from 'node:http';

import { start_broker } from '../support/broker.mjs';
import { figure_of } from '../support/figures.mjs';
import { bar_plot } from '../support/plot.mjs';
import { cpu_seconds, tree_of } from '../support/processes.mjs';
import { median } from '../support/rounds.mjs';
import { send_webhooks } from '../support/webhooks.mjs';

export const title = 'Delivery of events';

const kEvents = 5000;
const kRounds = 3;

/** A receiver that counts what arrives: {url, reached(count), stop()}. */
function start_receiver() {
  let seen = new Set();
  let waiting = null;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(204).end();
      seen.add(request.headers['webhook-id']);
      if (waiting && seen.size >= waiting.count) waiting.resolve();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({
      url: `http://127.0.0.1:${server.address().port}/events`,
      expect(count) {
        seen = new Set();
        return new Promise((reached) => { waiting = { count, resolve: reached }; });
      },
      stop: () => new Promise((ended) => { server.close(ended); server.closeAllConnections(); }),
    }));
  });
}

/** The ceiling: the receiver as fast as Node's own client can call it, with as many calls under way as the broker has. */
async function bare_calls(receiver, count) {
  const { Agent } = await import('node:http');
  const { http_request } = await import('../../tests/support/http_request.mjs');
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const all = receiver.expect(count);
  const from = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (next < count) await http_request(receiver.url, { method: 'POST', agent, headers: { 'webhook-id': `bare-${next++}` }, body: '{"type":"x","data":{}}' });
  }));
  await all;
  agent.destroy();
  return count / ((performance.now() - from) / 1000);
}

export async function run(scope) {
  const receiver = scope.owns(await start_receiver());
  const broker = scope.owns(await start_broker('delivery'));
  await broker.api('POST', '/v1/destinations', { body: { name: 'bench', url: receiver.url, filter: { types: ['webhook.*'] } } });
  const sender = await send_webhooks(broker);
  const rounds = [];
  for (let round = 0; round < kRounds; ++round) {
    const all = receiver.expect(kEvents);
    const before = cpu_seconds(tree_of(broker.pid));
    const from = performance.now();
    await sender.send(kEvents);
    const accepted = performance.now() - from;
    await all;
    const took = performance.now() - from;
    rounds.push({ per_second: kEvents / (took / 1000), behind: took - accepted, cpu_us: ((cpu_seconds(tree_of(broker.pid)) - before) * 1e6) / kEvents, bare: await bare_calls(receiver, kEvents) });
  }
  const of = (name) => median(rounds.map((one) => one[name]));
  return {
    notes: [`${kEvents} webhooks of 32 senders until the last was delivered; delivered ${of('behind').toFixed(0)} ms after the last was accepted; ${of('cpu_us').toFixed(0)} us of processor time for all of a webhook's way. `
      + 'Sender and receiver share the two processors with the broker'],
    figures: [figure_of({ name: 'delivery', figure: of('per_second'), unit: 'events per second, received to delivered', against: 'the same receiver called by Node alone', against_figure: of('bare') })],
    plot: bar_plot({
      title, note: 'events per second', bars: [{ label: 'valetkey, all of it', value: of('per_second'), is_ours: true }, { label: 'calls alone', value: of('bare') }],
    }),
  };
}
