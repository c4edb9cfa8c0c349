// An API client that states the status it expects, so that a test fails where the answer was wrong and shows all of it.
import { http_request } from './http_request.mjs';
import { secret } from './test_run.mjs';

const kSecretMembers = new Set(['access_token', 'refresh_token', 'client_secret', 'password', 'key', 'token', 'id_token', 'confirmation_code']);

/** A template of an integration that names a secret, and holds none. */
const is_placeholder = (text) => /^\{\w+\}$/.test(text);

/** Registers what an answer or request holds as a secret, wherever it stands in the document. */
export function note_secrets(value) {
  if (value === null || typeof value !== 'object') return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && kSecretMembers.has(name) && !is_placeholder(member)) secret(member);
    else note_secrets(member);
  }
}

const is_json = (headers) => /\bjson\b/.test(headers['content-type'] ?? '');

export class BrokerApi {
  constructor(origin, key = null) {
    this.origin = origin;
    this.key = key;
  }

  /** The same broker with another key. */
  as(key) { return new BrokerApi(this.origin, key); }

  /**
   * One call: {status, headers, body (parsed JSON, else null), text}. `expect` is a status or a list; any 2xx without it.
   * `key: null` sends no key. A string or Buffer as `body` goes out as it is.
   */
  async call(method, path, { body, expect, key = this.key, headers = {}, ...rest } = {}) {
    const all = { ...headers };
    if (key) all.authorization ??= `Bearer ${key}`;
    let bytes = body;
    if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)) {
      note_secrets(body);
      bytes = JSON.stringify(body);
      all['content-type'] ??= 'application/json';
    }
    const answer = await http_request(new URL(path, this.origin), { method, headers: all, body: bytes, ...rest });
    const parsed = is_json(answer.headers) && answer.body.length ? answer.json() : null;
    note_secrets(parsed);
    const expected = expect === undefined ? answer.status >= 200 && answer.status < 300 : [expect].flat().includes(answer.status);
    if (!expected) {
      throw new Error(`${method} ${path}: expected ${expect === undefined ? '2xx' : expect}, got ${answer.status} ${answer.text.slice(0, 2000)}`);
    }
    return { status: answer.status, headers: answer.headers, body: parsed, text: answer.text };
  }

  /** The body of the answer. */
  async api(method, path, options) { return (await this.call(method, path, options)).body; }
}
