// What is printed of a row.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

import { figure } from './plot.mjs';

const kColumns = ['figure', 'value', 'unit', 'against', 'its value', 'ratio', 'goal', 'holds'];

const cells_of = (one) => [one.name, figure(one.figure), one.unit, one.against, figure(one.against_figure), figure(one.ratio), one.goal ?? '',
  one.holds === null ? '' : one.holds ? 'yes' : 'NO'];

export function print_table(title, figures, notes, { seconds, others }) {
  const lines = figures.map(cells_of);
  const widths = kColumns.map((column, i) => Math.max(column.length, ...lines.map((line) => line[i].length)));
  const row = (cells) => cells.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd();
  console.log(`\n${title} (${seconds.toFixed(0)} s; others kept ${others.toFixed(2)} processors busy)`);
  for (const line of [kColumns, ...lines]) console.log(`  ${row(line)}`);
  for (const note of notes) console.log(`  ${note}`);
}

/** Puts the table of all figures between the two marks of a Markdown file. */
export function write_table(path, figures) {
  const [begin, end] = ['<!-- figures: written by bench/run.mjs -->', '<!-- end of figures -->'];
  const text = readFileSync(path, 'utf8');
  const table = [kColumns, kColumns.map(() => '---'), ...figures.map(cells_of)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const where = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} processors (${cpus()[0].model}).`;
  writeFileSync(path, `${text.slice(0, text.indexOf(begin))}${begin}\n${where}\n\n${table}\n${text.slice(text.indexOf(end))}`);
}
