#include "services/script/prelude.hpp"

namespace valetkey::services {

const char* const kPrelude = R"js((() => {
  'use strict';
  const pairs = (text) =>
    text === ''
      ? []
      : text.split('&').map((part) => {
          const at = part.indexOf('=');
          const decoded = (escaped) => decodeURIComponent(escaped.replaceAll('+', ' '));
          return at < 0 ? [decoded(part), ''] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
        });

  const grouped = (list) => {
    const out = Object.create(null);
    for (const [name, value] of list) out[name] = name in out ? [out[name], value].flat() : value;
    return out;
  };

  const texts = (object) => object && Object.fromEntries(Object.entries(object).map(([name, value]) => [name, String(value)]));

  const base64 = {
    encode: (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (c) => c.charCodeAt(0)).toBase64(),
    decode: (text) =>
      decodeURIComponent(
        [...Uint8Array.fromBase64(text, { alphabet: /[-_]/.test(text) ? 'base64url' : 'base64' })]
          .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
          .join(''),
      ),
  };

  class Body {
    constructor(facts) {
      Object.assign(this, facts);
    }
    header(name) {
      const values = this.headers.filter(([other]) => other === name.toLowerCase());
      if (values.length > 1) throw new Error(`header ${name} comes ${values.length} times`);
      return values[0]?.[1];
    }
    json() {
      return JSON.parse(this.body);
    }
  }

  class Request extends Body {
    raw = { raw: true };
    form() {
      return grouped(pairs(this.body));
    }
    parameters() {
      return grouped(pairs(this.query));
    }
  }

  return (ask, called, { first, context, handles }) => {
    const hash = (algorithm, message, encoding = 'hex') => ask('hash', { algorithm, message, encoding });
    Object.assign(globalThis, { base64, hash });
    if (handles.includes('secrets'))
      context.secrets = {
        has: (name) => ask('secrets.has', { name }),
        equals: (name, value) => ask('secrets.equals', { name, value }),
        hmac: (name, algorithm, message, encoding = 'hex') => ask('secrets.hmac', { name, algorithm, message, encoding }),
        verifyHmac: (name, algorithm, message, signature, encoding = 'hex') =>
          ask('secrets.verify_hmac', { name, algorithm, message, signature, encoding }),
      };
    if (handles.includes('account'))
      context.account = {
        get: (path, headers = {}) => new Body(ask('account.call', { method: 'GET', path, headers: texts(headers) })),
        send: (method, path, { headers = {}, json, form, body } = {}) =>
          new Body(ask('account.call', { method, path, headers: texts(headers), json, form: texts(form), body })),
      };
    if (handles.includes('token'))
      context.token = {
        fetch: ({ headers = {}, query, form, ...rest } = {}) =>
          new Body(
            ask('token.fetch', {
              ...rest,
              headers: texts(headers),
              query: texts(query),
              form: texts(form),
            }),
          ),
      };
    return called(handles.includes('request') ? new Request(first) : first, context);
  };
})())js";

}  // namespace valetkey::services
