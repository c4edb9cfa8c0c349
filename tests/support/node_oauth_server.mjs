// npm @node-oauth/oauth2-server as a process of its own: settings as JSON in the first argument, one ready line on stdout.
import { randomBytes } from 'node:crypto';

import OAuth2Server from '@node-oauth/oauth2-server';

import { answer_json, listen, read_body } from './listener.mjs';
import { make_model } from './node_oauth_model.mjs';
import { kOddSecret } from './odd_secret.mjs';
import { end_with_parent, say_ready } from './server_process.mjs';

const settings = { rotate: true, redirect_uris: [], access_token_ttl: 3600, ...JSON.parse(process.argv[2] ?? '{}') };
const scopes = ['read', 'write'];
const username = 'alice';
const password = randomBytes(18).toString('base64url');
const clients = [
  { client_id: 'confidential', client_secret: randomBytes(24).toString('base64url') },
  { client_id: 'public', client_secret: null },
  { client_id: 'odd', client_secret: kOddSecret },
];
const { model, secrets } = make_model({ clients, users: { [username]: password }, scopes, settings });
const server = new OAuth2Server({ model, accessTokenLifetime: settings.access_token_ttl });

const page = (body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>${body}</body></html>`;
const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const answer_html = (res, status, body) => { res.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }); res.end(page(body)); };

/** Signing in and consent on one page; the library has no pages of its own. */
const consent_form = (query) => `<form id="consent" method="post" action="/authorize?${escaped(new URLSearchParams(query))}">
<p>${escaped(query.client_id)} asks for ${escaped(query.scope)}</p>
<label>Name <input name="username"></label> <label>Password <input name="password" type="password"></label>
<button name="allowed" value="true">Allow</button> <button name="allowed" value="false">Deny</button></form>`;

/** The library's request and response for one of ours. */
const exchange_of = ({ method, headers }, query, form) => [new OAuth2Server.Request({ method, headers, query, body: form }), new OAuth2Server.Response()];

function answer(res, { status, headers, body }) {
  if (headers.location) { res.writeHead(302, { location: headers.location }); return res.end(); }
  return answer_json(res, status, body ?? {}, headers);
}

/** An error of the library that it did not put into the response itself. */
const answer_error = (res, error, headers = {}) => answer_json(res, error.code ?? 500, { error: error.name, error_description: error.message }, headers);

const routes = {
  'GET /authorize': async (req, res, query) => answer_html(res, 200, consent_form(query)),
  'POST /authorize': async (req, res, query, form) => {
    const user = await model.getUser(form.username, form.password);
    if (!user) return answer_html(res, 403, 'wrong password');
    const [request, response] = exchange_of(req, query, form);
    await server.authorize(request, response, { authenticateHandler: { handle: () => user }, authorizationCodeLifetime: 60 }).catch((error) => {
      if (!response.headers.location) throw error;
    });
    return answer(res, response);
  },
  'POST /token': async (req, res, query, form) => {
    const [request, response] = exchange_of(req, query, form);
    const options = { alwaysIssueNewRefreshToken: settings.rotate, requireClientAuthentication: { password: false, refresh_token: false } };
    await server.token(request, response, options).catch((error) => { if (!response.body?.error) throw error; });
    return answer(res, response);
  },
  'GET /api/me': async (req, res, query) => {
    const [request, response] = exchange_of(req, query, {});
    try {
      const token = await server.authenticate(request, response);
      return answer_json(res, 200, { account: token.user.name, client_id: token.client.id, scope: token.scope });
    } catch (error) {
      return answer_error(res, error, response.headers);
    }
  },
  'GET /_control/secrets': async (req, res) => answer_json(res, 200, secrets()),
  'POST /_control/settings': async (req, res, query, form, bytes) => answer_json(res, 200, Object.assign(settings, JSON.parse(bytes))),
};

const main = await listen(async (req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const route = routes[`${req.method} ${url.pathname}`];
  if (!route) return answer_json(res, 404, { error: 'no such route' });
  try {
    const text = (await read_body(req)).toString('utf8');
    const is_form = /^application\/x-www-form-urlencoded/.test(req.headers['content-type'] ?? '');
    return await route(req, res, Object.fromEntries(url.searchParams), is_form ? Object.fromEntries(new URLSearchParams(text)) : {}, text);
  } catch (error) {
    return answer_error(res, error);
  }
});

end_with_parent(() => main.close());
say_ready({ issuer: main.origin, username, password, clients, methods: Object.getOwnPropertyNames(OAuth2Server.prototype).filter((name) => name !== 'constructor') });
