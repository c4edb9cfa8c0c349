// Plots as SVG, readable on light and dark ground.

const kWidth = 760;
const kStyle = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .note { fill: #59636e; font-size: 12px }
  .ours { fill: #0969da } .theirs { fill: #8c959f } .goal { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 5 4 }
  .line0 { stroke: #8c959f } .line1 { stroke: #0969da } .line2 { stroke: #bf8700 } .axis { stroke: #8c959f; stroke-width: 1 }
  .dot0 { fill: #8c959f } .dot1 { fill: #0969da } .dot2 { fill: #bf8700 } .goaltext { fill: #cf222e; font-size: 12px }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note { fill: #9198a1 } .ours { fill: #4493f8 } .theirs { fill: #6e7681 }
    .line1 { stroke: #4493f8 } .dot1 { fill: #4493f8 } .goal { stroke: #f85149 } .goaltext { fill: #f85149 }
  }`;

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const text = (x, y, content, style = '', anchor = 'start') =>
  `<text x="${x}" y="${y}" class="${style}" text-anchor="${anchor}">${escaped(content)}</text>`;

function picture(height, title, note, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${kWidth} ${height}" role="img" aria-label="${escaped(title)}"><style>${kStyle}\n</style>
${[text(12, 24, title, 'title'), text(12, 44, note, 'note'), ...parts].join('\n')}
</svg>
`;
}

/** Three digits that matter, thousands apart. */
export function figure(value) {
  if (value === null || value === undefined) return '';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(digits, 4) });
}

/** bars: [{label, value, is_ours}]; goal: a value that the first bar is held against, or null. */
export function bar_plot({ title, note, bars, goal = null }) {
  const [left, top, step, width] = [190, 64, 38, kWidth - 190 - 110];
  const most = Math.max(...bars.map(({ value }) => value), goal ?? 0) || 1;
  const parts = bars.flatMap(({ label, value, is_ours }, i) => {
    const y = top + i * step;
    const length = Math.max(1, (value / most) * width);
    return [text(left - 10, y + 18, label, '', 'end'),
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="26" rx="3" class="${is_ours ? 'ours' : 'theirs'}"/>`,
      text(left + length + 8, y + 18, figure(value))];
  });
  const bottom = top + bars.length * step;
  if (goal !== null) {
    const x = (left + (goal / most) * width).toFixed(1);
    parts.push(`<line x1="${x}" x2="${x}" y1="${top - 6}" y2="${bottom - 4}" class="goal"/>`, text(x, bottom + 12, `goal ${figure(goal)}`, 'goaltext', 'middle'));
  }
  return picture(bottom + 24, title, note, parts);
}

/** ticks: labels of the x axis; lines: [{label, values}], on a logarithmic y axis. */
export function line_plot({ title, note, ticks, lines }) {
  const [left, top, width, height] = [70, 80, kWidth - 70 - 220, 220];
  const values = lines.flatMap((line) => line.values);
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  const x_of = (i) => left + (i / Math.max(1, ticks.length - 1)) * width;
  const y_of = (value) => top + height - ((Math.log10(value) - low) / Math.max(1, high - low)) * height;
  const parts = [];
  for (let power = low; power <= high; ++power) {
    const y = y_of(10 ** power).toFixed(1);
    parts.push(`<line x1="${left}" x2="${left + width}" y1="${y}" y2="${y}" class="axis" opacity="0.4"/>`, text(left - 8, Number(y) + 4, figure(10 ** power), 'note', 'end'));
  }
  ticks.forEach((tick, i) => parts.push(text(x_of(i), top + height + 22, tick, 'note', 'middle')));
  lines.forEach((line, n) => {
    const points = line.values.map((value, i) => [x_of(i).toFixed(1), y_of(value).toFixed(1)]);
    parts.push(`<polyline points="${points.map((point) => point.join(',')).join(' ')}" fill="none" stroke-width="2.5" class="line${n}"/>`);
    for (const [x, y] of points) parts.push(`<circle cx="${x}" cy="${y}" r="3.5" class="dot${n}"/>`);
    const y = top + 8 + n * 22;
    parts.push(`<circle cx="${left + width + 24}" cy="${y - 4}" r="5" class="dot${n}"/>`, text(left + width + 36, y, line.label));
  });
  return picture(top + height + 40, title, note, parts);
}
