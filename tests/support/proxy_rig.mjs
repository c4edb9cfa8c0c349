// A broker, a raw API, a token endpoint, and connections between them: what the tests of the proxy start from.
import { randomBytes } from 'node:crypto';

import { http_request } from './http_request.mjs';
import { listen, read_body } from './listener.mjs';
import { raw_exchange } from './raw_exchange.mjs';
import { start_raw_upstream } from './raw_upstream.mjs';
import { new_secret, start_installation } from './tenants_rig.mjs';
import { secret } from './test_run.mjs';

/** A token endpoint that rotates; `answer` may stand in for it once. */
async function start_token_endpoint() {
  const endpoint = { requests: [], answer: null };
  const listener = await listen(async (req, res) => {
    const form = new URLSearchParams((await read_body(req)).toString());
    secret(form.get('refresh_token'));
    endpoint.requests.push(form);
    const { status, body } = endpoint.answer?.(form) ?? {
      status: 200, body: { access_token: new_secret(), refresh_token: new_secret(), token_type: 'Bearer', expires_in: 3600 },
    };
    endpoint.last_token = body.access_token;
    const bytes = JSON.stringify(body);
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) });
    res.end(bytes);
  });
  return Object.assign(endpoint, { url: `${listener.origin}/token`, stop: () => listener.close() });
}

class ProxyRig {
  async start(options) {
    [this.upstream, this.tokens, this.broker] = await Promise.all([start_raw_upstream(), start_token_endpoint(), start_installation({ name: 'proxy', ...options })]);
    return this;
  }

  get port() { return this.broker.port; }

  /** A connection with an integration and a credential of its own; `proxy` are the integration's facts. Answers {id, access_token, refresh_token, credential}. */
  async connect({ base = '/base', base_uri = `${this.upstream.origin}${base}`, proxy, placeholders, api = this.broker, fields, expires_at = new Date(Date.now() + 3_600_000).toISOString() } = {}) {
    const slug = `api-${randomBytes(4).toString('hex')}`;
    await api.api('POST', '/v1/integrations', {
      body: { slug, name: slug, authorization_url: `${this.tokens.url}/authorize`, token_url: this.tokens.url, base_uri, ...proxy && { proxy }, ...placeholders && { placeholders } },
    });
    const credential = await api.api('POST', '/v1/credentials', {
      body: { name: slug, integration: slug, grant_type: 'authorization_code', client_id: 'client', client_secret: new_secret(), completion: 'immediate' },
    });
    const [access_token, refresh_token] = [new_secret(), new_secret()];
    const connection = await api.api('POST', '/v1/connections', {
      body: {
        credential: credential.id, end_user: { id: 'user' }, ...fields && { fields },
        import: { access_token, refresh_token, expires_at },
      },
    });
    return { id: connection.id, access_token, refresh_token, credential: credential.id };
  }

  /** A call through the proxy: the answer of http_request. */
  call(connection, path, { method = 'GET', headers = {}, key = this.broker.key, ...rest } = {}) {
    return http_request(`${this.broker.origin}/v1/proxy/${connection.id}${path}`, { method, headers: { authorization: `Bearer ${key}`, ...headers }, ...rest });
  }

  /** The same as bytes, for what no client would send: `path` goes out as it is, `lines` are header lines. */
  raw(connection, path, { method = 'GET', lines = [], body = '', key = this.broker.key } = {}) {
    return raw_exchange(this.port, [
      `${method} /v1/proxy/${connection.id}${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.port}\r\nAuthorization: Bearer ${key}\r\n`
        + `${['Connection: close', ...lines].join('\r\n')}\r\n\r\n${body}`,
    ]);
  }

  async stop() {
    await this.broker?.end();
    await Promise.all([this.upstream?.stop(), this.tokens?.stop()]);
  }
}

/** Answers {broker, upstream, tokens, connect(), call(), raw(), stop()}; `options` are those of start_valetkey. */
export async function start_proxy_rig(options = {}) {
  const rig = new ProxyRig();
  try {
    return await rig.start(options);
  } catch (error) {
    await rig.stop();
    throw error;
  }
}
