// A door in front of a real server: what arrives while it is closed waits, so that a test can hold an answer back.
import { connect, createServer } from 'node:net';

/**
 * Forwards connections to 127.0.0.1:`port`. Answers { origin, close_door(), open_door(), arrived(count), stop() };
 * arrived() resolves once `count` connections have sent something that waits at the closed door.
 */
export async function start_gate(port) {
  let is_open = true;
  const held = new Map();
  let waiters = [];
  const sockets = new Set();
  const notify = () => { waiters = waiters.filter(({ count, resolve }) => held.size < count || resolve()); };
  const server = createServer((from) => {
    const to = connect(port, '127.0.0.1');
    for (const [one, other] of [[from, to], [to, from]]) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => { sockets.delete(one); held.delete(from); other.destroy(); });
    }
    from.on('data', (bytes) => {
      if (is_open) return void to.write(bytes);
      held.set(from, [...held.get(from) ?? [], [to, bytes]]);
      return notify();
    });
    to.on('data', (bytes) => from.write(bytes));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close_door() { is_open = false; },
    open_door() {
      is_open = true;
      for (const waiting of held.values()) for (const [to, bytes] of waiting) to.write(bytes);
      held.clear();
    },
    arrived: (count = 1) => new Promise((resolve) => {
      waiters.push({ count, resolve });
      notify();
    }),
    stop: () => new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    }),
  };
}
