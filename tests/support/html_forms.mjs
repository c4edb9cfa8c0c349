// The forms and links of a page, read as far as a test needs them.

const kEntities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

export const unescaped = (text) => text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, dec, hex, name) => {
  if (dec) return String.fromCodePoint(Number(dec));
  if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
  return kEntities[name.toLowerCase()] ?? whole;
});

function attributes_of(tag) {
  const attributes = {};
  for (const [, name, double, single, bare] of tag.matchAll(/([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g)) {
    attributes[name.toLowerCase()] ??= unescaped(double ?? single ?? bare ?? '');
  }
  return attributes;
}

const text_of = (html) => unescaped(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();

/** Every start tag `name` in `html`: [{attributes, inner}], inner up to its end tag. */
function elements(html, name) {
  return [...html.matchAll(new RegExp(`<${name}\\b((?:"[^"]*"|'[^']*'|[^"'>])*)>(?:([\\s\\S]*?)</${name}\\s*>)?`, 'gi'))]
    .map(([, tag, inner]) => ({ attributes: attributes_of(tag), inner: inner ?? '' }));
}

/** Void elements have no end tag to look for. */
function void_elements(html, name) {
  return [...html.matchAll(new RegExp(`<${name}\\b((?:"[^"]*"|'[^']*'|[^"'>])*)>`, 'gi'))].map(([, tag]) => attributes_of(tag));
}

function selected_value({ attributes, inner }) {
  // the end tag of an option may be left out
  const options = [...inner.matchAll(/<option\b((?:"[^"]*"|'[^']*'|[^"'>])*)>([^<]*)/gi)]
    .map(([, tag, text]) => ({ attributes: attributes_of(tag), inner: text }));
  const option = options.find((one) => 'selected' in one.attributes) ?? options[0];
  return option && { name: attributes.name, value: option.attributes.value ?? text_of(option.inner) };
}

/** { action, method, id, name, fields: [[name, value]], inputs, buttons } of each form; action is absolute. */
export function forms_of(html, base) {
  return elements(html.replace(/<!--[\s\S]*?-->/g, ''), 'form').map(({ attributes, inner }) => {
    const fields = [];
    const inputs = {};
    const buttons = [];
    for (const input of void_elements(inner, 'input')) {
      const type = (input.type ?? 'text').toLowerCase();
      if (type === 'submit' || type === 'image') buttons.push({ name: input.name, value: input.value ?? '', label: input.value ?? 'Submit' });
      else if (input.name && !('disabled' in input)) {
        inputs[input.name] = { ...input, type };
        if ((type !== 'checkbox' && type !== 'radio') || 'checked' in input) fields.push([input.name, input.value ?? (type === 'checkbox' || type === 'radio' ? 'on' : '')]);
      }
    }
    for (const area of elements(inner, 'textarea')) {
      if (area.attributes.name) {
        inputs[area.attributes.name] = { ...area.attributes, type: 'textarea' };
        fields.push([area.attributes.name, unescaped(area.inner)]);
      }
    }
    for (const select of elements(inner, 'select')) {
      const chosen = select.attributes.name && selected_value(select);
      if (chosen) {
        inputs[chosen.name] = { ...select.attributes, type: 'select' };
        fields.push([chosen.name, chosen.value]);
      }
    }
    for (const button of elements(inner, 'button')) {
      if ((button.attributes.type ?? 'submit').toLowerCase() === 'submit') {
        buttons.push({ name: button.attributes.name, value: button.attributes.value ?? '', label: text_of(button.inner), formaction: button.attributes.formaction });
      }
    }
    return {
      id: attributes.id ?? null,
      name: attributes.name ?? null,
      action: new URL(attributes.action || base, base).href,
      method: (attributes.method ?? 'get').toUpperCase(),
      enctype: attributes.enctype ?? 'application/x-www-form-urlencoded',
      fields,
      inputs,
      buttons,
    };
  });
}

/** [{href, text}] of a page. */
export function links_of(html, base) {
  return elements(html.replace(/<!--[\s\S]*?-->/g, ''), 'a').filter(({ attributes }) => attributes.href !== undefined)
    .map(({ attributes, inner }) => ({ href: new URL(attributes.href, base).href, text: text_of(inner) }));
}

/** The text of a page without its tags. */
export const visible_text = (html) => text_of(html.replace(/<(script|style|head)\b[\s\S]*?<\/\1\s*>/gi, ' '));
