// A small browser without JavaScript: cookies, redirects, forms, and the request headers that a server may judge by.
import { CookieJar, site_of } from './cookie_jar.mjs';
import { forms_of, links_of, visible_text } from './html_forms.mjs';
import { http_request } from './http_request.mjs';

const kRedirects = new Set([301, 302, 303, 307, 308]);
const kMostRedirects = 20;

const directive = (policy, name) => policy?.split(';').map((part) => part.trim().split(/\s+/)).find(([first]) => first.toLowerCase() === name)?.slice(1);

/** Whether Content-Security-Policy form-action lets a form of `page` lead to `target`; browsers ask again at each redirect. */
function form_action_permits(page, target) {
  const sources = directive(page.headers['content-security-policy'], 'form-action');
  if (!sources) return true;
  return sources.some((source) => {
    if (source === "'self'") return target.origin === new URL(page.url).origin;
    if (source === "'none'") return false;
    if (source === '*') return true;
    if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return target.protocol === source.toLowerCase();
    try {
      return new URL(source).origin === target.origin;
    } catch {
      return false;
    }
  });
}

export class Browser {
  cookies = new CookieJar();
  /** Every exchange: {method, url, status, location, request_headers, headers, body}. */
  history = [];
  /** What a real browser would have blocked, e.g. a redirect that form-action does not permit. */
  violations = [];
  /** {status, url, headers, text, forms, links, visible} of the page that is shown. */
  page = null;

  constructor({ headers = {}, ca } = {}) {
    this.headers = headers;
    this.ca = ca;
  }

  /**
   * Types an address. `until(url)` stops before a redirect to `url` is followed: the page is then the redirect itself
   * and `browser.pending` its target, so that a test can take the callback elsewhere.
   */
  open(url, { until } = {}) {
    return this.#navigate({ method: 'GET', url: new URL(url), initiator: null, until });
  }

  /** Follows what `until` stopped at. */
  proceed({ until } = {}) {
    const url = this.pending;
    if (!url) throw new Error('browser: there is no redirect to proceed with');
    return this.#navigate({ method: 'GET', url, initiator: this.page.initiator, until });
  }

  /** Follows a link by its text or href (string or pattern). */
  click(link, { until } = {}) {
    const matches = (value) => (link instanceof RegExp ? link.test(value) : value === link);
    const found = this.page.links.find(({ href, text }) => matches(text) || matches(href));
    if (!found) throw new Error(`browser: no link ${link} on ${this.page.url}: ${this.page.links.map(({ text }) => text).join(', ')}`);
    return this.#navigate({ method: 'GET', url: new URL(found.href), initiator: new URL(this.page.url), until });
  }

  /**
   * Fills a form and submits it. `form`: id, name or index; without it the one that has `button` (its label, or
   * name=value; string or pattern), else the first. Values replace fields by name; null leaves one out.
   */
  submit(values = {}, { form, button, until } = {}) {
    const [chosen, pressed] = this.#form(form, button);
    const fields = chosen.fields.filter(([name]) => !(name in values));
    for (const [name, value] of Object.entries(values)) if (value !== null) fields.push([name, String(value)]);
    if (pressed?.name) fields.push([pressed.name, pressed.value]);
    const encoded = new URLSearchParams(fields).toString();
    const url = new URL(pressed?.formaction ?? chosen.action, this.page.url);
    const initiator = new URL(this.page.url);
    if (chosen.method === 'GET') {
      url.search = encoded;
      return this.#navigate({ method: 'GET', url, initiator, until, form_page: this.page });
    }
    return this.#navigate({ method: 'POST', url, initiator, body: encoded, until, form_page: this.page });
  }

  /** Posts as a form of the page at `from` would (null: of a page elsewhere); for attacks. */
  post(url, members, { from = 'https://attacker.example/', until } = {}) {
    return this.#navigate({ method: 'POST', url: new URL(url), initiator: from ? new URL(from) : null, body: new URLSearchParams(members).toString(), until });
  }

  #form(form, button) {
    const { forms, url } = this.page;
    const matches = ({ name, value, label }) => (button instanceof RegExp ? button.test(label) : label === button || `${name}=${value}` === button);
    let candidates = forms;
    if (typeof form === 'number') candidates = forms.slice(form, form + 1);
    else if (form !== undefined) candidates = forms.filter(({ id, name }) => id === form || name === form);
    if (button !== undefined) candidates = candidates.filter(({ buttons }) => buttons.some(matches));
    if (!candidates.length) {
      const there = forms.map(({ id, name, buttons }) => `${id ?? name ?? '?'}[${buttons.map(({ label }) => label).join('|')}]`).join(', ');
      throw new Error(`browser: no form ${form ?? ''} ${button ?? ''} on ${url}; there are: ${there || 'none'}\n${this.page.visible.slice(0, 400)}`);
    }
    const [chosen] = candidates;
    return [chosen, button === undefined ? chosen.buttons[0] : chosen.buttons.find(matches)];
  }

  #request_headers({ method, url, initiator, body }) {
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'user-agent': 'Mozilla/5.0 (test browser)', ...this.headers };
    const cookie = this.cookies.header(url, { method, initiator });
    if (cookie) headers.cookie = cookie;
    headers['sec-fetch-mode'] = 'navigate';
    headers['sec-fetch-dest'] = 'document';
    headers['sec-fetch-user'] = '?1';
    if (initiator === null) headers['sec-fetch-site'] = 'none';
    else if (initiator.origin === url.origin) headers['sec-fetch-site'] = 'same-origin';
    else headers['sec-fetch-site'] = site_of(initiator) === site_of(url) ? 'same-site' : 'cross-site';
    const policy = initiator && this.page?.url === initiator.href ? this.page.headers['referrer-policy'] : undefined;
    if (initiator && policy !== 'no-referrer') {
      headers.referer = initiator.origin === url.origin ? initiator.href : `${initiator.origin}/`;
    }
    if (method === 'POST') {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      headers['content-length'] = Buffer.byteLength(body);
      // Fetch standard: a page with no-referrer posts its forms with the opaque origin, to its own origin too
      headers.origin = initiator && policy !== 'no-referrer' ? initiator.origin : 'null';
    }
    return headers;
  }

  async #navigate({ method, url, initiator, body, until, form_page }) {
    this.pending = null;
    let request = { method, url, initiator, body };
    for (let hops = 0; ; hops += 1) {
      if (hops > kMostRedirects) throw new Error(`browser: more than ${kMostRedirects} redirects, last to ${request.url}`);
      if (form_page && !form_action_permits(form_page, request.url)) {
        this.violations.push({ what: 'form-action', page: form_page.url, target: request.url.href });
      }
      const headers = this.#request_headers(request);
      const answer = await http_request(request.url, { method: request.method, headers, body: request.body, ca: this.ca });
      for (const line of answer.headers['set-cookie'] ?? []) this.cookies.store(request.url, line);
      const location = kRedirects.has(answer.status) ? answer.headers.location : undefined;
      this.history.push({
        method: request.method, url: request.url.href, status: answer.status, location, request_headers: headers, headers: answer.headers, body: request.body,
      });
      const target = location === undefined ? null : new URL(location, request.url);
      if (target && !target.hash && request.url.hash) target.hash = request.url.hash;
      const stop = target !== null && until?.(target);
      if (!target || stop) {
        this.pending = stop ? target : null;
        const { text } = answer;
        this.page = {
          status: answer.status, url: request.url.href, headers: answer.headers, text, initiator,
          forms: forms_of(text, request.url.href), links: links_of(text, request.url.href), visible: visible_text(text),
        };
        return this.page;
      }
      const keeps_method = answer.status === 307 || answer.status === 308;
      request = { method: keeps_method ? request.method : 'GET', url: target, initiator, body: keeps_method ? request.body : undefined };
    }
  }
}
