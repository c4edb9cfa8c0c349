// Debian's glewlwyd, a real OAuth server in C that nobody here wrote, as an ordinary process with an SQLite database.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { basic_authorization, http_request } from './http_request.mjs';
import { kKeepingPlugin, kOauth2Plugin, kOidcPlugin, set_up } from './glewlwyd_setup.mjs';
import { listen } from './listener.mjs';
import { start_process, with_parent } from './server_process.mjs';

const kSampleConfiguration = '/usr/share/doc/glewlwyd/glewlwyd.conf.sample.gz';
const kInitSql = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz';

/** The packaged configuration with our values: a name that it does not know is an error, so that a new release shows. */
function configuration(directory, port) {
  const changes = {
    port: port,
    bind_address: '"127.0.0.1"',
    external_url: `"http://127.0.0.1:${port}"`,
    cookie_domain: '"127.0.0.1"',
    cookie_secure: 0,
  };
  let text = gunzipSync(readFileSync(kSampleConfiguration)).toString('utf8');
  for (const [name, value] of Object.entries(changes)) {
    const changed = text.replace(new RegExp(`^#?${name} *=.*$`, 'm'), `${name}=${value}`);
    if (changed === text) throw new Error(`glewlwyd configuration: there is no ${name}`);
    text = changed;
  }
  return text.replace(/^ *path = .*glewlwyd\.db.*$/m, `  path = "${directory}/glewlwyd.db"`);
}

async function free_port() {
  const probe = await listen(() => {});
  await probe.close();
  return probe.port;
}

/** It says that it has started a little before it listens. */
async function accepts_connections(port, { child }) {
  while (child.exitCode === null) {
    const connected = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => { socket.destroy(); resolve(true); });
      socket.once('error', () => resolve(false));
    });
    if (connected) return;
    await turn(5);
  }
  throw new Error('start glewlwyd: it ended before it listened');
}

async function launch(directory) {
  // the port is chosen by us: somebody else may take it in between, so there is a second and third try
  for (let attempt = 1; ; attempt += 1) {
    const port = await free_port();
    const file = join(directory, 'glewlwyd.conf');
    writeFileSync(file, configuration(directory, port));
    try {
      const child = await start_process(...with_parent('glewlwyd', [`--config-file=${file}`]), { is_ready: (line) => /started on port/.test(line), cwd: directory, deadline_ms: 20_000 });
      await accepts_connections(port, child);
      return { port, child };
    } catch (error) {
      if (attempt === 3 || /ENOENT/.test(error.message)) throw error;
    }
  }
}

function urls_of(base, plugin) {
  const prefix = `${base}/api/${plugin}`;
  return {
    issuer: base,
    token_url: `${prefix}/token`,
    authorization_url: `${prefix}/auth`,
    revocation_url: `${prefix}/revoke`,
    introspection_url: `${prefix}/introspect`,
    // answers who the token belongs to
    api_url: plugin === kOauth2Plugin ? `${prefix}/profile` : `${prefix}/userinfo`,
    base_uri: prefix,
  };
}

/**
 * Starts glewlwyd with a user, two scopes, five clients and three plugins:
 *   oidc     refresh tokens are good for one use, a second use ends the chain
 *   keeping  the same plugin, its refresh tokens do not rotate
 *   oauth2   the older plugin: refresh tokens do not rotate, clients authenticate by basic only
 * Answers { oidc, keeping, oauth2 } (each with token_url, authorization_url, revocation_url, introspection_url, api_url, base_uri),
 * username, password, scopes, clients ({basic, post, public, machine, odd}: {client_id, client_secret}), consent(browser),
 * set_redirect_uris([...]), stop().
 */
export async function start_glewlwyd({ access_token_duration = 3600, refresh_token_duration = 1_209_600 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'glewlwyd-'));
  let running;
  try {
    execFileSync('sqlite3', [join(directory, 'glewlwyd.db')], { input: gunzipSync(readFileSync(kInitSql)) });
    running = await launch(directory);
    const { port, child } = running;
    const base = `http://127.0.0.1:${port}`;
    const setting = {
      username: 'alice', password: randomBytes(18).toString('base64url'), scopes: ['read', 'write'],
      client_secret: randomBytes(24).toString('base64url'), access_token_duration, refresh_token_duration,
    };
    const admin = await set_up(base, setting);
    const { username, password, scopes } = setting;
    return {
      issuer: base,
      port,
      oidc: urls_of(base, kOidcPlugin),
      keeping: urls_of(base, kKeepingPlugin),
      oauth2: urls_of(base, kOauth2Plugin),
      username,
      password,
      scopes,
      clients: admin.clients,
      client_secret: setting.client_secret,
      basic: ({ client_id, client_secret }) => ({ authorization: basic_authorization(client_id, client_secret) }),
      set_redirect_uris: admin.set_redirect_uris,
      /**
       * What the end user does on the login page that `browser` shows: signs in, grants the scopes asked for, goes on.
       * That page is a JavaScript application; these are the requests that it makes.
       */
      async consent(browser, { until } = {}) {
        const page = new URL(browser.page.url).searchParams;
        const call = async (method, path, body) => {
          const url = new URL(`${base}/api${path}`);
          const cookie = browser.cookies.header(url);
          const answer = await http_request(url, { method, headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) }, body: JSON.stringify(body) });
          if (answer.status !== 200) throw new Error(`glewlwyd ${method} ${path}: ${answer.status} ${answer.text}`);
          for (const line of answer.headers['set-cookie'] ?? []) browser.cookies.store(url, line);
        };
        await call('POST', '/auth/', { username, password });
        await call('PUT', `/auth/grant/${page.get('client_id')}/`, { scope: page.get('scope') });
        return browser.open(`${page.get('callback_url')}&g_continue`, { until });
      },
      tail: child.tail,
      async stop() {
        // its database is thrown away, and a SIGTERM in its first moments is lost
        await child.kill9();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await running?.child.kill9();
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}
