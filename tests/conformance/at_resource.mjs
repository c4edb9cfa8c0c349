// A token, used at the server's own resource.
import { http_request } from '../support/http_request.mjs';

/** GET `url` with the token: {is_good, account (that member of the answer), refusal (what a refusal looks like)}. */
export async function use_at(url, { access_token }, account_member = null) {
  const answer = await http_request(url, { headers: { authorization: `Bearer ${access_token}` } });
  if (answer.status === 200) return { is_good: true, account: account_member === null ? undefined : answer.json()[account_member] };
  const challenge = /^\w+/.exec(answer.headers['www-authenticate'] ?? '')?.[0];
  return { is_good: false, refusal: `${answer.status}, ${challenge ? `WWW-Authenticate: ${challenge}` : 'no WWW-Authenticate'}` };
}
