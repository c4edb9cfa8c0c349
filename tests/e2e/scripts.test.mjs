// Scripts in the whole broker: the processes they run in, and what attacks do to others.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { eventually } from '../support/eventually.mjs';
import { secret } from '../support/test_run.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

const kSecret = secret('a secret of a script');
const kVerify = `
function verify(request, { secrets }) {
  return secrets.verifyHmac('key', 'sha256', request.raw, request.header('x-signature') ?? '')
    ? { outcome: 'verified', signedHeaders: [] } : { outcome: 'rejected', reason: 'signature_mismatch' };
}
const parse = (request) => ({ eventType: request.json().type, appUserId: request.json().user, eventPayload: request.json() });`;

let broker;
before(async () => { broker = await start_valetkey({ name: 'scripts' }); });
after(() => broker?.end());

/** Ids of the processes that the broker has started. */
function workers() {
  return readdirSync('/proc').filter((id) => {
    try {
      return /^\d+$/.test(id) && Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8'))[1]) === broker.pid;
    } catch {
      return false;  // it has ended meanwhile
    }
  });
}

const attempt = (source, { key = kSecret, kind = 'webhook' } = {}) => {
  const body = JSON.stringify({ type: 'made', user: 'u1' });
  return broker.api('POST', '/v1/services/try', {
    body: {
      service: { implementation: 'script', source }, kind, secrets: { key: [kSecret] }, public_url: 'https://broker.example/hooks/a/b',
      request: { method: 'POST', url: 'https://broker.example/hooks/a/b', headers: [['x-signature', createHmac('sha256', key).update(body).digest('hex')]], body },
    },
  });
};

test('security_s36_there_is_no_worker_before_the_first_script_and_one_holds_nothing_of_the_broker', async () => {
  assert.deepEqual(workers(), []);
  const verified = await attempt(kVerify);
  assert.equal(verified.outcome, 'verified', JSON.stringify(verified));
  assert.deepEqual(verified.events.map(({ eventType, appUserId }) => [eventType, appUserId]), [['made', verified.events[0].appUserId]]);
  assert.ok(workers().length > 0);
  for (const id of workers()) {
    await eventually(() => /Seccomp:\t2/.test(readFileSync(`/proc/${id}/status`, 'utf8')));
    let environment, files;
    try {
      environment = readFileSync(`/proc/${id}/environ`, 'utf8');
      files = readdirSync(`/proc/${id}/fd`).map((file) => readlinkSync(`/proc/${id}/fd/${file}`));
    } catch (error) {
      if (error.code === 'EACCES' || error.code === 'EPERM') continue;  // it is not dumpable: only root may look
      throw error;
    }
    assert.doesNotMatch(environment, /VALETKEY|PATH|HOME/);
    const of_the_engine = ['/dev/null', '/dev/urandom', `/proc/${id}/statm`];
    assert.deepEqual(files.filter((file) => !of_the_engine.includes(file) && !file.startsWith('anon_inode')).map((file) => file.split(':')[0]), ['socket']);
  }
});

test('security_s36_attacks_beside_good_calls', async () => {
  const attacks = ['for (;;);', 'const f = () => f(); const a = []; for (;;) a.push(new Array(1000).fill(1));', "/^(a+)+$/.test('a'.repeat(40) + 'b');", 'throw new Error("x".repeat(1e6));'];
  const bad = attacks.map((code) => attempt(`function verify() { ${code} }`));
  const good = Array.from({ length: 8 }, () => attempt(kVerify));
  for (const { outcome, reason } of await Promise.all(bad)) {
    assert.equal(outcome, 'rejected');
    assert.match(reason, /^script_(error|timeout|unavailable)$/);
  }
  for (const told of await Promise.all(good)) assert.equal(told.outcome, 'verified', JSON.stringify(told));
  assert.equal((await attempt(kVerify, { key: 'another' })).reason, 'signature_mismatch');
});

test('security_s36_a_worker_that_is_killed_is_replaced', async () => {
  await attempt(kVerify);
  for (const id of workers()) process.kill(Number(id), 'SIGKILL');
  assert.equal((await attempt(kVerify)).outcome, 'verified');
});

test('workers end with the broker', async () => {
  await attempt(kVerify);
  const before_end = workers();
  assert.ok(before_end.length > 0);
  await broker.end();
  const lives = (id) => {
    try {
      return !/\) Z /.test(readFileSync(`/proc/${id}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  await eventually(() => !before_end.some(lives));
});
