import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Browser } from './browser.mjs';
import { CookieJar } from './cookie_jar.mjs';
import { forms_of, visible_text } from './html_forms.mjs';
import { listen, read_body } from './listener.mjs';

const pages = {
  '/start': () => [302, { location: '/form', 'set-cookie': ['a=1; Path=/', 'hidden=2; Path=/form; HttpOnly', '__Host-bad=3; Path=/x; Secure'] }, ''],
  '/form': () => [200, { 'referrer-policy': 'no-referrer', 'content-security-policy': "default-src 'none'; form-action 'self'" },
    `<form id="one" method="post" action="/echo?q=1&amp;r=2"><input type=hidden name="token" value="a&quot;b"><input name='who' value=x>
     <button name="go" value="yes">Allow it</button></form><form id="away" action="${other.origin}/echo"><button>Leave</button></form>
     <a href="/echo?link=1">Follow <b>me</b></a>`],
};
let main;
let other;
const handler = async (req, res) => {
  const url = new URL(req.url, 'http://x');
  const body = await read_body(req);
  const [status, headers, text] = pages[url.pathname]?.() ?? [200, { 'content-type': 'application/json' }, JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: body.toString() })];
  res.writeHead(status, headers);
  res.end(text);
};
before(async () => { [main, other] = [await listen(handler), await listen(handler)]; });
after(() => Promise.all([main.close(), other.close()]));

test('redirects, cookies and a form with hidden fields', async () => {
  const browser = new Browser();
  await browser.open(`${main.origin}/start`);
  assert.equal(browser.page.url, `${main.origin}/form`);
  assert.deepEqual(browser.history.map(({ status }) => status), [302, 200]);
  assert.equal(browser.cookies.refused[0].why, 'breaks the rule of __Host-');
  assert.equal(browser.cookies.script_visible(`${main.origin}/form`), 'a=1');
  await browser.submit({ who: 'bob & co' }, { button: /allow/i });
  const seen = JSON.parse(browser.page.text);
  assert.equal(seen.url, '/echo?q=1&r=2');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(seen.body)), { token: 'a"b', who: 'bob & co', go: 'yes' });
  assert.equal(seen.headers.cookie, 'a=1');
  assert.equal(seen.headers.origin, 'null');
  assert.equal(seen.headers.referer, undefined);
  assert.equal(seen.headers['sec-fetch-site'], 'same-origin');
  assert.deepEqual(browser.violations, []);
});

test('links, until and what form-action would block', async () => {
  const browser = new Browser();
  await browser.open(`${main.origin}/start`, { until: (url) => url.pathname === '/form' });
  assert.equal(browser.page.status, 302);
  assert.equal(browser.pending.pathname, '/form');
  await browser.proceed();
  await browser.submit({}, { form: 'away' });
  assert.deepEqual(browser.violations.map(({ what }) => what), ['form-action']);
  await browser.open(`${main.origin}/form`);
  await browser.click('Follow me');
  assert.equal(JSON.parse(browser.page.text).url, '/echo?link=1');
  assert.throws(() => browser.submit({}, { form: 'none' }), /no form none/);
});

test('cookies: path, origin, expiry, deletion, SameSite', () => {
  const jar = new CookieJar();
  const url = new URL('https://a.example/x/y');
  for (const line of ['lax=1; Path=/; SameSite=Lax', 'strict=1; Path=/; SameSite=Strict', 'none=1; Path=/; SameSite=None; Secure', 'deep=1; Path=/x', '__Host-s=1; Path=/; Secure']) jar.store(url, line);
  const names = (target, options) => jar.matching(new URL(target), options).map(({ name }) => name).sort();
  assert.deepEqual(names('https://a.example/'), ['__Host-s', 'lax', 'none', 'strict']);
  assert.deepEqual(names('https://a.example/x/z').includes('deep'), true);
  assert.deepEqual(names('https://a.example/xy').includes('deep'), false);
  assert.deepEqual(names('https://a.example:8443/'), []);
  const initiator = new URL('https://evil.example/');
  assert.deepEqual(names('https://a.example/', { initiator }), ['__Host-s', 'lax', 'none']);
  assert.deepEqual(names('https://a.example/', { initiator, method: 'POST' }), ['none']);
  jar.store(url, 'lax=; Path=/; Max-Age=0');
  assert.equal(names('https://a.example/').includes('lax'), false);
  jar.store(new URL('http://a.example/'), 'plain=1; Secure');
  assert.equal(jar.refused.at(-1).why, 'Secure over plain http');
});

test('forms: checkbox, select, textarea, comments, entities', () => {
  const [form, ...rest] = forms_of(`<!-- <form></form> --><form action=go method=POST><input type=checkbox name=c1><input type=checkbox name=c2 checked>
    <select name=s><option value=1>one<option value=2 selected>two</option></select><textarea name=t>a &lt; b</textarea><input disabled name=d value=1></form>`, 'http://h/p/q');
  assert.equal(rest.length, 0);
  assert.equal(form.action, 'http://h/p/go');
  assert.deepEqual(form.fields, [['c2', 'on'], ['t', 'a < b'], ['s', '2']]);
  assert.equal(visible_text('<head><title>x</title></head><p>a&amp;b</p><script>no</script> c'), 'a&b c');
});
