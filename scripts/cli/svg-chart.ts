/**
 * Line charts as inline SVG in the colours of their page, light or dark. Written here, as chart libraries that work without
 * a browser (ECharts) add megabytes and their own colours for what is one path per curve.
 */
import { type Axis, positionOn, valueAxis, valueLabel } from './chart-axes.ts';
import { type Html, html } from './html.ts';

/** A point of a curve; without a value the curve has a gap. */
export type Point = readonly [x: number, value: number | undefined];

/** One curve of a chart; `look` is a CSS class that sets its `color`, and `--fill`, the opacity of an area. */
export interface Curve {
  readonly label: string;
  readonly look: string;
  /** A line, or filled down to zero; in steps it keeps its value until the next point. */
  readonly shape: 'area' | 'line' | 'step' | 'step-area';
  readonly points: readonly Point[];
}

/** A span of the x axis that is marked behind the curves, or as a bar on the axis; `look` is a CSS class with a `fill`. */
export interface Mark {
  readonly label: string;
  readonly look: string;
  readonly from: number;
  readonly to: number;
  readonly isOnAxis?: boolean;
}

/** Curves over a common axis. */
export interface Chart {
  readonly title: string;
  readonly x: Axis;
  /** @default - from 0 to the highest value */
  readonly y?: Axis;
  readonly curves: readonly Curve[];
  readonly marks?: readonly Mark[];
  /** @default 170 */
  readonly height?: number;
}

/** CSS of a chart; the page defines the colours `--soft` and `--line`, and each look. */
export const CHART_STYLE = `
figure { margin: 16px 0 0; overflow-x: auto; } figcaption { font-weight: 600; }
figure svg { display: block; width: 100%; height: auto; min-width: 720px; }
.key { display: inline-block; font-weight: 400; margin-left: 12px; white-space: nowrap; }
.key::before { content: ''; display: inline-block; width: 14px; height: 3px; margin-right: 5px; vertical-align: middle;
  background: currentColor; }
.key.filled::before { height: 10px; opacity: var(--fill); }
figure text { fill: var(--soft); font-size: 12px; } .value { text-anchor: end; } .time { text-anchor: middle; }
.grid { stroke: var(--line); stroke-width: 1; }
.line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
.area { fill: currentColor; opacity: var(--fill); }
`;

const WIDTH = 960;
const LEFT = 56;
/** Leaves room for half of the last label. */
const RIGHT = 930;
const TOP = 12;
const BELOW = 24;
const MARK_HEIGHT = 4;

/** Draws a chart with its title and legend; undefined when none of its curves has a value. */
export function chartFigure({ title, x, curves, marks = [], height = 170, ...chart }: Chart): Html | undefined {
  const shown = curves.filter(({ points }) => points.some(([, value]) => value !== undefined));
  if (shown.length === 0) return undefined;
  const y = chart.y ?? valueAxis(Math.max(...shown.map(highestValue)));
  const described = shown.map((curve) => `${curve.label} up to ${valueLabel(highestValue(curve))}`);
  const bottom = height - BELOW;
  const [toX, toY] = [positionOn(x, LEFT, RIGHT), positionOn(y, bottom, TOP)];
  return html`<figure>
<figcaption>${title}${shown.map(({ label, look, shape }) => html` <span class="key ${isFilled(shape) ? 'filled' : 'drawn'} ${look}">${label}</span>`)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}: ${described.join('; ')}">
${marks.map((mark) => drawMark(mark, toX, bottom))}
${y.ticks.map(
  ({ at, label }) => html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(toY(at))}" y2="${px(toY(at))}"/>
<text class="value" x="${LEFT - 6}" y="${px(toY(at) + 4)}">${label}</text>`,
)}
${x.ticks.map(({ at, label }) => html`<text class="time" x="${px(toX(at))}" y="${height - 6}">${label}</text>`)}
${shown.map(
  ({ points, look, shape }) =>
    html`<path class="${isFilled(shape) ? 'area' : 'line'} ${look}" d="${path(points, shape, toX, toY, bottom)}"/>`,
)}
</svg></figure>`;
}

type Position = (value: number) => number;

function drawMark({ label, look, from, to, isOnAxis = false }: Mark, toX: Position, bottom: number): Html {
  const [y, height] = isOnAxis ? [bottom, MARK_HEIGHT] : [TOP, bottom - TOP];
  const width = Math.max(2, toX(to) - toX(from));
  return html`<rect class="${look}" x="${px(toX(from))}" y="${y}" width="${px(width)}" height="${height}"><title>${label}</title></rect>`;
}

/** One subpath for each run of points that have a value. */
function path(points: readonly Point[], shape: Curve['shape'], toX: Position, toY: Position, bottom: number): string {
  const isStep = shape.startsWith('step');
  const runs: [x: string, y: string][][] = [[]];
  for (const [x, value] of isStep ? points : thin(points)) {
    if (value === undefined) runs.push([]);
    else runs.at(-1)?.push([px(toX(x)), px(toY(value))]);
  }
  return runs
    .flatMap(([first, ...rest]) => {
      if (!first) return [];
      const line = rest.map(([x, y]) => (isStep ? `H${x}V${y}` : `L${x} ${y}`)).join('');
      return `M${first[0]} ${first[1]}${line}${isFilled(shape) ? `V${bottom}H${first[0]}Z` : ''}`;
    })
    .join('');
}

/** Thins a long curve out, keeping the highest point of each section: a spike must not disappear. */
export function thin(points: readonly Point[], limit = 600): Point[] {
  const size = Math.max(1, Math.ceil(points.length / limit));
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) => {
    const section = points.slice(index * size, (index + 1) * size);
    return section.reduce((highest, point) => ((point[1] ?? -Infinity) > (highest[1] ?? -Infinity) ? point : highest));
  });
}

function isFilled(shape: Curve['shape']): boolean {
  return shape.endsWith('area');
}

function highestValue({ points }: Curve): number {
  return points.reduce((most, [, value = 0]) => Math.max(most, value), 0);
}

function px(value: number): string {
  return String(Number(value.toFixed(1)));
}
