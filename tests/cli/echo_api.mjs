// An API for `valetkey call`: it says what reached it, streams a body back, or answers the status that its path names.
import { listen, read_body } from '../support/listener.mjs';

async function answer(req, res) {
  const [, what, argument] = new URL(req.url, 'http://api').pathname.split('/').slice(1);
  if (what === 'bytes') {
    res.writeHead(200, { 'content-type': 'application/octet-stream' });
    req.pipe(res);
    return;
  }
  const body = (await read_body(req)).toString('utf8');
  if (what === 'status') {
    res.writeHead(Number(argument), { 'content-type': 'text/plain', ...argument.startsWith('3') ? { location: '/elsewhere' } : {} });
    res.end(`status ${argument}\n`);
  } else if (what === 'problem') {
    res.writeHead(422, { 'content-type': 'application/problem+json', 'valetkey-error': 'not_found' });
    res.end('{"type":"urn:valetkey:problem:not_found","detail":"of the API"}\n');
  } else {
    const { authorization = '', 'content-type': type, 'x-own': own } = req.headers;
    res.writeHead(200, { 'content-type': 'application/json', 'x-api': 'echo' });
    res.end(`${JSON.stringify({ method: req.method, url: req.url, type, own, authorized: /^Bearer .+/.test(authorization), body })}\n`);
  }
}

/** {origin, base_uri, close()}; everything is below base_uri. */
export async function start_echo_api() {
  const { origin, close } = await listen((req, res) => { answer(req, res).catch(() => res.destroy()); });
  return { origin, base_uri: `${origin}/v2`, close };
}
