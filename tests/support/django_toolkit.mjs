// Django OAuth Toolkit (PyPI) with SQLite on a free loopback port: the project is tests/conformance/django.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { http_request } from './http_request.mjs';
import { ready_json, start_process, with_parent } from './server_process.mjs';
import { kOddSecret } from './odd_secret.mjs';
import { kRepository, secret } from './test_run.mjs';

const kPython = join(kRepository, 'build/venv/bin/python3');

/**
 * Answers { issuer, versions ({django, toolkit}), authorization_url, token_url, revocation_url, introspection_url, api_url, base_uri,
 * username, password, client({grant, client_authentication, rotation}), odd_client, sign_in_and_allow(browser), set_redirect_uris([...]), stop() }.
 */
export async function start_django_toolkit() {
  if (!existsSync(kPython)) throw new Error('start Django OAuth Toolkit: there is no build/venv; tools/setup makes it');
  const directory = mkdtempSync(join(tmpdir(), 'django-toolkit-'));
  const wish = { username: 'alice', password: secret(randomBytes(18).toString('base64url')), client_secret: secret(randomBytes(24).toString('base64url')), odd_secret: secret(kOddSecret) };
  const forget = () => rmSync(directory, { recursive: true, force: true });
  let child;
  try {
    child = await start_process(...with_parent(kPython, [join(kRepository, 'tests/conformance/django/serve.py'), JSON.stringify(wish)]), {
      is_ready: ready_json, cwd: directory, env: { PATH: process.env.PATH, CONFORMANCE_DIRECTORY: directory, PYTHONDONTWRITEBYTECODE: '1' },
    });
  } catch (error) {
    forget();
    throw error;
  }
  const { port, django, toolkit } = child.ready;
  const origin = `http://127.0.0.1:${port}`;
  const { username, password, client_secret } = wish;
  const grant_names = { authorization_code: 'code', password: 'password', client_credentials: 'machine' };
  const authentication_names = { none: 'none', client_secret_basic: 'basic', client_secret_post: 'post' };
  return {
    versions: { django, toolkit },
    issuer: `${origin}/o`,
    authorization_url: `${origin}/o/authorize/`,
    token_url: `${origin}/o/token/`,
    revocation_url: `${origin}/o/revoke_token/`,
    introspection_url: `${origin}/o/introspect/`,
    base_uri: `${origin}/api`,
    api_url: `${origin}/api/me`,
    username,
    password,
    client: ({ grant, client_authentication, rotation }) => ({
      client_id: [rotation === 'kept' ? 'keeping' : 'rotating', authentication_names[client_authentication], grant_names[grant]].join('-'),
      client_secret: client_authentication === 'none' ? null : client_secret,
    }),
    odd_client: { client_id: 'odd', client_secret: kOddSecret },
    /** Django's sign-in page, then the toolkit's consent page. */
    async sign_in_and_allow(browser) {
      if (new URL(browser.page.url).pathname === '/accounts/login/') await browser.submit({ username, password }, { form: 'login' });
      await browser.submit({}, { button: /authorize/i });
    },
    set_redirect_uris: (uris) => http_request(`${origin}/_control/redirect_uris`, { method: 'POST', body: JSON.stringify(uris) }),
    tail: child.tail,
    async stop() {
      // its database is thrown away
      await child.kill9();
      forget();
    },
  };
}
