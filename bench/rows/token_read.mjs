// A hot token read against nginx that returns a fixed body of the same size.
import { import_connection, kThreads, make_credential, start_broker, start_provider, token_read } from '../support/broker.mjs';
import { figure_of } from '../support/figures.mjs';
import { bar_plot } from '../support/plot.mjs';
import { start_fixed } from '../support/programs.mjs';
import { interleaved, ratio_of, spread } from '../support/rounds.mjs';
import { load } from '../support/wrk.mjs';

export const title = 'Token read, hot';

export async function run(scope) {
  const provider = scope.owns(await start_provider());
  const broker = scope.owns(await start_broker('token-read'));
  const connection = await import_connection(broker, await make_credential(broker, { base_uri: provider.origin, token_url: provider.token_url }));
  const ours = token_read(broker, connection);
  const { text } = await broker.call('GET', new URL(ours.url).pathname);
  const body = text.padEnd(text.length);
  const nginx = scope.owns(await start_fixed({ workers: kThreads, body }));
  const buffered = scope.owns(await start_fixed({ workers: kThreads, body, access_log: 'buffer=64k flush=200ms' }));
  const theirs = { label: 'nginx, access log', url: `${nginx.origin}/`, pids: [nginx.pid] };
  const theirs_buffered = { label: 'nginx, buffered log', url: `${buffered.origin}/`, pids: [buffered.pid] };

  const [us, them, them_buffered] = await interleaved([ours, theirs, theirs_buffered], (target) => load(target));
  return {
    notes: [`answer of ${text.length} bytes; CPU per read ${us.cpu_us.toFixed(1)} us, nginx ${them.cpu_us.toFixed(1)} us, with a buffered log ${them_buffered.cpu_us.toFixed(1)} us; `
      + `spread of rounds +-${(100 * spread(us.rounds.map((one) => one.per_cpu_second))).toFixed(0)} %`],
    figures: [
      figure_of({ name: 'token_read', figure: us.per_cpu_second, unit: 'requests per CPU second', against: 'nginx, access log on', against_figure: them.per_cpu_second, ratio: ratio_of(us, them, 'per_cpu_second'), goal: '>= 0.8' }),
      figure_of({ name: 'token_read_buffered_log', figure: us.per_cpu_second, unit: 'requests per CPU second', against: 'nginx, buffered access log', against_figure: them_buffered.per_cpu_second, ratio: ratio_of(us, them_buffered, 'per_cpu_second') }),
      figure_of({ name: 'token_read_p99', figure: us.p99, unit: 'us', against: 'nginx, access log on', against_figure: them.p99, ratio: ratio_of(us, them, 'p99'), goal: '<= 1.5' }),
    ],
    plot: bar_plot({
      title, note: 'requests per CPU second of the server, keep-alive, 32 connections', goal: 0.8 * them.per_cpu_second,
      bars: [
        { label: 'valetkey', value: us.per_cpu_second, is_ours: true },
        { label: theirs.label, value: them.per_cpu_second },
        { label: theirs_buffered.label, value: them_buffered.per_cpu_second },
      ],
    }),
  };
}
