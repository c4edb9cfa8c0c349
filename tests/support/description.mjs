// The API description as the broker serves it. Not through BrokerApi, which would take the secrets of its examples for real ones.
import assert from 'node:assert/strict';

import { http_request } from './http_request.mjs';

export async function read_description({ origin }) {
  const answer = await http_request(new URL('/openapi.json', origin));
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
}
