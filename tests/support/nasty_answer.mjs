// How an answer leaves the nasty provider: whole, or cut, slow, huge, reset.
import http from 'node:http';
import { gzipSync } from 'node:zlib';

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export const form_encoded = (members) => new URLSearchParams(
  Object.entries(members).map(([name, value]) => [name, String(value)]),
).toString();

/** { status, headers, body } of the good answer `{status, json}` with the changes that `behaviour` asks for. */
export function altered(answer, behaviour) {
  const status = behaviour.status ?? answer.status;
  const headers = { 'cache-control': 'no-store', ...answer.headers, ...behaviour.headers };
  if (behaviour.retry_after !== undefined) headers['retry-after'] = String(behaviour.retry_after);
  let type = behaviour.content_type ?? 'application/json';
  let body;
  if (behaviour.body !== undefined) {
    body = Buffer.from(behaviour.body);
  } else {
    const json = behaviour.json ?? { ...answer.json };
    for (const [name, value] of Object.entries(behaviour.members ?? {})) {
      if (value === null) delete json[name];
      else json[name] = value;
    }
    for (const name of behaviour.omit ?? []) delete json[name];
    if (behaviour.huge) json.padding = 'x'.repeat(behaviour.huge);
    if (behaviour.form) {
      type = behaviour.content_type ?? 'application/x-www-form-urlencoded';
      body = Buffer.from(form_encoded(json));
    } else {
      body = Buffer.from(JSON.stringify(json));
    }
  }
  if (behaviour.gzip) {
    body = gzipSync(body);
    headers['content-encoding'] = 'gzip';
  }
  if (type && !('content-type' in headers)) headers['content-type'] = type;
  return { status, headers, body };
}

function head_bytes({ status, headers }, length) {
  const lines = [`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Odd'}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  lines.push(`content-length: ${length}`, 'connection: close', '', '');
  return Buffer.from(lines.join('\r\n'));
}

async function write(socket, bytes) {
  if (socket.destroyed) return false;
  if (!socket.write(bytes)) {
    await new Promise((resolve) => {
      socket.once('drain', resolve);
      socket.once('close', resolve);
    });
  }
  return !socket.destroyed;
}

/**
 * Sends `answer` ({status, headers, body}) as `behaviour` says. Answers what the client got, as far as we know:
 * 'full', 'partial', 'none' or 'abandoned' (the client went away first).
 */
export async function send(req, res, answer, behaviour) {
  const { socket } = req;
  if (socket.destroyed) return 'abandoned';
  if (behaviour.reset) {
    socket.resetAndDestroy();
    return 'none';
  }
  if (behaviour.close) {
    socket.destroy();
    return 'none';
  }
  if (behaviour.raw !== undefined) {
    await write(socket, Buffer.from(behaviour.raw));
    socket.end();
    return 'partial';
  }
  if (behaviour.truncate !== undefined) {
    await write(socket, Buffer.concat([head_bytes(answer, answer.body.length), answer.body.subarray(0, behaviour.truncate)]));
    socket.end();
    return 'partial';
  }
  if (behaviour.drip) {
    const { bytes = 1, ms = 10, headers: from_the_start = false } = behaviour.drip;
    let rest = answer.body;
    const head = head_bytes(answer, answer.body.length);
    if (from_the_start) rest = Buffer.concat([head, rest]);
    else await write(socket, head);
    for (; rest.length > 0; rest = rest.subarray(bytes)) {
      if (!await write(socket, rest.subarray(0, bytes))) return 'abandoned';
      await wait(ms);
    }
    socket.end();
    return 'full';
  }
  return new Promise((resolve) => {
    res.once('finish', () => resolve('full'));
    res.once('close', () => resolve(res.writableFinished ? 'full' : 'abandoned'));
    res.writeHead(answer.status, behaviour.chunked ? answer.headers : { ...answer.headers, 'content-length': answer.body.length });
    if (behaviour.chunked) res.flushHeaders();
    res.end(answer.body);
  });
}

/** Waits `ms`, or until the client goes away. */
export async function pause(req, ms) {
  if (req.socket.destroyed) return;
  let timer;
  let gone;
  await new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
    gone = resolve;
    req.socket.once('close', gone);
  });
  clearTimeout(timer);
  req.socket.off('close', gone);
}
