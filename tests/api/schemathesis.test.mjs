// Schemathesis (PyPI) drives every operation of the description against a broker: the examples, the edges of every schema, generated
// bodies, and the links between operations. Nothing that the description does not say may come back, and never a fault of the broker.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { read_description } from '../support/description.mjs';
import { kRepository } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';
import { start_stand_in_provider } from './stand_in_provider.mjs';
import { strict } from './strict_description.mjs';

// `make test` sends the same requests each time; `make soak` sends many others.
const kSoak = Boolean(process.env.SOAK);
const kExamples = kSoak ? ['--max-examples', '150'] : [];  // else as schemathesis.toml says
const kSeed = kSoak ? randomInt(2 ** 31) : 20_261_124;
const kTool = join(kRepository, 'build/venv/bin/schemathesis');
const kHere = join(kRepository, 'tests/api');

let provider;
let broker;
let installation_key;
let description;

before(async () => {
  provider = await start_stand_in_provider();
  broker = await start_valetkey({ name: 'schemathesis', admin: false });
  broker.key = broker.bootstrap_key;
  installation_key = await broker.make_key({ name: 'installation', role: 'installation', scopes: undefined });
  await broker.become_admin();
  description = strict(await read_description(broker));
});
after(async () => {
  await broker?.end();
  await provider?.end();
});

/** Drives `document` and answers {status, output}. What the tool writes is not the broker's, and no leak scan reads it. */
async function drive(document, args) {
  const directory = mkdtempSync(join(tmpdir(), 'valetkey-schemathesis-'));
  try {
    return await drive_in(directory, document, args);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function drive_in(directory, document, args) {
  const file = join(directory, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const { PATH, LANG, TMPDIR } = process.env;
  const env = {
    PATH, HOME: directory, LANG, TMPDIR, PYTHONDONTWRITEBYTECODE: '1', COLUMNS: '150', NO_COLOR: '1',
    VALETKEY_HOOKS: join(kHere, 'hooks.py'), VALETKEY_BROKER: broker.origin, VALETKEY_PROVIDER: provider.origin,
    VALETKEY_TENANT_KEY: broker.key, VALETKEY_INSTALLATION_KEY: installation_key,
  };
  const all = ['--config-file', join(kHere, 'schemathesis.toml'), 'run', file, '--url', broker.origin, '--seed', String(kSeed), ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(kTool, all, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => { output += bytes; });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

test('the description holds for every operation, whatever is sent', { timeout: 850_000 }, async () => {
  const { status, output } = await drive(description, [...kExamples, '--continue-on-failure']);
  assert.equal(status, 0, output);
  for (const place of ['/token', '/revoke', '/api']) assert.ok(provider.requests[place] > 0, `nothing led to ${place} of the provider`);
  await broker.api('GET', '/readyz');
});

test('an untrue description is found out', async () => {
  const untrue = structuredClone(description);
  const { get, patch } = untrue.paths['/v1/policy'];
  const { schema } = get.responses['200'].content['application/json'];
  delete schema.properties.effective;
  schema.required = schema.required.filter((name) => name !== 'effective');
  delete patch.responses['422'];
  const { status, output } = await drive(untrue, ['--include-path', '/v1/policy', '--phases', 'examples,coverage', '--continue-on-failure']);
  assert.equal(status, 1, output);
  assert.match(output, /Response violates schema/);
  assert.match(output, /Undocumented status code/);
});
