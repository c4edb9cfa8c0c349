// One HTTP request without any policy: no redirect is followed, no header is added, nothing is retried.
import http from 'node:http';
import https from 'node:https';

/**
 * Answers { status, headers, raw_headers, body, text, json() }; header values are as node:http gives them
 * (set-cookie is a list). Without `agent` each request has a connection of its own.
 */
export function http_request(url, { method = 'GET', headers = {}, body, agent = false, signal, timeout_ms = 120_000, ...tls } = {}) {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const client = target.protocol === 'https:' ? https : http;
    const bytes = body === undefined ? null : Buffer.from(body);
    const all = bytes === null ? headers : { 'content-length': bytes.length, ...headers };
    const req = client.request(target, { method, headers: all, agent, signal, timeout: timeout_ms, ...tls }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        if (!res.complete) return reject(new Error(`${method} ${target.origin}: answer was cut off`));
        const whole = Buffer.concat(chunks);
        return resolve({
          status: res.statusCode,
          headers: res.headers,
          raw_headers: res.rawHeaders,
          body: whole,
          get text() { return whole.toString('utf8'); },
          json: () => JSON.parse(whole.toString('utf8')),
        });
      });
    });
    req.on('timeout', () => req.destroy(new Error(`${method} ${target.origin}: no answer in ${timeout_ms} ms`)));
    req.on('error', reject);
    req.end(bytes ?? undefined);
  });
}

/** A form, POSTed. */
export function post_form(url, members, headers = {}, options = {}) {
  return http_request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(members).toString(),
    ...options,
  });
}

/** The Authorization header of RFC 6749 2.3.1. */
export const basic_authorization = (id, secret) => `Basic ${Buffer.from(
  [id, secret].map((part) => new URLSearchParams({ a: part }).toString().slice(2)).join(':'),
).toString('base64')}`;
