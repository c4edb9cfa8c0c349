// The life of the server process: what it prints, and how it ends.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { start_valetkey } from '../support/valetkey.mjs';

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  test(`one line on standard output, JSON lines on standard error, and ${signal} ends with status 0`, async () => {
    const broker = await start_valetkey({ name: 'serve', admin: false });
    try {
      const { exited } = broker;
      process.kill(broker.pid, signal);
      assert.deepEqual(await exited, { code: 0, signal: null });
      assert.equal(readFileSync(broker.stdout_file, 'utf8'), `valetkey ready on ${broker.origin}\n`);
      for (const line of broker.log().trim().split('\n').filter(Boolean)) assert.equal(typeof JSON.parse(line).message, 'string');
    } finally {
      await broker.kill9();
      await broker.end();
    }
  });
}

