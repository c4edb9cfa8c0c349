// The page at /docs in a real browser.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { start_chromium } from '../support/chromium.mjs';
import { read_description } from '../support/description.mjs';
import { start_valetkey } from '../support/valetkey.mjs';

let broker;
let tab;

before(async () => {
  broker = await start_valetkey({ name: 'docs-page' });
  tab = await start_chromium();
});
after(async () => {
  await tab?.end();
  await broker?.end();
});

test('the page shows every operation, breaks no policy of its own, and asks nothing of another origin', async () => {
  const { paths } = await read_description(broker);
  const operations = Object.values(paths).flatMap((path) => Object.values(path)).map(({ operationId }) => operationId).filter(Boolean);
  await tab.open(`${broker.origin}/docs`);
  await tab.until(`document.querySelectorAll('.opblock').length >= ${operations.length}`);
  const shown = await tab.evaluate('[...document.querySelectorAll(".opblock")].map(({ id }) => id.split("-").at(-1))');
  assert.deepEqual([...new Set(shown)].sort(), [...operations].sort());

  const first = '[id$="createCredential"]';
  await tab.evaluate(`document.querySelector('${first} .opblock-summary-control').click()`);
  await tab.until(`document.querySelector('${first} .responses-inner')`);
  assert.match(await tab.evaluate(`document.querySelector('${first}').innerText`), /Idempotency-Key[\s\S]*client_secret[\s\S]*409/);
  if (process.env.DOCS_SCREENSHOT) writeFileSync(process.env.DOCS_SCREENSHOT, await tab.screenshot());

  assert.deepEqual(tab.console, []);
  const elsewhere = tab.requests.filter((url) => !url.startsWith(`${broker.origin}/`) && !url.startsWith('data:') && url !== 'about:blank');
  assert.deepEqual(elsewhere, []);
});

test('a call can be tried from the page with a key that stays in it', async () => {
  await tab.evaluate('document.querySelector(".btn.authorize").click()');
  await tab.until('document.querySelector(".auth-container input")');
  await tab.evaluate(`(() => {
    const input = document.querySelector('.auth-container input');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, ${JSON.stringify(broker.key)});
    input.dispatchEvent(new Event('input', { bubbles: true }));
  })()`);
  await tab.evaluate('document.querySelector(".auth-btn-wrapper .authorize").click()');
  await tab.evaluate('document.querySelector(".auth-btn-wrapper .btn-done").click()');
  const list = '[id$="listIntegrations"]';
  await tab.evaluate(`document.querySelector('${list} .opblock-summary-control').click()`);
  await tab.until(`document.querySelector('${list} .try-out__btn')`);
  await tab.evaluate(`document.querySelector('${list} .try-out__btn').click()`);
  await tab.until(`document.querySelector('${list} .execute')`);
  await tab.evaluate(`document.querySelector('${list} .execute').click()`);
  await tab.until(`document.querySelector('${list} .live-responses-table tbody .response-col_status')`);
  assert.match(await tab.evaluate(`document.querySelector('${list} .live-responses-table tbody .response-col_status').innerText`), /^200/);
  assert.equal(await tab.evaluate('localStorage.length + sessionStorage.length'), 0);
  assert.deepEqual(tab.console, []);
});
