import { type Html, html } from '../cli/html.ts';

/** A line of the plot: a value for each rate. */
export interface Line {
  readonly title: string;
  readonly points: readonly (readonly [rate: number, value: number])[];
}

const WIDTH = 760;
const LEFT = 64;
const RIGHT = 728;
const TOP = 16;
const BOTTOM = 300;

/** Lines over rates, both axes logarithmic; a page gives the classes `line-0`, `line-1`, ... their colours. */
export function curveChart(lines: readonly Line[]): Html {
  const rates = decadesOf(lines.flatMap(({ points }) => points.map(([rate]) => rate)));
  const values = decadesOf(lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const x = logScale(rates, LEFT, RIGHT);
  const y = logScale(values, BOTTOM, TOP);
  return html`<figure>
<svg viewBox="0 0 ${WIDTH} 330" role="img" aria-label="Dollars per million timestamps over the rate; the table below has the values">
${rates.map((rate) => html`<path class="grid" d="M${x(rate)} ${TOP}V${BOTTOM}"/><text x="${x(rate)}" y="${BOTTOM + 18}" text-anchor="middle">${rate.toLocaleString('en')}/s</text>\n`)}
${values.map((value) => html`<path class="grid" d="M${LEFT} ${y(value)}H${RIGHT}"/><text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end">$${value}</text>\n`)}
${lines.map(({ points }, index) => html`<polyline class="line-${index}" points="${points.map(([rate, value]) => `${x(rate)},${y(value)}`).join(' ')}"/>\n`)}
</svg>
<figcaption>${lines.map(({ title }, index) => html`<span class="line-${index}">${title}</span>\n`)}</figcaption>
</figure>`;
}

/** The powers of ten from below the smallest value to above the largest. */
function decadesOf(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: last - first + 1 }, (_, index) => Number((10 ** (first + index)).toPrecision(1)));
}

function logScale(decades: readonly number[], from: number, to: number): (value: number) => number {
  const [low = 0, high = 1] = [decades[0], decades.at(-1)].map((value) => Math.log10(value ?? NaN));
  return (value) => Number((from + ((Math.log10(value) - low) / (high - low)) * (to - from)).toFixed(1));
}
