// What is printed of a row.
import { figure } from './plot.mjs';

const kColumns = ['figure', 'value', 'unit', 'against', 'its value', 'ratio', 'goal', 'holds'];

export function print_table(title, figures, notes, { seconds, others }) {
  const lines = figures.map((one) => [one.name, figure(one.figure), one.unit, one.against, figure(one.against_figure), figure(one.ratio), one.goal ?? '',
    one.holds === null ? '' : one.holds ? 'yes' : 'NO']);
  const widths = kColumns.map((column, i) => Math.max(column.length, ...lines.map((line) => line[i].length)));
  const row = (cells) => cells.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd();
  console.log(`\n${title} (${seconds.toFixed(0)} s; others kept ${others.toFixed(2)} processors busy)`);
  for (const line of [kColumns, ...lines]) console.log(`  ${row(line)}`);
  for (const note of notes) console.log(`  ${note}`);
}
