import { type Point, thin, ticksTo, timeLabel, timeTicks, valueLabel } from '../drills/core/report/scale.ts';
import type { AlarmSpan, Fault } from '../drills/core/run-record.ts';
import { type Html, html } from './html.ts';

/** One curve of a panel. */
export interface Curve {
  readonly label: string;
  /** Class that gives it its colour. */
  readonly look: string;
  /** A line, or filled down to zero; in steps it keeps its value until the next point. */
  readonly shape: 'area' | 'line' | 'step' | 'step-area';
  readonly points: readonly Point[];
}

/** Curves with one unit over the common time axis. */
export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Least height of the value axis. @default 0 */
  readonly atLeast?: number;
}

/** What all panels of a run show behind their curves. */
export interface Backdrop {
  readonly durationS: number;
  readonly faults: readonly Fault[];
  readonly alarms: readonly AlarmSpan[];
}

const WIDTH = 960;
const HEIGHT = 170;
const LEFT = 56;
/** Leaves room for half of the last time label. */
const RIGHT = 930;
const TOP = 12;
const BOTTOM = 146;

/** Draws a panel as inline SVG; undefined when none of its curves has a value. */
export function drawPanel({ title, curves, atLeast = 0 }: Panel, backdrop: Backdrop): Html | undefined {
  const shown = curves.filter(({ points }) => points.some(([, value]) => value !== undefined));
  if (shown.length === 0) return undefined;
  const ticks = ticksTo(Math.max(atLeast, ...shown.map(highest)));
  const top = ticks.at(-1) ?? 1;
  const x = (second: number) => LEFT + ((RIGHT - LEFT) * second) / Math.max(1, backdrop.durationS);
  const y = (value: number) => BOTTOM - ((BOTTOM - TOP) * value) / top;
  return html`<figure>
<figcaption>${title}${shown.map(({ label, look, shape }) => html` <span class="key ${fills(shape) ? 'filled' : 'drawn'} ${look}">${label}</span>`)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${shown.map(describe).join('; ')}">
${drawBackdrop(backdrop, x)}
${ticks.map(
  (tick) => html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(y(tick))}" y2="${px(y(tick))}"/>
<text class="value" x="${LEFT - 6}" y="${px(y(tick) + 4)}">${valueLabel(tick)}</text>`,
)}
${timeTicks(backdrop.durationS).map((tick) => html`<text class="time" x="${px(x(tick))}" y="${HEIGHT - 6}">${timeLabel(tick)}</text>`)}
${shown.map((curve) => drawCurve(curve, x, y))}
</svg></figure>`;
}

type Axis = (value: number) => number;

function drawBackdrop({ faults, alarms }: Backdrop, x: Axis): Html[] {
  const band = (look: string, text: string, fromS: number, toS: number, y: number, height: number) =>
    html`<rect class="${look}" x="${px(x(fromS))}" y="${y}" width="${px(Math.max(2, x(toS) - x(fromS)))}" height="${height}"><title>${text}</title></rect>`;
  return [
    ...faults.map(({ fromS, toS, text }) => band('fault', text, fromS, toS, TOP, BOTTOM - TOP)),
    ...alarms.map(({ fromS, toS, name }) => band('alarm', `${name} in ALARM`, fromS, toS, BOTTOM, 4)),
  ];
}

function drawCurve({ points, look, shape }: Curve, x: Axis, y: Axis): Html {
  const path = pathOf(shape.startsWith('step') ? points : thin(points), shape, x, y);
  return html`<path class="${fills(shape) ? 'area' : 'line'} ${look}" d="${path}"/>`;
}

/** Joins points; a second without a value breaks the curve. */
function pathOf(points: readonly Point[], shape: Curve['shape'], x: Axis, y: Axis): string {
  let run: [number, number][] = [];
  const runs: [number, number][][] = [];
  for (const [second, value] of points) {
    if (value === undefined) {
      runs.push(run);
      run = [];
    } else run.push([x(second), y(value)]);
  }
  return [...runs, run]
    .filter((each) => each.length > 0)
    .map((each) => runPath(each, shape))
    .join('');
}

function runPath(run: readonly [number, number][], shape: Curve['shape']): string {
  const [first, last] = [run[0], run.at(-1)];
  if (!first || !last) return '';
  const moves = run.slice(1).map(([x, y]) => (shape.startsWith('step') ? `H${px(x)}V${px(y)}` : `L${px(x)} ${px(y)}`));
  const line = `M${px(first[0])} ${px(first[1])}${moves.join('')}`;
  return fills(shape) ? `${line}V${BOTTOM}H${px(first[0])}Z` : line;
}

function fills(shape: Curve['shape']): boolean {
  return shape.endsWith('area');
}

function highest({ points }: Curve): number {
  return points.reduce((most, [, value = 0]) => Math.max(most, value), 0);
}

function describe(curve: Curve): string {
  return `${curve.label} up to ${valueLabel(highest(curve))}`;
}

function px(value: number): string {
  return String(Number(value.toFixed(1)));
}
