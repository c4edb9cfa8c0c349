// nginx and redis-server as processes of our own, in directories of their own, on free ports of the loopback.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { with_parent } from '../../tests/support/server_process.mjs';
import { fresh_directory } from './places.mjs';

const kReadyWithinMs = 10_000;

export function free_port() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function is_open(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

/** Starts a program that listens on `port`: {pid, port, origin, stop()}. */
export async function start_program(command, args, { directory, port, env = process.env }) {
  const log = openSync(join(directory, 'output.log'), 'a');
  const [program, all] = with_parent(command, args);
  const child = spawn(program, all, { stdio: ['ignore', log, log], cwd: directory, env });
  closeSync(log);
  const ended = new Promise((resolve) => { child.once('exit', resolve); child.once('error', resolve); });
  const has_ended = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  for (const from = performance.now(); !await is_open(port); await pause(20)) {
    if (has_ended() || performance.now() - from > kReadyWithinMs) {
      child.kill('SIGKILL');
      throw new Error(`start ${command}: not listening, see ${directory}/output.log`);
    }
  }
  return {
    pid: child.pid,
    port,
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      if (!has_ended()) child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * nginx with as many workers as the broker has threads, and `server`, the text of its server block without `listen`.
 * `http` is what stands beside it. Nothing that is kept alive is closed for its number of requests.
 */
export async function start_nginx({ workers, server, http = '', access_log = true }) {
  const directory = fresh_directory('nginx');
  const port = await free_port();
  mkdirSync(join(directory, 'temp'));
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${directory}/temp/${name};`).join('\n');
  const log = access_log === false ? 'off' : `${directory}/access.log${access_log === true ? '' : ` combined ${access_log}`}`;
  writeFileSync(join(directory, 'nginx.conf'), `
${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
worker_processes ${workers};
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 4096; }
http {
${temp}
  access_log ${log};
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  ${http}
  server {
    listen 127.0.0.1:${port};
    ${server}
  }
}
`);
  return start_program('nginx', ['-e', join(directory, 'error.log'), '-c', join(directory, 'nginx.conf')], { directory, port });
}

/** nginx that answers every path with `body`, JSON. */
export const start_fixed = ({ workers, body, ...rest }) =>
  start_nginx({ workers, server: `location / { default_type application/json; return 200 '${body}'; }`, ...rest });

/** Redis with its defaults of Debian, but in memory alone. */
export async function start_redis() {
  const directory = fresh_directory('redis');
  const port = await free_port();
  return start_program('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no'],
    { directory, port });
}
