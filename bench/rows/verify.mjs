// A preset that verifies a request, against the bare HMAC of its body, in one process.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { figure_of } from '../support/figures.mjs';
import { bar_plot } from '../support/plot.mjs';

export const title = 'A preset against the bare HMAC';

export async function run() {
  const program = join(process.env.VALETKEY_BINARY, '../valetkey-verify-cost');
  const { stdout } = await promisify(execFile)(program, ['github', 'a secret of the bench', 'x-hub-signature-256', 'sha256=']);
  const { verify_ns: ours, bare_ns: bare, body } = JSON.parse(stdout);
  return {
    notes: [`${body} bytes of body; the preset adds ${(ours - bare).toFixed(0)} ns: headers, grammar, hex, comparison, verdict`],
    figures: [figure_of({ name: 'verify', figure: ours / 1000, unit: 'us of processor time', against: 'HMAC-SHA256 with a kept context', against_figure: bare / 1000, goal: '<= 1.5' })],
    plot: bar_plot({ title, note: 'ns of processor time a request', bars: [{ label: 'preset/github', value: ours, is_ours: true }, { label: 'bare HMAC', value: bare }] }),
  };
}
