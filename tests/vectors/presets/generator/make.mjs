// Writes tests/vectors/presets/<slug>.json:  node tests/vectors/presets/generator/make.mjs
import { writeFileSync } from 'node:fs';
import { presets as in_clear } from './in_clear.mjs';
import { presets as keyed } from './keyed.mjs';
import { keys } from './keys.mjs';
import { presets as raw } from './raw_body.mjs';
import { presets as timestamped } from './timestamped.mjs';
import { presets as tokens } from './tokens.mjs';
import { kNow, public_url_of, changed } from './vector.mjs';

const by_slug = new Map();
for (const one of [...raw, ...timestamped, ...keyed, ...tokens, ...in_clear]) {
  const known = by_slug.get(one.preset);
  if (known) known.cases.push(...one.cases.map((c) => ({ ...c, secrets: c.secrets ?? one.secrets })));
  else by_slug.set(one.preset, one);
}
for (const [slug, { secrets, parameters = {}, fetches = [], cases }] of by_slug) {
  for (const one of cases) {
    const used = Object.entries(one.secrets ?? secrets);
    if (one.expect.outcome === 'verified' && used.length > 0) one.refused.push({ what: 'other secrets', secrets: Object.fromEntries(used.map(([name, values]) => [name, values.map(changed)])) });
  }
  writeFileSync(new URL(`../${slug}.json`, import.meta.url), JSON.stringify({ preset: slug, now: new Date(kNow).toISOString(), public_url: public_url_of(slug), secrets, parameters, ...(fetches.length ? { authority: keys.authority, fetches } : {}), cases }, null, 1) + '\n');
}
console.log(`${by_slug.size} presets, ${[...by_slug.values()].reduce((n, p) => n + p.cases.length, 0)} requests`);
