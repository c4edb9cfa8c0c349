// The same hot token read against what one would write in an afternoon: Node, Redis, AES-GCM.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { import_connection, kAccessToken, make_credential, start_broker, start_provider, token_read } from '../support/broker.mjs';
import { figure_of } from '../support/figures.mjs';
import { fresh_directory } from '../support/places.mjs';
import { bar_plot } from '../support/plot.mjs';
import { free_port, start_program, start_redis } from '../support/programs.mjs';
import { interleaved, ratio_of } from '../support/rounds.mjs';
import { load } from '../support/wrk.mjs';

export const title = 'Token read, against Node and Redis';

const kPeer = fileURLToPath(new URL('../peers/node_redis.mjs', import.meta.url));

export async function run(scope) {
  const provider = scope.owns(await start_provider());
  const broker = scope.owns(await start_broker('do-it-yourself'));
  const connection = await import_connection(broker, await make_credential(broker, { base_uri: provider.origin, token_url: provider.token_url }));
  const ours = token_read(broker, connection);

  const redis = scope.owns(await start_redis());
  const port = await free_port();
  const api_key = `dk_${randomBytes(32).toString('base64url')}`;
  const peer = scope.owns(await start_program(process.execPath, [kPeer], {
    directory: fresh_directory('node-redis'), port,
    env: {
      ...process.env, PEER_PORT: String(port), PEER_REDIS: `redis://127.0.0.1:${redis.port}`, PEER_API_KEY: api_key,
      PEER_ENCRYPTION_KEY: randomBytes(32).toString('hex'), PEER_CONNECTION: connection.id, PEER_ACCESS_TOKEN: kAccessToken,
    },
  }));
  const theirs = {
    label: 'Node and Redis', url: `${peer.origin}/connections/${connection.id}/token`,
    headers: { Authorization: `Bearer ${api_key}` }, pids: [peer.pid, redis.pid],
  };
  const [us, them] = await interleaved([ours, theirs], (target) => load(target));
  return {
    notes: [`CPU per read ${us.cpu_us.toFixed(1)} us, Node with Redis ${them.cpu_us.toFixed(1)} us; p99 ${us.p99} us and ${them.p99} us`],
    figures: [figure_of({ name: 'do_it_yourself', figure: us.per_cpu_second, unit: 'requests per CPU second', against: 'Node + Redis', against_figure: them.per_cpu_second, ratio: ratio_of(us, them, 'per_cpu_second'), goal: '>= 5' })],
    plot: bar_plot({
      title, note: 'requests per CPU second of the server (Node and Redis together), keep-alive, 32 connections', goal: null,
      bars: [{ label: 'valetkey', value: us.per_cpu_second, is_ours: true }, { label: theirs.label, value: them.per_cpu_second }],
    }),
  };
}
