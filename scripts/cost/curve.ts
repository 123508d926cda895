/** A line of the plot: a value for each rate. */
export interface Line {
  readonly title: string;
  readonly points: readonly (readonly [rate: number, value: number])[];
}

const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { left: 64, right: 32, top: 16, bottom: 120 };
const COLOURS = ['#c2410c', '#2563eb', '#15803d', '#7c3aed'];

/** Lines over rates, both axes logarithmic, as SVG. */
export function curveChart(lines: readonly Line[]): string {
  const rates = lines.flatMap(({ points }) => points.map(([rate]) => rate));
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const x = scale(rates, MARGIN.left, WIDTH - MARGIN.right);
  const y = scale(values, HEIGHT - MARGIN.bottom, MARGIN.top);
  const bottom = HEIGHT - MARGIN.bottom;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Dollars per million timestamps over the rate" font-family="system-ui, sans-serif" font-size="13">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${decades(rates)
  .map(
    (rate) =>
      `<line x1="${x(rate)}" x2="${x(rate)}" y1="${MARGIN.top}" y2="${bottom}" stroke="#e2e8f0"/><text x="${x(rate)}" y="${bottom + 18}" text-anchor="middle">${rate.toLocaleString('en')}/s</text>`,
  )
  .join('\n')}
${decades(values)
  .map(
    (value) =>
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value)}" y2="${y(value)}" stroke="#e2e8f0"/><text x="${MARGIN.left - 8}" y="${y(value) + 4}" text-anchor="end">$${value}</text>`,
  )
  .join('\n')}
${lines
  .map(({ title, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = points.map(([rate, value]) => `${x(rate)},${y(value)}`).join(' ');
    const legendY = bottom + 42 + index * 18;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/><line x1="${MARGIN.left}" x2="${MARGIN.left + 24}" y1="${legendY - 4}" y2="${legendY - 4}" stroke="${colour}" stroke-width="3"/><text x="${MARGIN.left + 32}" y="${legendY}">${title}</text>`;
  })
  .join('\n')}
</svg>
`;
}

/** Powers of ten that enclose the values. */
function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: last - first + 1 }, (_, index) => Number((10 ** (first + index)).toPrecision(1)));
}

/** Logarithmic, from the decade below the smallest value to the one above the largest. */
function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const all = decades(values).map(Math.log10);
  const [low = 0, high = 1] = [all[0], all.at(-1)];
  return (value) => Number((from + ((Math.log10(value) - low) / (high - low)) * (to - from)).toFixed(1));
}
