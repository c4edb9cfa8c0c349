// The description as the tests hold the broker to it: answers may gain members later, but none today that is not written down.

const resolve = (document, schema) => {
  let found = schema;
  while (found?.$ref) found = found.$ref.slice(2).split('/').reduce((at, name) => at[name], document);
  return found;
};

/** A copy of a schema without references, in which no object takes a member that is not declared. */
function closed(document, schema) {
  if (Array.isArray(schema)) return schema.map((each) => closed(document, each));
  const found = resolve(document, schema);
  if (found === null || typeof found !== 'object') return found;
  const out = {};
  for (const [name, value] of Object.entries(found)) {
    if (name === 'properties') out.properties = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(document, each)]));
    else if (['items', 'additionalProperties', 'oneOf', 'anyOf'].includes(name)) out[name] = closed(document, value);
    else if (name === 'allOf') Object.assign(out, merged(document, value));
    else out[name] = value;
  }
  if (out.properties && !('additionalProperties' in out)) out.additionalProperties = false;
  return out;
}

/** `allOf` as one object: members of a later part stand over those of an earlier one. */
function merged(document, parts) {
  const out = {};
  for (const part of parts.map((each) => resolve(document, each))) {
    Object.assign(out, { ...part, properties: { ...out.properties, ...part.properties }, required: [...out.required ?? [], ...part.required ?? []] });
  }
  return closed(document, out);
}

/** The description with closed answers. The one open object is the description itself. */
export function strict(document) {
  const out = structuredClone(document);
  const answers = Object.values(out.paths).flatMap((path) => Object.values(path).flatMap(({ responses }) => Object.values(responses ?? {})));
  for (const answer of answers) {
    for (const media of Object.values(resolve(out, answer).content ?? {})) {
      if (media.schema && !media.schema.required?.includes('openapi')) media.schema = closed(document, media.schema);
    }
  }
  return out;
}
