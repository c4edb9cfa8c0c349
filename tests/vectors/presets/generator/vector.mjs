// Cases of a preset, and the changed requests that each must refuse. Signatures are made by node:crypto, never by the broker.
import { createHash, createHmac } from 'node:crypto';

export const kNow = Date.parse('2027-01-15T12:00:00Z');
export const kSeconds = String(kNow / 1000);
export const kMilliseconds = String(kNow);
export const kRfc3339 = '2027-01-15T12:00:00Z';
export const public_url_of = (slug) => `https://hooks.example/hooks/${slug}/whk_test`;

export const hmac = (algorithm, key, message, encoding = 'hex') => createHmac(algorithm, key).update(message).digest(encoding);
export const digest = (algorithm, message, encoding = 'hex') => createHash(algorithm).update(message).digest(encoding);

const turned = (c) => (/[0-9]/.test(c) ? (c === '0' ? '1' : '0') : c === 'a' ? 'b' : c === 'A' ? 'B' : /[a-z]/.test(c) ? 'a' : 'A');

/** The value with one letter or digit changed, in the middle of its last long run of them. */
export function changed(value) {
  const runs = [...value.matchAll(/[A-Za-z0-9]{6,}/g)];
  const run = runs.at(-1) ?? value.match(/[A-Za-z0-9]+/);
  const at = run.index + Math.floor(run[0].length / 2);
  return value.slice(0, at) + turned(value[at]) + value.slice(at + 1);
}

/** A time one second later, in the form it has. */
const later = (value) => (/^\d+$/.test(value) ? String(Number(value) + 1) : value.replace(/:(\d\d)Z/, (_, s) => `:${String((Number(s) + 1) % 60).padStart(2, '0')}Z`));

/** One changed byte of the body: the middlemost letter or digit. */
function changed_byte(body) {
  for (let at = Math.floor(body.length / 2); at < body.length; at++) if (/[A-Za-z0-9]/.test(body[at])) return [at, turned(body[at])];
  return null;
}

/**
 * A request that must be accepted.
 * @param signature header that holds the signature; none where it is elsewhere: `refused` then lists what must be refused
 * @param time {header, past, future}: `header` null where the time stands in the signature
 * @param covers whether the body is covered
 */
export function accepted(name, { method = 'POST', headers = {}, body = '', url, signature, time, covers = true, refused = [], expect = {}, kind = 'webhook', now, secrets, parameters, handshake }) {
  const list = Object.entries(headers);
  const wrong = [...refused];
  if (covers && body && changed_byte(body)) wrong.push({ what: 'a byte of the body', byte: changed_byte(body) });
  if (signature) {
    wrong.push({ what: 'a byte of the signature', header: [signature, changed(headers[signature])] });
    wrong.push({ what: 'no signature', rename: [signature, 'x-other'] });
    if (!signature.includes('*')) wrong.push({ what: 'the signature twice', add: [signature, headers[signature]] });
  }
  if (time?.header) wrong.push({ what: 'another time', header: [time.header, later(headers[time.header])] });
  if (time) {
    const at = now ? Date.parse(now) : kNow;
    wrong.push({ what: 'too late', now: new Date(at + (time.past + 2) * 1000).toISOString(), reason: 'timestamp_too_old' });
    wrong.push({ what: 'too early', now: new Date(at - (time.future + 2) * 1000).toISOString(), reason: 'timestamp_in_future' });
  }
  return { name, kind, request: { method, ...(url ? { url } : {}), headers: list, body }, ...(now ? { now } : {}), ...(secrets ? { secrets } : {}), ...(parameters ? { parameters } : {}), ...(handshake ? { accepts_handshake: true } : {}), expect: { outcome: 'verified', ...expect }, refused: wrong };
}

/** A request of a handshake. */
export const challenge = (name, { expect, ...rest }) => {
  const one = accepted(name, { covers: false, ...rest });
  one.expect = { outcome: 'challenge', ...expect };
  return one;
};

export const rejected = (name, { reason, ...rest }) => {
  const one = accepted(name, { covers: false, ...rest });
  return { ...one, expect: { outcome: 'rejected', reason }, refused: [] };
};

/** One event as the broker tells it. */
export const event = (type, id, users, more = {}) => ({ event_type: type, event_id: id, app_user_ids: [users].flat().filter((u) => u !== undefined), ...more });

/** A preset whose signature is an HMAC of the raw body in one header. */
export function raw_hmac({ slug, header, key = 'a-secret-of-the-vectors', name = 'signing_secret', algorithm = 'sha256', prefix = '', encoding = 'hex', bytes = key, before = '', cases, more = [] }) {
  return {
    preset: slug,
    secrets: { [name]: [key] },
    cases: [
      ...cases.map(([title, body, events, extra = {}]) =>
        accepted(title, {
          ...extra,
          body,
          headers: { 'content-type': 'application/json', ...extra.headers, [header]: prefix + hmac(algorithm, bytes, before + body, encoding) },
          signature: header,
          expect: { events, ...extra.expect },
        }),
      ),
      ...more,
    ],
  };
}
