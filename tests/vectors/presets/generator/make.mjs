// Writes tests/vectors/presets/<slug>.json:  node tests/vectors/presets/generator/make.mjs
import { writeFileSync } from 'node:fs'
import { authority, presets as odd } from './odd.mjs'
import { presets as raw } from './raw_body.mjs'
import { presets as timestamped } from './timestamped.mjs'
import { NOW, PUBLIC_URL, changed } from './vector.mjs'

const bySlug = new Map()
for (const one of [...raw, ...timestamped, ...odd]) {
  const known = bySlug.get(one.preset)
  if (known) known.cases.push(...one.cases.map((c) => ({ ...c, secrets: c.secrets ?? one.secrets })))
  else bySlug.set(one.preset, one)
}
for (const [slug, { secrets, parameters = {}, fetches = [], cases }] of bySlug) {
  for (const one of cases) {
    const used = Object.entries(one.secrets ?? secrets)
    if (one.expect.outcome === 'verified' && used.length > 0)
      one.refused.push({ what: 'other secrets', secrets: Object.fromEntries(used.map(([name, values]) => [name, values.map(changed)])) })
  }
  writeFileSync(new URL(`../${slug}.json`, import.meta.url), JSON.stringify({ preset: slug, now: new Date(NOW).toISOString(), public_url: PUBLIC_URL(slug), secrets, parameters, ...(fetches.length ? { authority, fetches } : {}), cases }, null, 1) + '\n')
}
console.log(`${bySlug.size} presets, ${[...bySlug.values()].reduce((n, p) => n + p.cases.length, 0)} requests`)
