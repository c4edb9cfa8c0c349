// Senders of signed webhooks of GitHub's shape, and the endpoint they are sent to.
import { createHmac, randomUUID } from 'node:crypto';
import { Agent } from 'node:http';

import { http_request } from '../../tests/support/http_request.mjs';

const kSecret = 'bench-webhook-secret-0123456789';

/** A body of the size that applications send: 2 KB. */
export const webhook_body = (number) => JSON.stringify({
  action: 'opened', number, installation: { id: 1 }, sender: { id: number, login: `user-${number}` },
  repository: { id: 7, full_name: 'acme/orders' }, issue: { title: `issue ${number}`, body: 'text '.repeat(350) },
});

export const signature_of = (body) => `sha256=${createHmac('sha256', kSecret).update(body).digest('hex')}`;

/** The webhook URL of a new credential whose endpoint knows the secret. */
export async function webhook_url(broker) {
  const credential = await broker.api('POST', '/v1/credentials', {
    body: {
      name: `bench ${randomUUID()}`, integration: 'github', authentication_type: 'oauth2', grant_type: 'authorization_code', client_id: 'bench',
      client_secret: 'bench-secret-0123456789', return_urls: ['https://product.example/connected'],
    },
  });
  const { data } = await broker.api('GET', `/v1/endpoints?credential=${credential.id}`);
  await broker.api('PATCH', `/v1/endpoints/${data[0].id}`, { body: { secrets: { signing_secret: kSecret } } });
  return credential.webhook_url;
}

/** {send(count)}: sends that many by 32 senders, each answered 2xx. */
export async function send_webhooks(broker, { senders = 32 } = {}) {
  const url = await webhook_url(broker);
  let number = 0;
  return {
    async send(count) {
      const agent = new Agent({ keepAlive: true, maxSockets: senders });
      let left = count;
      await Promise.all(Array.from({ length: senders }, async () => {
        while (left > 0) {
          left -= 1;
          const body = webhook_body(number++);
          const { status } = await http_request(url, {
            method: 'POST', agent, body,
            headers: { 'content-type': 'application/json', 'x-github-event': 'issues', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': signature_of(body) },
          });
          if (status >= 300) throw new Error(`send a webhook: status ${status}`);
        }
      }));
      agent.destroy();
    },
  };
}
