// Writes docs/conformance.md from the results of the conformance tests (make conformance runs both).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { kRepository } from '../support/test_run.mjs';
import { kColumns } from './cells.mjs';

export const kDocument = 'docs/conformance.md';
export const kResults = join(kRepository, 'build/conformance');
export const kRenew = 'make conformance';
/** slug -> title, in the order of the document. */
export const kServers = new Map([
  ['oidc-provider', 'oidc-provider'],
  ['glewlwyd', 'glewlwyd'],
  ['node-oauth2-server', '@node-oauth/oauth2-server'],
  ['oauth2-mock-server', 'oauth2-mock-server'],
  ['django-oauth-toolkit', 'Django OAuth Toolkit'],
]);

/** Stands in a cell whose test did not end well. */
export const kFailed = 'FAILED';

const introduction = `# Conformance

Five authorisation servers that others wrote, each a real process, driven through the broker's API by \`tests/conformance\`: three grants, three
ways of client authentication, refresh with and without rotation, revocation, introspection. This file is generated; a test compares it with
what each run finds. To renew it:

    ${kRenew}

| column | what was seen |
|---|---|
| connect | the account was connected: by redirects and the server's own consent, by password, or by the client alone; each token request authenticated the client in this one way, read off the wire |
| token used | the token that the broker hands out opens the server's own resource, as the right account |
| rotated | forced refreshes, each with the refresh token given last; a spent one is refused by the server, and the connection goes on |
| kept | the same where the server keeps the refresh token |
| revoked | after the connection was deleted, the server takes neither its access token nor its refresh token |
| introspected | the server says of the token that it is active, and after the revocation that it is not (RFC 7662) |

\`asked again\`: a Client Credentials grant has no refresh token (RFC 6749 section 4.4.3), so the broker asks for a new token. A number points to the
reason below the table. An access token that a refresh replaced is no longer the broker's to revoke.
`;

const run_of = (results) => `Run on ${results.map(({ date }) => date).sort().at(-1)} with ${results.map(({ title, version }) => `${title} ${version}`).join(', ')}.
`;

function table_of({ rows }) {
  const reasons = [];
  const shown = ({ outcome, reason }) => {
    if (!reason) return outcome;
    if (!reasons.includes(reason)) reasons.push(reason);
    return `${outcome} (${reasons.indexOf(reason) + 1})`;
  };
  const cell = (columns, column) => {
    if (columns[column]) return shown(columns[column]);
    return columns.connect?.outcome === 'refused' ? '' : kFailed;
  };
  const lines = rows.map(({ grant, client_authentication, columns }) => (
    `| ${[grant, client_authentication, ...kColumns.map((column) => cell(columns, column))].join(' | ')} |`));
  return [
    `| grant | client authentication | ${kColumns.join(' | ')} |`,
    `|---|---|${kColumns.map(() => '---|').join('')}`,
    ...lines,
    ...reasons.length ? ['', ...reasons.map((reason, i) => `${i + 1}. ${reason}`)] : [],
  ].join('\n');
}

function facts_of({ facts }) {
  const told = (variants) => (new Set(variants.map(([, value]) => value)).size === 1 ? variants[0][1] : variants.map(([variant, value]) => `${variant}: ${value}`).join('; '));
  return ['| what this server does | |', '|---|---|', ...facts.map(([name, variants]) => `| ${name} | ${told(variants)} |`)].join('\n');
}

/** What the document says of one server. */
export const section_of = (result) => [
  `Version ${result.version}, ${result.kind}.`,
  table_of(result),
  facts_of(result),
  ...result.notes.length ? [result.notes.map((note) => `- ${note}`).join('\n')] : [],
].join('\n\n');

/** The whole document. */
export const document_of = (results) => [introduction, run_of(results), ...results.map((result) => `## ${result.title}\n\n${section_of(result)}\n`)].join('\n');

/** Title -> section, as a document holds them. */
export const sections_in = (text) => new Map(text.split(/^## /m).slice(1).map((part) => {
  const end = part.indexOf('\n');
  return [part.slice(0, end), part.slice(end).trim()];
}));

function main() {
  const slugs = [...kServers.keys()];
  const missing = slugs.filter((slug) => !existsSync(join(kResults, `${slug}.json`)));
  if (missing.length) {
    process.stderr.write(`report: no result of ${missing.join(', ')}; run first: node --test tests/conformance/*.test.mjs\n`);
    process.exit(1);
  }
  const results = slugs.map((slug) => JSON.parse(readFileSync(join(kResults, `${slug}.json`), 'utf8')));
  const text = document_of(results);
  writeFileSync(join(kRepository, kDocument), text);
  process.stdout.write(`report: wrote ${kDocument}\n`);
  if (text.includes(kFailed)) {
    process.stderr.write('report: some cells failed; the tests say why: node --test tests/conformance/*.test.mjs\n');
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
