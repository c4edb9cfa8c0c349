// The login and consent pages of the oidc-provider under test: plain forms, as an end user without JavaScript sees them.
import { read_body } from './listener.mjs';

const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (title, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1>${body}</body></html>`;

const login_page = (uid, client_id) => page('Sign in', `
<form id="login" method="post" action="/interaction/${uid}/login">
<label>Account <input name="login" required autofocus></label>
<label>Password <input name="password" type="password" required></label>
<button type="submit">Sign in to allow ${escaped(client_id)}</button>
</form>
<form id="deny" method="post" action="/interaction/${uid}/abort"><button type="submit">Cancel</button></form>`);

const consent_page = (uid, client_id, scopes) => page('Allow access', `
<p>${escaped(client_id)} asks for:</p><ul>${scopes.map((scope) => `<li>${escaped(scope)}</li>`).join('')}</ul>
<form id="consent" method="post" action="/interaction/${uid}/consent"><button type="submit">Allow</button></form>
<form id="deny" method="post" action="/interaction/${uid}/abort"><button type="submit">Deny</button></form>`);

async function consented(provider, { grantId, session, params, prompt: { details } }) {
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(' '));
  if (details.missingOIDCClaims) grant.addOIDCClaims(details.missingOIDCClaims);
  return { consent: { grantId: await grant.save() } };
}

const steps = {
  async login(provider, interaction, form, accounts) {
    const account = form.get('login');
    if (accounts[account] !== undefined && accounts[account] !== form.get('password')) return null;
    return [{ login: { accountId: account } }, { mergeWithLastSubmission: false }];
  },
  async consent(provider, interaction) {
    return [await consented(provider, interaction), { mergeWithLastSubmission: true }];
  },
  async abort() {
    return [{ error: 'access_denied', error_description: 'the end user said no' }, { mergeWithLastSubmission: false }];
  },
};

/**
 * Answers `/interaction/...`; `accounts` maps account to password, an account that is not listed signs in with any.
 * The library itself finds the interaction by its cookie, so a browser that did not start the flow gets an error.
 */
export async function handle_interaction(provider, accounts, req, res) {
  const [, , uid, step] = new URL(req.url, 'http://localhost').pathname.split('/');
  const html = (status, text) => {
    res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    res.end(text);
  };
  try {
    const interaction = await provider.interactionDetails(req, res);
    if (req.method === 'GET') {
      const { prompt, params } = interaction;
      if (prompt.name === 'login') return html(200, login_page(uid, params.client_id));
      return html(200, consent_page(uid, params.client_id, (params.scope ?? '').split(' ')));
    }
    if (!steps[step]) return html(404, page('Not found', ''));
    const form = new URLSearchParams((await read_body(req)).toString('utf8'));
    const finished = await steps[step](provider, interaction, form, accounts);
    if (!finished) return html(403, page('Wrong password', ''));
    return await provider.interactionFinished(req, res, ...finished);
  } catch (error) {
    return html(400, page('Interaction failed', `<p>${escaped(error.message)}</p>`));
  }
}
