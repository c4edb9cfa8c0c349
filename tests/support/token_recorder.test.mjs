import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { basic_authorization, http_request, post_form } from './http_request.mjs';
import { answer_json, listen, read_body } from './listener.mjs';
import { start_token_recorder } from './token_recorder.mjs';

let server;
let recorder;
before(async () => {
  server = await listen(async (req, res) => {
    const body = (await read_body(req)).toString();
    if (body.includes('break')) return res.destroy();
    return answer_json(res, 400, { method: req.method, url: req.url, host: req.headers.host, authorization: req.headers.authorization ?? null, body });
  });
  recorder = await start_token_recorder(`${server.origin}/token?tenant=1`);
});
after(async () => { await recorder?.stop(); await server?.close(); });

test('what was asked reaches the server as it was, and its answer comes back', async () => {
  const answer = await post_form(recorder.url, { grant_type: 'x', code: 'a b' }, { authorization: 'Basic eDp5' });
  assert.equal(answer.status, 400);
  assert.deepEqual(answer.json(), { method: 'POST', url: '/token?tenant=1', host: new URL(server.origin).host, authorization: 'Basic eDp5', body: 'grant_type=x&code=a+b' });
  const { form, status, answer: kept } = recorder.exchanges.at(-1);
  assert.deepEqual([form.get('code'), status, kept.url], ['a b', 400, '/token?tenant=1']);
});

for (const [name, members, headers, expected] of [
  ['by header', {}, { authorization: basic_authorization('id', 'secret') }, 'client_secret_basic'],
  ['by body', { client_id: 'id', client_secret: 'secret' }, {}, 'client_secret_post'],
  ['both at once, which RFC 6749 2.3 forbids', { client_id: 'id', client_secret: 'secret' }, { authorization: basic_authorization('id', 'secret') }, 'client_secret_basic and client_secret_post'],
  ['a public client', { client_id: 'id' }, {}, 'none'],
  ['nobody', {}, {}, ''],
]) {
  test(`client authentication is told: ${name}`, async () => {
    await post_form(recorder.url, { grant_type: 'x', ...members }, headers);
    assert.equal(recorder.exchanges.at(-1).client_authentication, expected);
  });
}

test('a server that does not answer is passed on as one that does not', async () => {
  const earlier = recorder.exchanges.length;
  await assert.rejects(http_request(recorder.url, { method: 'POST', body: 'break' }));
  assert.equal(recorder.exchanges.length, earlier);
});
