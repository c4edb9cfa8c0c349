// The end user behind `xdg-open` in script tests: opens the link, allows, signs in at oidc-provider, and comes back.
// END_USER is name:password, or `nobody` for one who presses Cancel, or `absent` for one who does nothing.
import { Browser } from '../support/browser.mjs';
import { at_oidc_provider } from '../support/connect_flow.mjs';

const link = process.argv[2];
const end_user = process.env.END_USER ?? 'alice:wonderland';
const browser = new Browser();

if (end_user === 'nobody') {
  await browser.open(link);
  await browser.submit({}, { button: 'Cancel' });
} else if (end_user !== 'absent') {
  const [login, password] = end_user.split(':');
  await browser.open(link);
  await browser.submit({}, { button: 'Allow' });
  await at_oidc_provider({ login, password })(browser);
  if (browser.page.links.some(({ text }) => text === 'Go back')) await browser.click('Go back');
}
if (end_user !== 'absent' && browser.page.status !== 200) throw new Error(`ended at ${browser.page.url}: ${browser.page.status} ${browser.page.visible}`);
if (browser.violations.length) throw new Error(`a real browser would have blocked ${JSON.stringify(browser.violations)}`);
