// A call through the broker against nginx proxy_pass to the same upstream.
import { import_connection, kThreads, make_credential, start_broker, start_provider } from '../support/broker.mjs';
import { figure_of } from '../support/figures.mjs';
import { bar_plot } from '../support/plot.mjs';
import { start_fixed, start_nginx } from '../support/programs.mjs';
import { interleaved, median, ratio_of } from '../support/rounds.mjs';
import { load } from '../support/wrk.mjs';

export const title = 'Proxied call';

const kMostAddedUs = 300;

const proxy_of = (upstream) => ({
  http: `upstream api { server 127.0.0.1:${upstream.port}; keepalive 64; keepalive_requests 1000000000; }`,
  server: 'location / { proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; }',
});

export async function run(scope) {
  const body = JSON.stringify({ id: 17, login: 'octocat', note: 'x'.repeat(960) });
  const upstream = scope.owns(await start_fixed({ workers: kThreads, body, access_log: false }));
  const proxy = scope.owns(await start_nginx({ workers: kThreads, ...proxy_of(upstream) }));
  const provider = scope.owns(await start_provider());
  const broker = scope.owns(await start_broker('proxied-call'));
  const connection = await import_connection(broker, await make_credential(broker, { base_uri: upstream.origin, token_url: provider.token_url }));

  const direct = { label: 'direct', url: `${upstream.origin}/user`, pids: [upstream.pid] };
  const theirs = { label: 'nginx proxy_pass', url: `${proxy.origin}/user`, pids: [proxy.pid] };
  const ours = {
    label: 'valetkey', url: `${broker.origin}/v1/proxy/${connection.id}/user`, headers: { Authorization: `Bearer ${broker.key}` }, pids: [broker.pid],
  };
  const [us, them] = await interleaved([ours, theirs], (target) => load(target));
  // what a call adds is seen where nothing waits for a processor
  const [one_direct, one_theirs, one_ours] = await interleaved([direct, theirs, ours], (target) => load(target, { connections: 1, seconds: 2 }));
  const added = (all) => median(all.rounds.map((round, i) => round.p50 - one_direct.rounds[i].p50));
  return {
    notes: [`answer of ${body.length} bytes; at one connection p50 direct ${one_direct.p50} us, nginx adds ${added(one_theirs)} us, valetkey adds ${added(one_ours)} us; `
      + `at 32 connections p99 ${us.p99} us, nginx ${them.p99} us`],
    figures: [
      figure_of({ name: 'proxied_call', figure: us.cpu_us, unit: 'us CPU per request', against: 'nginx proxy_pass', against_figure: them.cpu_us, ratio: ratio_of(us, them, 'cpu_us'), goal: '<= 1.1' }),
      figure_of({ name: 'proxied_call_added', figure: added(one_ours), unit: 'us at p50', against: 'limit', against_figure: kMostAddedUs, goal: '< 1' }),
    ],
    plot: bar_plot({
      title, note: 'CPU of the proxy per request in us (less is better), 1 KB answers, keep-alive, 32 connections', goal: 1.1 * them.cpu_us,
      bars: [{ label: 'valetkey', value: us.cpu_us, is_ours: true }, { label: theirs.label, value: them.cpu_us }],
    }),
  };
}
