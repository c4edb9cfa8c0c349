// What a run of one server found: kept as build/conformance/<server>.json, and compared with its section of docs/conformance.md.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { kRepository } from '../support/test_run.mjs';
import { kCells, kColumns } from './cells.mjs';
import { kDocument, kRenew, kResults, kServers, section_of, sections_in } from './report.mjs';

const by_first = ([a], [b]) => (a < b ? -1 : 1);

export class Findings {
  #cells = new Map();
  #facts = new Map();
  #about = {};

  constructor(slug, notes) {
    Object.assign(this, { slug, title: kServers.get(slug), notes });
  }

  about({ version, kind }) { this.#about = { version, kind }; }

  /** Cells that share a row, one per rotation, must agree on the columns that they share. */
  found({ grant, client_authentication }, column, outcome, reason = null) {
    assert.ok(kColumns.includes(column), column);
    const key = `${grant} ${client_authentication}`;
    const row = this.#cells.get(key) ?? {};
    if (row[column]) assert.deepEqual(row[column], { outcome, reason });
    this.#cells.set(key, { ...row, [column]: { outcome, reason } });
  }

  /** Something that this server does in its own way; every value that was seen is told, by `variant` where they differ. */
  fact(name, value, variant = '') {
    const variants = this.#facts.get(name) ?? new Map();
    this.#facts.set(name, variants.set(variant, (variants.get(variant) ?? new Set()).add(value)));
  }

  result() {
    const keys = [...new Set(kCells.map(({ grant, client_authentication }) => `${grant} ${client_authentication}`))];
    return {
      slug: this.slug,
      title: this.title,
      ...this.#about,
      date: new Date().toISOString().slice(0, 10),
      rows: keys.map((key) => {
        const [grant, client_authentication] = key.split(' ');
        return { grant, client_authentication, columns: this.#cells.get(key) ?? {} };
      }),
      facts: [...this.#facts].map(([name, variants]) => [name, [...variants].map(([variant, values]) => [variant, [...values].sort().join(', ')]).sort(by_first)]).sort(by_first),
      notes: this.notes,
    };
  }

  write() {
    mkdirSync(kResults, { recursive: true });
    writeFileSync(join(kResults, `${this.slug}.json`), `${JSON.stringify(this.result(), null, 2)}\n`);
  }

  assert_documented() {
    const documented = sections_in(readFileSync(join(kRepository, kDocument), 'utf8')).get(this.title);
    assert.equal(documented, section_of(this.result()), `${kDocument} differs from what this run found; to renew it: ${kRenew}`);
  }
}
