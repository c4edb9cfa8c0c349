// A port where a connection is neither taken nor refused: its process is stopped, and the queue of its socket is full.
import net from 'node:net';

import { start_process } from './server_process.mjs';

const kListener = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
  process.stdin.resume();
  process.stdin.once('end', () => process.exit(0));
`;

/** Answers { origin, stop() }. */
export async function start_closed_door() {
  const listener = await start_process(process.execPath, ['-e', kListener], { is_ready: (line) => Number(line) });
  listener.child.kill('SIGSTOP');
  const port = listener.ready;
  const fillers = [];
  // A queue for one holds two.
  for (let i = 0; i < 2; ++i) {
    fillers.push(await new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
      socket.on('error', reject);
    }));
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      for (const filler of fillers) filler.destroy();
      await listener.stop('SIGKILL');
    },
  };
}
