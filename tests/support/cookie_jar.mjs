// The cookies of the test browser, by RFC 6265bis. One jar per origin: on loopback the port is what tells servers apart
// (a real browser shares cookies between ports of one host).

const kPrefixes = [
  ['__Host-', ({ secure, domain, path }) => secure && domain === null && path === '/'],
  ['__Secure-', ({ secure }) => secure],
];

const is_loopback = ({ hostname }) => hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');

const path_matches = (request, cookie) => request === cookie
  || (request.startsWith(cookie) && (cookie.endsWith('/') || request[cookie.length] === '/'));

const default_path = (pathname) => {
  const last = pathname.lastIndexOf('/');
  return last <= 0 ? '/' : pathname.slice(0, last);
};

export class CookieJar {
  #cookies = new Map();
  /** What was not stored, and why. */
  refused = [];

  /** Stores one Set-Cookie line that `url` answered. */
  store(url, line, now = Date.now()) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const split = pair.indexOf('=');
    const cookie = {
      name: pair.slice(0, Math.max(split, 0)), value: pair.slice(split + 1),
      path: default_path(url.pathname), domain: null, secure: false, http_only: false, same_site: null, expires: null, line,
    };
    for (const attribute of attributes) {
      const at = attribute.indexOf('=');
      const name = (at < 0 ? attribute : attribute.slice(0, at)).trim().toLowerCase();
      const value = at < 0 ? '' : attribute.slice(at + 1).trim();
      if (name === 'path' && value.startsWith('/')) cookie.path = value;
      else if (name === 'domain' && value) cookie.domain = value.replace(/^\./, '').toLowerCase();
      else if (name === 'secure') cookie.secure = true;
      else if (name === 'httponly') cookie.http_only = true;
      else if (name === 'samesite') cookie.same_site = value.toLowerCase();
      else if (name === 'max-age' && /^-?\d+$/.test(value)) cookie.expires = now + Number(value) * 1000;
      else if (name === 'expires' && cookie.expires === null) {
        const at_time = Date.parse(value);
        if (!Number.isNaN(at_time)) cookie.expires = at_time;
      }
    }
    const why = this.#why_not(url, cookie);
    if (why) {
      this.refused.push({ line, why });
      return;
    }
    const key = `${url.origin}\n${cookie.name}\n${cookie.path}`;
    if (cookie.expires !== null && cookie.expires <= now) this.#cookies.delete(key);
    else this.#cookies.set(key, { ...cookie, origin: url.origin });
  }

  #why_not(url, cookie) {
    if (!cookie.name) return 'no name';
    // browsers trust loopback as they trust https, for Secure too
    const trusted = url.protocol === 'https:' || is_loopback(url);
    if (cookie.secure && !trusted) return 'Secure over plain http';
    if (cookie.domain !== null && url.hostname !== cookie.domain && !url.hostname.endsWith(`.${cookie.domain}`)) return 'foreign Domain';
    for (const [prefix, holds] of kPrefixes) {
      if (cookie.name.toLowerCase().startsWith(prefix.toLowerCase()) && !holds(cookie)) return `breaks the rule of ${prefix}`;
    }
    if (cookie.same_site === 'none' && !cookie.secure) return 'SameSite=None without Secure';
    return null;
  }

  /** The cookies for a request: `initiator` is the URL of the page that asked, null when the user typed the address. */
  matching(url, { method = 'GET', initiator = null, now = Date.now() } = {}) {
    const cross_site = initiator !== null && site_of(initiator) !== site_of(url);
    return [...this.#cookies.values()].filter((cookie) => {
      if (cookie.origin !== url.origin) return false;
      if (cookie.expires !== null && cookie.expires <= now) return false;
      if (!path_matches(url.pathname, cookie.path)) return false;
      if (cookie.secure && url.protocol !== 'https:' && !is_loopback(url)) return false;
      if (!cross_site || cookie.same_site === 'none') return true;
      // top-level navigation: Lax (the default) goes along with a GET only
      return cookie.same_site !== 'strict' && method === 'GET';
    }).sort((a, b) => b.path.length - a.path.length);
  }

  header(url, options) {
    return this.matching(url, options).map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  /** All cookies of an origin. */
  of(origin) { return [...this.#cookies.values()].filter((cookie) => cookie.origin === new URL(origin).origin); }

  /** What a script on `url` could read: document.cookie. */
  script_visible(url) {
    return this.matching(new URL(url)).filter(({ http_only }) => !http_only).map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  clear() { this.#cookies.clear(); }
}

/** Scheme and host; the port is not part of a site. */
export const site_of = (url) => `${url.protocol}//${url.hostname}`;
