// A pass-through in front of a token endpoint that keeps what went over the wire: how the client authenticated, what was asked, what came back.
import { http_request } from './http_request.mjs';
import { listen, read_body } from './listener.mjs';
import { note_secrets } from './broker_api.mjs';
import { secret } from './test_run.mjs';

const kHopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host']);

const end_to_end = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !kHopByHop.has(name)));

/** Every way in which a request names or proves its client (RFC 6749 2.3), so that two at once show. */
function authentication_of(headers, form) {
  const found = [];
  if (/^Basic /i.test(headers.authorization ?? '')) found.push('client_secret_basic');
  if (form.has('client_secret')) found.push('client_secret_post');
  if (!found.length && form.has('client_id')) found.push('none');
  return found.join(' and ');
}

function json_of({ headers, text }) {
  if (!/\bjson\b/.test(headers['content-type'] ?? '')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Forwards every request to the origin of `token_url`. Answers { url, exchanges, stop() }: `url` stands for token_url,
 * an exchange is { client_authentication, form (URLSearchParams), status, answer (parsed JSON or null) }.
 */
export async function start_token_recorder(token_url) {
  const target = new URL(token_url);
  const exchanges = [];
  const listener = await listen(async (req, res) => {
    try {
      const body = await read_body(req);
      const answer = await http_request(new URL(req.url, target.origin), {
        method: req.method, headers: { ...end_to_end(req.headers), host: target.host, 'content-length': body.length }, body,
      });
      const form = new URLSearchParams(body.toString('utf8'));
      secret(form.get('refresh_token'), form.get('code'), form.get('code_verifier'));
      const parsed = json_of(answer);
      note_secrets(parsed);
      exchanges.push({ client_authentication: authentication_of(req.headers, form), form, status: answer.status, answer: parsed });
      res.writeHead(answer.status, { ...end_to_end(answer.headers), 'content-length': answer.body.length });
      res.end(answer.body);
    } catch {
      // the server did not answer: neither does its stand-in
      res.destroy();
    }
  });
  return { url: `${listener.origin}${target.pathname}${target.search}`, exchanges, stop: () => listener.close() };
}
