// The value of a metric in /metrics.
import { http_request } from './http_request.mjs';

/** { name: value }; samples with labels under `name{labels}` as they are written. */
export async function metrics_of(broker) {
  const { body } = await http_request(`${broker.origin}/metrics`, { headers: { authorization: `Bearer ${broker.key}` } });
  const lines = body.toString().split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}
