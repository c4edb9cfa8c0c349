// The figures of Valetkey, each against its ceiling in the same run.  node bench/run.mjs [ROW...]
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';

import { kPlots, kRepository, kResults } from './support/places.mjs';
import { print_table, write_table } from './support/report.mjs';
import { Scope } from './support/scope.mjs';

const kRows = ['token_read', 'do_it_yourself', 'proxied_call', 'readers', 'million', 'webhook', 'delivery', 'verify', 'script', 'idle', 'kill'];

const known = readdirSync(new URL('./rows/', import.meta.url)).map((name) => basename(name, '.mjs'));
const wanted = process.argv.slice(2).length ? process.argv.slice(2) : kRows.filter((name) => known.includes(name));
for (const name of wanted) {
  if (known.includes(name)) continue;
  console.error(`bench: no row named ${name} (known: ${known.join(', ')})`);
  process.exit(2);
}
if (!existsSync(process.env.VALETKEY_BINARY)) {
  console.error(`bench: ${process.env.VALETKEY_BINARY} is missing: run make release`);
  process.exit(2);
}

/** The results of rows that did not run now are kept, so that ONLY=name renews one of them. */
const results_file = join(kResults, 'results.json');
const older = existsSync(results_file) ? JSON.parse(readFileSync(results_file, 'utf8')) : [];

console.log(`${cpus().length} processors (${cpus()[0].model}), load average ${loadavg()[0].toFixed(1)} before the run; `
  + 'the load generator runs on the same processors, so figures count processor time; medians of interleaved rounds');
if (loadavg()[0] > 0.5 * cpus().length) console.log('this machine is busy with something else: latencies and times of this run are not to be quoted');

const results = [];
let failed = 0;
for (const name of wanted) {
  const row = await import(`./rows/${name}.mjs`);
  const scope = new Scope();
  const from = performance.now();
  try {
    const { figures, notes, plot } = await row.run(scope);
    results.push(...figures.map((figure) => ({ row: name, ...figure })));
    mkdirSync(kPlots, { recursive: true });
    if (plot) writeFileSync(join(kPlots, `${name}.svg`), plot);
    print_table(row.title, figures, notes, { seconds: (performance.now() - from) / 1000, others: scope.disturbance() });
  } catch (error) {
    failed += 1;
    console.error(`\n${row.title}: ${error.stack}`);
  } finally {
    await scope.end();
  }
}

mkdirSync(kResults, { recursive: true });
const all = [...older.filter((one) => !wanted.includes(one.row)), ...results].sort((a, b) => kRows.indexOf(a.row) - kRows.indexOf(b.row));
writeFileSync(results_file, `${JSON.stringify(all, null, 2)}\n`);
write_table(join(kPlots, 'README.md'), all);
const missed = results.filter(({ holds }) => holds === false).map(({ name }) => name);
console.log(`\n${results.length} figures${missed.length ? `, missed: ${missed.join(', ')}` : ''}; ${results_file.slice(kRepository.length + 1)}, plots in docs/bench`);
rmSync(process.env.VALETKEY_TEST_DIR, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;
