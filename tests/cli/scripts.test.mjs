// Every text of scripts/ against a real broker and oidc-provider; what may stand in one: support/command_script.mjs.
// A script finds: valetkey and xdg-open (browser.mjs) in PATH; $BROKER, $KEY (all scopes of a tenant of its own),
// $TENANT; $INSTALLATION_KEY; $API (echo_api.mjs); $ISSUER and $CLIENT_SECRET of the provider; provider-allows URI, which registers a redirect URI there.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { start_echo_api } from './echo_api.mjs';
import { binary } from '../support/command.mjs';
import { start_oidc_provider } from '../support/oidc_provider.mjs';
import { run_script } from '../support/command_script.mjs';
import { secret } from '../support/test_run.mjs';
import { new_key, start_valetkey } from '../support/valetkey.mjs';

const kScripts = fileURLToPath(new URL('./scripts/', import.meta.url));
const kBrowser = fileURLToPath(new URL('./browser.mjs', import.meta.url));

let provider;
let broker;
let api;
let installation_key;

before(async () => {
  [provider, api, broker] = await Promise.all([start_oidc_provider(), start_echo_api(), start_valetkey({ name: 'scripts', admin: false, bootstrap_key: new_key() })]);
  ({ key: installation_key } = await broker.api('POST', '/v1/keys', { key: broker.bootstrap_key, body: { name: 'installation', role: 'installation' } }));
  secret(installation_key);
});
after(async () => {
  await broker?.end();
  await api?.close();
  await provider?.stop();
});

function executable(path, ...lines) {
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
}

/** A home with keys in its profiles: kept apart from what the leak scan reads. */
function make_home() {
  const home = mkdtempSync(join(tmpdir(), 'valetkey-cli-'));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  mkdirSync(join(home, 'work'));
  symlinkSync(binary(), join(bin, 'valetkey'));
  executable(join(bin, 'xdg-open'), `exec '${process.execPath}' '${kBrowser}' "$1" 2>'${home}/browser.log'`);
  executable(join(bin, 'provider-allows'), `exec curl -fsS -o '${home}/curl' -H 'Content-Type: application/json' -d "{\\"redirect_uris\\":[\\"$1\\"]}" "$ISSUER/_control/settings"`);
  return { home, bin };
}

async function environment_of({ home, bin }) {
  const tenant = await broker.api('POST', '/v1/tenants', { key: installation_key, body: { name: 'Script' } });
  const { key } = await broker.api('POST', '/v1/keys', { key: installation_key, body: { name: 'admin', scopes: ['*'], tenant: tenant.id } });
  secret(key);
  const passed_on = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(.SAN_OPTIONS|.*SAN_SYMBOLIZER_PATH|TMPDIR)$/.test(name)));
  return {
    ...passed_on,
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    VALETKEY_TEST_DIR: join(home, 'test-run'),  // of the browser
    LC_ALL: 'C.UTF-8',
    BROKER: broker.origin,
    KEY: key,
    TENANT: tenant.id,
    INSTALLATION_KEY: installation_key,
    API: api.base_uri,
    ISSUER: provider.issuer,
    CLIENT_SECRET: secret(provider.client_secret),
  };
}

for (const name of readdirSync(kScripts).filter((each) => each.endsWith('.txt'))) {
  test(`script ${basename(name, '.txt')}`, async () => {
    const place = make_home();
    try {
      const env = await environment_of(place);
      await run_script(readFileSync(join(kScripts, name), 'utf8'), {
        cwd: join(place.home, 'work'),
        env,
        on_output: (text) => { for (const [, found] of text.matchAll(/(\bvki?_[A-Za-z0-9_-]{20,}|(?<=\/connect\/)[A-Za-z0-9_-]{20,})/g)) secret(found); },
      });
    } catch (error) {
      const log = join(place.home, 'browser.log');
      if (existsSync(log)) error.message += `\nthe browser: ${readFileSync(log, 'utf8')}`;
      throw error;
    } finally {
      rmSync(place.home, { recursive: true, force: true });
    }
  });
}
