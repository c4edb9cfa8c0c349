// Requests and replies that two readers would read differently, on real sockets: nobody's bytes become somebody else's message.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { start_proxy_rig } from '../support/proxy_rig.mjs';
import { raw_exchange } from '../support/raw_exchange.mjs';
import { plain_answer } from '../support/raw_upstream.mjs';
import { new_tenant } from '../support/tenants_rig.mjs';

let rig;
let connection;
before(async () => {
  rig = await start_proxy_rig();
  connection = await rig.connect();
});
after(() => rig?.stop());
beforeEach(() => rig.upstream.now(plain_answer('ok')));

describe('a request', () => {
  const kSmuggled = 'GET /v1/proxy/evil HTTP/1.1\r\nHost: x\r\n\r\n';
  const rows = [
    ['length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked'], `0\r\n\r\n${kSmuggled}`],
    ['chunks and length', ['Transfer-Encoding: chunked', 'Content-Length: 5'], `0\r\n\r\n${kSmuggled}`],
    ['two lengths', ['Content-Length: 5', 'Content-Length: 6'], 'hello!'],
    ['the same length twice', ['Content-Length: 5', 'Content-Length: 5'], 'hello'],
    ['a list of lengths', ['Content-Length: 5, 5'], 'hello'],
    ['a signed length', ['Content-Length: +5'], 'hello'],
    ['a hexadecimal length', ['Content-Length: 0x5'], 'hello'],
    ['another coding', ['Transfer-Encoding: gzip'], 'hello'],
    ['chunks in another coding', ['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'],
    ['chunks twice', ['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'],
    ['two lines of coding', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n'],
    ['a coding with a tab in it', ['Transfer-Encoding: \x0bchunked'], '0\r\n\r\n'],
    ['a space before the colon', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
    ['a folded line', ['X-A: 1', ' folded: 2'], ''],
    ['a bare line feed', ['X-A: 1\nX-B: 2'], ''],
    ['a bare carriage return', ['X-A: 1\rX-B: 2'], ''],
    ['a NUL in a value', ['X-A: 1\x002'], ''],
    ['a name with a space', ['X A: 1'], ''],
    ['no name', [': 1'], ''],
  ];
  for (const [what, lines, body] of rows) {
    test(`security_s14_is_refused: ${what}`, async () => {
      const answer = await rig.raw(connection, '/a', { method: 'POST', lines, body });
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.text.match(/HTTP\/1\.1 /g).length, 1, 'one answer');
      assert.equal(rig.upstream.requests.length, 0);
    });
  }

  for (const target of ['/a\x01b', '/a\x7f', '/a\tb']) {
    test(`security_s14_control_bytes_in_the_target_are_refused: ${JSON.stringify(target)}`, async () => {
      assert.equal((await rig.raw(connection, target)).status, 400);
      assert.equal(rig.upstream.requests.length, 0);
    });
  }

  for (const [what, body] of [['a size that is none', 'z\r\nhello\r\n0\r\n\r\n'], ['a chunk longer than it says', '4\r\nhello\r\n0\r\n\r\n'], ['a size with a sign', '-5\r\nhello\r\n0\r\n\r\n'], ['a bare line feed', '5\nhello\n0\n\n']]) {
    test(`security_s14_chunks_that_cannot_be_read_end_the_call: ${what}`, async () => {
      const answer = await rig.raw(connection, '/a', { method: 'POST', lines: ['Transfer-Encoding: chunked'], body });
      assert.ok([400, 0].includes(answer.status), answer.text);
      assert.ok(!rig.upstream.requests.some((request) => request.body.toString().includes('hello\r\n')));
    });
  }

  test('security_s14_its_framing_is_made_anew', async () => {
    await rig.raw(connection, '/a', { method: 'POST', lines: ['Transfer-Encoding: chunked', 'Trailer: X-T'], body: '3;ext="a"\r\nhel\r\n2\r\nlo\r\n0\r\nX-T: 1\r\nAuthorization: Bearer evil\r\n\r\n' });
    assert.equal(rig.upstream.last.body.toString(), 'hello');
    assert.doesNotMatch(rig.upstream.last.head, /evil|X-T|ext/i);
  });

  test('security_s14_what_stands_in_its_body_is_no_request', async () => {
    const inner = `GET /inner HTTP/1.1\r\nHost: evil\r\n\r\n`;
    const answer = await rig.call(connection, '/a', { method: 'POST', body: inner });
    assert.equal(answer.status, 200);
    assert.equal(rig.upstream.requests.length, 1);
    assert.equal(rig.upstream.last.body.toString(), inner);
  });

  test('security_s14_upgrade_is_refused', async () => {
    const answer = await rig.raw(connection, '/a', { lines: ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='] });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.header('valetkey-error'), 'not_supported');
    assert.equal(rig.upstream.requests.length, 0);
    await rig.raw(connection, '/a', { lines: ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'] });
    assert.doesNotMatch(rig.upstream.last.head, /upgrade|http2/i);
  });

  test('CONNECT and TRACE are no calls', async () => {
    for (const method of ['TRACE', 'CONNECT']) assert.equal((await rig.raw(connection, '/a', { method })).status, 405);
    assert.equal(rig.upstream.requests.length, 0);
  });
});

describe('a reply', () => {
  const kBroken = [
    ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!'],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\nok'],
    ['a bare line feed', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
    ['nothing', ''],
  ];
  for (const [what, bytes] of kBroken) {
    test(`security_s14_is_not_read: ${what}`, async () => {
      rig.upstream.now({ close: bytes });
      const answer = await rig.call(connection, '/a', { method: 'POST', body: 'x' });
      assert.equal(answer.status, 502, answer.text);
      assert.equal(answer.headers['valetkey-error'], 'upstream_broken');
      assert.equal(rig.upstream.requests.length, 1, 'and the call is not made again');
    });
  }

  test('security_s14_surplus_bytes_are_nobodys_answer', async () => {
    const other = await new_tenant(rig.broker, 'other');
    const theirs = await rig.connect({ api: other.api });
    const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    rig.upstream.now((request, count) => (count === 1 ? plain_answer('mine') + evil : plain_answer('honest')));
    assert.equal((await rig.call(connection, '/a')).text, 'mine');
    const first = rig.upstream.last.connection;
    for (const [who, key] of [[connection, rig.broker.key], [theirs, other.key], [connection, rig.broker.key]]) {
      assert.equal((await rig.call(who, '/a', { key })).text, 'honest');
      assert.notEqual(rig.upstream.last.connection, first, 'a connection with surplus bytes is not used again');
    }
  });

  test('security_s14_kept_connections_are_of_one_tenant_and_credential', async () => {
    const other = await new_tenant(rig.broker, 'another');
    const [mine, second, theirs] = [await rig.connect(), await rig.connect(), await rig.connect({ api: other.api })];
    const used = new Map();
    for (let i = 0; i < 3; ++i)
      for (const [name, who, key] of [['mine', mine, rig.broker.key], ['second', second, rig.broker.key], ['theirs', theirs, other.key]]) {
        await rig.call(who, '/a', { key });
        used.set(name, new Set([...used.get(name) ?? [], rig.upstream.last.connection]));
      }
    const all = [...used.values()].flatMap((numbers) => [...numbers]);
    assert.equal(new Set(all).size, all.length, 'no connection served two of them');
  });

  test('interim answers are skipped', async () => {
    rig.upstream.now(`HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n${plain_answer('ok')}`);
    const answer = await rig.call(connection, '/a');
    assert.deepEqual([answer.status, answer.text, answer.headers.link], [200, 'ok', undefined]);
  });

  test('a body that breaks off breaks off for the caller', async () => {
    for (const bytes of ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n']) {
      rig.upstream.now({ close: bytes });
      await assert.rejects(rig.call(connection, '/a'), /cut off|aborted|hang up|ECONNRESET/);
    }
  });

  test('security_s14_its_framing_is_made_anew', async () => {
    rig.upstream.now('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n\r\n3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nX-T: 1\r\nSet-Cookie: a=b\r\n\r\n');
    const answer = await rig.raw(connection, '/a');
    assert.equal(answer.status, 200);
    assert.doesNotMatch(answer.text, /ext=1|X-T|Set-Cookie|X-Hop|timeout=5/i);
    assert.match(answer.body, /hel[^]*lo/);
  });

  test('HEAD, 204 and 304 have no body', async () => {
    rig.upstream.now('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: "a"\r\n\r\n');
    const head = await rig.call(connection, '/a', { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers['content-length'], head.headers.etag, head.text], [200, '1000', '"a"', '']);
    for (const status of ['204 No Content', '304 Not Modified']) {
      rig.upstream.now(`HTTP/1.1 ${status}\r\nETag: "b"\r\n\r\n`);
      const answer = await rig.call(connection, '/a');
      assert.deepEqual([answer.status, answer.text], [Number(status.slice(0, 3)), '']);
    }
  });
});

test('bodies of megabytes pass both ways as they are', async () => {
  const bytes = Buffer.alloc(8 << 20, 'valetkey and all that').fill('z', 1 << 20, 2 << 20);
  rig.upstream.now((request) => plain_answer(request.body.toString('latin1'), { headers: ['Content-Type: application/octet-stream'] }));
  const answer = await rig.call(connection, '/a', { method: 'PUT', body: bytes });
  assert.equal(answer.status, 200);
  assert.ok(answer.body.equals(bytes));
  assert.ok(rig.upstream.last.body.equals(bytes));
});

test('any method passes', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'REPORT']) {
    const answer = await raw_exchange(rig.port, `${method} /v1/proxy/${connection.id}/a HTTP/1.1\r\nHost: 127.0.0.1:${rig.port}\r\nAuthorization: Bearer ${rig.broker.key}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    assert.equal(answer.status, 200, `${method}: ${answer.text}`);
    assert.equal(rig.upstream.last.method, method);
  }
});
