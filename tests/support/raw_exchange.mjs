// Bytes to a port, and what comes back until the other side closes: for requests that no HTTP client would send.
import net from 'node:net';

function parse(bytes) {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [status_line, ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  return {
    text,
    status: Number(status_line.split(' ')[1] ?? 0),
    headers,
    header: (name) => headers.find(([each]) => each === name)?.[1],
    body: text.slice(end + 4),
  };
}

/** `bytes` may be a list of pieces, sent one after the other. The request should ask for `Connection: close`. */
export function raw_exchange(port, bytes, { host = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host);
    const received = [];
    socket.on('connect', () => { for (const piece of [bytes].flat()) socket.write(Buffer.from(piece, 'latin1')); });
    socket.on('data', (data) => received.push(data));
    socket.on('error', reject);
    socket.on('close', () => resolve(parse(Buffer.concat(received))));
  });
}
