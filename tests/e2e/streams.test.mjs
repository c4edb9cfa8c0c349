// Bodies of any size through the proxy, both ways, in bounded memory; slow readers and slow APIs.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';

import { http_request } from '../support/http_request.mjs';
import { eventually, start_nasty_rig } from '../support/nasty_rig.mjs';
import { resident_bytes } from '../support/process_facts.mjs';
import { start_slow_api } from '../support/slow_api.mjs';

const kMiB = 1024 * 1024;
const kLarge = 1024 * kMiB;
const kHalted = 128 * kMiB;
const kMostGrowth = 32 * kMiB;
const kMostUnderWay = 32 * kMiB;  // what the kernel keeps for the two connections of a call
const kPiece = Buffer.alloc(64 * 1024, 'u');

let rig;
let api;
let connection;

before(async () => {
  // Memory that was freed is kept back by the sanitizer, and is no growth of the broker.
  const asan = [process.env.ASAN_OPTIONS, 'quarantine_size_mb=1', 'thread_local_quarantine_size_kb=64'].filter(Boolean).join(':');
  [rig, api] = await Promise.all([start_nasty_rig({ stepped: false, name: 'streams', env: { ASAN_OPTIONS: asan } }), start_slow_api()]);
  connection = await (await rig.subject({ base_uri: `${api.origin}/api` })).import_connection();
  await received('pour?bytes=1000000');
  await sent('swallow', kMiB);
});

after(async () => {
  await rig?.stop();
  await api?.stop();
});

/** A call whose body is written, and whose answer is read, by the test: { req, answer }. */
function call(path, { method = 'GET', headers = {} } = {}) {
  const req = http.request(`${rig.broker.origin}/v1/proxy/${connection.id}/${path}`, {
    method, headers: { authorization: `Bearer ${rig.broker.key}`, ...headers }, agent: false,
  });
  const answer = new Promise((resolve, reject) => {
    req.on('response', resolve);
    req.on('error', reject);
  });
  return { req, answer };
}

/** Bytes of the answer of a call, read as fast as they come. */
async function received(path, watch = () => {}) {
  const { req, answer } = call(path);
  req.end();
  const res = await answer;
  assert.equal(res.statusCode, 200);
  let size = 0;
  for await (const piece of res) {
    size += piece.length;
    watch(size);
  }
  assert.ok(res.complete);
  return size;
}

/** What the API says it got of a body of `bytes`. */
async function sent(path, bytes, { headers = { 'content-length': bytes }, watch = () => {} } = {}) {
  const { req, answer } = call(path, { method: 'POST', headers });
  for (let at = 0; at < bytes; at += kPiece.length) {
    if (!req.write(kPiece.subarray(0, Math.min(kPiece.length, bytes - at)))) await new Promise((resolve) => { req.once('drain', resolve); });
    watch(at);
  }
  req.end();
  const res = await answer;
  let text = '';
  for await (const piece of res) text += piece;
  assert.equal(res.statusCode, 200, text);
  return Number(text);
}

/** Runs `work`, which gets a function to call now and then; fails when the broker grew by more than it may. */
async function in_bounded_memory(work) {
  const start = resident_bytes(rig.broker.pid);
  let largest = start;
  let calls = 0;
  await work(() => {
    if (++calls % 64 === 0) largest = Math.max(largest, resident_bytes(rig.broker.pid));
  });
  assert.ok(calls >= 64, 'nobody looked');
  assert.ok(largest - start < kMostGrowth, `the broker grew by ${Math.round((largest - start) / kMiB)} MiB`);
}

describe('a large body in bounded memory', () => {
  test('1 GiB that is received', () => in_bounded_memory(async (look) => {
    assert.equal(await received(`pour?bytes=${kLarge}`, look), kLarge);
  }));

  test('1 GiB that is sent with its length', () => in_bounded_memory(async (look) => {
    assert.equal(await sent('swallow', kLarge, { watch: look }), kLarge);
  }));

  test('one that is sent in chunks', () => in_bounded_memory(async (look) => {
    assert.equal(await sent('swallow', kHalted, { headers: {}, watch: look }), kHalted);
  }));
});

test('a reader that halts brings the API to a halt, and gets all of it later', () => in_bounded_memory(async (look) => {
  const { req, answer } = call(`pour?bytes=${kHalted}`);
  req.end();
  const res = await answer;
  let poured = 0;
  let unchanged = 0;
  await eventually('the API halts', async () => {
    await http_request(`${rig.broker.origin}/healthz`);  // everybody had a turn
    unchanged = api.poured === poured ? unchanged + 1 : 0;
    poured = api.poured;
    return unchanged === 200;
  });
  assert.ok(api.poured < kMostUnderWay, `the API could send ${api.poured / kMiB} MiB`);
  let size = 0;
  for await (const piece of res) {
    size += piece.length;
    look();
  }
  assert.equal(size, kHalted);
}));

test('an API that reads slowly slows the sender', () => in_bounded_memory(async (look) => {
  const bytes = 48 * kMiB;
  let furthest = 0;
  const got = await sent('swallow?pause=2', bytes, {
    watch: (at) => {
      furthest = Math.max(furthest, at - (api.swallowed ?? 0));
      look();
    },
  });
  assert.equal(got, bytes);
  assert.ok(furthest < kMostUnderWay, `${furthest / kMiB} MiB were under way`);
}));

test('an API that sends slowly is read as it sends', async () => {
  const times = [];
  const size = await received('pour?bytes=655360&pause=20', () => times.push(performance.now()));
  assert.equal(size, 655360);
  assert.ok(times.length >= 10, `it came in ${times.length} pieces`);
  assert.ok(times.at(-1) - times[0] > 100, 'all came at once');
});
