// The document that report.mjs writes: what it shows of a result, and that the committed one is of this form.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { kRepository } from '../support/test_run.mjs';
import { Findings } from './findings.mjs';
import { document_of, kDocument, kFailed, kRenew, kServers, section_of, sections_in } from './report.mjs';

const cell = (grant, client_authentication, rotation = null) => ({ grant, client_authentication, rotation });

function findings_with(work) {
  const findings = new Findings('glewlwyd', ['a note']);
  findings.about({ version: '1.2.3', kind: 'npm' });
  work(findings);
  return findings;
}

const lines_of = (findings) => section_of(findings.result()).split('\n');

test('a cell shows its outcome, the number of its reason, and FAILED where nothing was found', () => {
  const lines = lines_of(findings_with((findings) => {
    findings.found(cell('password', 'none', 'kept'), 'connect', 'yes');
    findings.found(cell('password', 'none', 'kept'), 'revoked', 'not offered', 'first reason');
    findings.found(cell('password', 'client_secret_post', 'kept'), 'connect', 'not offered', 'second reason');
    findings.found(cell('password', 'client_secret_post', 'kept'), 'revoked', 'not offered', 'first reason');
    findings.found(cell('client_credentials', 'none'), 'connect', 'refused', 'second reason');
  }));
  assert.ok(lines.includes('| password | none | yes | FAILED | FAILED | FAILED | not offered (1) | FAILED |'), lines.join('\n'));
  assert.ok(lines.includes('| password | client_secret_post | not offered (2) | FAILED | FAILED | FAILED | not offered (1) | FAILED |'));
  assert.ok(lines.includes('| client_credentials | none | refused (2) |  |  |  |  |  |'));
  assert.deepEqual(lines.filter((line) => /^\d\./.test(line)), ['1. first reason', '2. second reason']);
  assert.equal(lines[0], 'Version 1.2.3, npm.');
  assert.equal(lines.at(-1), '- a note');
});

test('cells of one row that disagree are an error', () => {
  const findings = new Findings('glewlwyd', []);
  findings.found(cell('password', 'none', 'kept'), 'revoked', 'yes');
  findings.found(cell('password', 'none', 'rotated'), 'revoked', 'yes');
  assert.throws(() => findings.found(cell('password', 'none', 'rotated'), 'revoked', 'not offered', 'a reason'));
});

test('a fact is told once where its variants agree, else by variant', () => {
  const lines = lines_of(findings_with((findings) => {
    for (const variant of ['rotated', 'kept']) findings.fact('same', 'x', variant);
    findings.fact('differs', 'x', 'rotated');
    findings.fact('differs', 'y', 'kept');
    findings.fact('both', 'y');
    findings.fact('both', 'x');
  }));
  for (const line of ['| same | x |', '| differs | kept: y; rotated: x |', '| both | x, y |']) assert.ok(lines.includes(line), line);
});

test('docs/conformance.md holds a section for each server and nothing that no run wrote', () => {
  const text = readFileSync(join(kRepository, kDocument), 'utf8');
  const sections = sections_in(text);
  assert.deepEqual([...sections.keys()], [...kServers.values()]);
  const without_run = (document) => document.split('\n## ')[0].replace(/^Run on .*$/m, '').trim();
  assert.equal(without_run(text), without_run(document_of([])), `${kDocument} was written by another version of the report; to renew it: ${kRenew}`);
  assert.ok(!text.includes(kFailed));
});
