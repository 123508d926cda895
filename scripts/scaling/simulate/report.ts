import { PRICES_AS_OF } from '../../cli/prices.ts';
import { textTable } from '../../cli/table.ts';
import { clock, drawChart, highestRate } from './chart.ts';
import type { Run } from './run.ts';

const ROWS: readonly (readonly [string, (run: Run) => string])[] = [
  [
    'fleet',
    ({ stage: { settings } }) => `${settings.bounds.min} to ${settings.bounds.max} in ${settings.zones.length} zones`,
  ],
  ['requests', ({ summary }) => Math.round(summary.requests).toLocaleString('en')],
  ['refused', ({ summary }) => `${Math.round(summary.refused).toLocaleString('en')} (${refusedShare(summary)})`],
  ['overloaded', ({ summary }) => `${summary.overloadS} s`],
  ['longest overload', ({ summary }) => `${summary.longestOverloadS} s`],
  ['largest fleet', ({ summary }) => String(summary.largestFleet)],
  ['mean CPU', ({ summary }) => `${summary.meanCpuPercent.toFixed(0)} %`],
  ['scaled out, in', ({ summary }) => `${summary.scaleOuts}, ${summary.scaleIns} times`],
  ['instance-hours', ({ summary, stage }) => `${summary.instanceHours.toFixed(2)} of ${stage.instanceType}`],
  ['price', (run) => `${run.costUsd.toFixed(3)} USD`],
];

/** The whole report of one run, or of two side by side. */
export function renderRuns(runs: readonly Run[], title: string, width: number): string {
  const top = Math.max(...runs.map(({ simulation }) => highestRate(simulation.seconds)));
  return [
    title,
    ...runs.map(({ name, simulation }) => `${name}\n${drawChart(simulation.seconds, { width, top })}`),
    ...(runs.length === 1 ? runs.map(renderEvents) : []),
    textTable([['', ...runs.map(({ name }) => name)], ...ROWS.map(([label, value]) => [label, ...runs.map(value)])]),
    ...runs.flatMap(flapWarning),
    ...runs.flatMap((run) => [...creditNote(run), ...scheduleNote(run)]),
    `Prices: list prices as of ${PRICES_AS_OF} (scripts/cli/prices.json); verify before you rely on them.`,
  ].join('\n\n');
}

function refusedShare({ refused, requests }: Run['summary']): string {
  return `${((100 * refused) / Math.max(1, requests)).toFixed(2)} %`;
}

const MOST_EVENTS = 24;

function renderEvents({ simulation: { events } }: Run): string {
  const shown = events.slice(0, MOST_EVENTS).map(({ second, text }) => [clock(second), text]);
  const more = events.length - shown.length;
  return textTable([...shown, ...(more > 0 ? [['', `and ${more} more (--json has all)`]] : [])]);
}

function flapWarning({ name, summary: { flaps } }: Run): string[] {
  const [first] = flaps;
  if (!first) return [];
  const example = `first in at ${clock(first.inAtS)}, out again at ${clock(first.outAtS)}`;
  const remedy = 'lower the scale-in threshold, take fewer away, or raise the minimum';
  return [`Warning: ${name} flaps ${flaps.length} times (${example}) without more demand: ${remedy}.`];
}

/** CPU in percent that a burstable size may use permanently; above it spends credits. The same for t3 and t4g. */
const BASELINES = new Map(
  Object.entries({ nano: 5, micro: 10, small: 20, medium: 20, large: 30, xlarge: 40, '2xlarge': 40 }),
);

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html */
function creditNote({ name, stage: { instanceType }, summary }: Run): string[] {
  const baseline = instanceType.startsWith('t') ? BASELINES.get(instanceType.split('.')[1] ?? '') : undefined;
  if (baseline === undefined || summary.meanCpuPercent <= baseline) return [];
  const mean = `averages ${summary.meanCpuPercent.toFixed(0)} % CPU, above the ${baseline} % baseline of ${instanceType}`;
  const risk = 'in the long run it is throttled, or charged for surplus credits';
  return [`Note: ${name} ${mean}: CPU credits are not modelled; ${risk}.`];
}

function scheduleNote({ name, stage: { scheduledActions } }: Run): string[] {
  if (scheduledActions === 0) return [];
  const remedy = '--set min=<n> shows the hours they cover';
  return [`Note: ${name} has ${scheduledActions} scheduled actions, which are not modelled: ${remedy}.`];
}

/** Every so many seconds the timeline has a point. */
const TIMELINE_STEP_S = 10;

/** Runs as JSON: what went in, what came out, and enough of a timeline to draw it. */
export function runsAsJson(runs: readonly Run[], title: string): string {
  const results = runs.map((run) => ({
    name: run.name,
    settings: run.stage.settings,
    instanceType: run.stage.instanceType,
    summary: run.summary,
    cost: { usd: run.costUsd, hourPriceUsd: run.hourPriceUsd, pricesAsOf: PRICES_AS_OF },
    events: run.simulation.events,
    timeline: run.simulation.seconds.filter(({ second }) => second % TIMELINE_STEP_S === 0),
  }));
  return JSON.stringify({ title, runs: results }, undefined, 2);
}
