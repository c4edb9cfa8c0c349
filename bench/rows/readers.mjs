// 1,000 concurrent readers of one expired token.
import { Agent } from 'node:http';

import { http_request } from '../../tests/support/http_request.mjs';
import { import_connection, make_credential, start_broker, start_provider, token_read } from '../support/broker.mjs';
import { figure_of } from '../support/figures.mjs';
import { bar_plot } from '../support/plot.mjs';
import { median } from '../support/rounds.mjs';

export const title = '1,000 readers of one expired token';

const kReaders = 1000;
const kProviderMs = 300;
const kRounds = 5;

/** A connection per reader, opened beforehand, so that the readers do come at once. */
async function open_connections(broker, agent) {
  await Promise.all(Array.from({ length: kReaders }, () => http_request(`${broker.origin}/healthz`, { agent })));
}

export async function run(scope) {
  const provider = scope.owns(await start_provider({ delay_ms: kProviderMs }));
  const broker = scope.owns(await start_broker('readers'));
  const credential = await make_credential(broker, { base_uri: provider.origin, token_url: provider.token_url });
  const rounds = [];
  for (let round = 0; round < kRounds; ++round) {
    // expired from the first moment, so that nobody but the readers wants it renewed first
    const connection = await import_connection(broker, credential, { end_user: `user-${round}`, seconds: -60 });
    const agent = new Agent({ keepAlive: true, maxSockets: kReaders, maxFreeSockets: kReaders });
    await open_connections(broker, agent);
    const { url, headers } = token_read(broker, connection);
    const before = provider.requests();
    const from = performance.now();
    const answers = await Promise.all(Array.from({ length: kReaders }, () => http_request(url, { agent, headers }).then(
      ({ status, text }) => (status === 200 ? JSON.parse(text).generation : `status ${status}`), (error) => error.message)));
    const took = performance.now() - from;
    agent.destroy();
    rounds.push({
      requests: provider.requests() - before,
      errors: answers.filter((answer) => typeof answer !== 'number').length,
      generations: new Set(answers).size,
      took,
    });
  }
  const worst = (name) => Math.max(...rounds.map((one) => one[name]));
  const took = median(rounds.map((one) => one.took));
  return {
    notes: [`the provider takes ${kProviderMs} ms; all readers were answered after ${took.toFixed(0)} ms (median of ${kRounds}), the client's own time included; `
      + `${worst('generations')} generation was answered`],
    figures: [
      figure_of({ name: 'readers_token_requests', figure: worst('requests'), unit: 'token requests, worst round', against: 'needed', against_figure: 1, goal: '= 1' }),
      figure_of({ name: 'readers_errors', figure: worst('errors'), unit: 'failed readers, worst round', against: 'readers', against_figure: kReaders, goal: '= 0' }),
    ],
    plot: bar_plot({
      title, note: `ms from the first request to the last answer; the provider alone takes ${kProviderMs} ms`,
      bars: [...rounds.map((one, i) => ({ label: `round ${i + 1}: ${one.requests} request`, value: one.took, is_ours: true })), { label: 'provider', value: kProviderMs }],
    }),
  };
}
