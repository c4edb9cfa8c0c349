// APIs that are too slow, on a clock that only moves when it is told to.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../support/eventually.mjs';
import { start_proxy_rig } from '../support/proxy_rig.mjs';
import { plain_answer } from '../support/raw_upstream.mjs';

let rig;
let connection;
before(async () => {
  rig = await start_proxy_rig({ stepped: true, env: { VALETKEY_PROXY_HEAD_TIMEOUT: '20s', VALETKEY_PROXY_IDLE_TIMEOUT: '10s' } });
  connection = await rig.connect({ expires_at: new Date(Date.UTC(2026, 5, 1)).toISOString() });
});
after(() => rig?.stop());

const arrived = () => eventually(() => rig.upstream.requests.length === 1);

test('an API that never answers is a timeout after the configured time, and not before', async () => {
  rig.upstream.now(() => null);
  let is_answered = false;
  const call = rig.call(connection, '/a').finally(() => { is_answered = true; });
  await arrived();
  await rig.broker.advance(18);
  assert.equal(is_answered, false);
  await rig.broker.advance(4);
  const answer = await call;
  assert.equal(answer.status, 504);
  assert.equal(answer.headers['valetkey-error'], 'upstream_timeout');
  assert.equal(answer.json().retryable, true);
});

test('a body that stops coming breaks off for the caller', async () => {
  rig.upstream.now('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
  const call = rig.call(connection, '/a');
  const broken = assert.rejects(call, /cut off|aborted|hang up|ECONNRESET/);
  await arrived();
  // the head has to be on its way before the time of its body runs
  for (let i = 0; i < 6; ++i) await rig.broker.advance(5);
  await broken;
});

test('a slow answer within the time is one', async () => {
  let answer_now;
  rig.upstream.now((request) => { answer_now = () => request.socket.write(plain_answer('late')); return null; });
  const call = rig.call(connection, '/a');
  await arrived();
  await rig.broker.advance(15);
  answer_now();
  assert.equal((await call).text, 'late');
});
