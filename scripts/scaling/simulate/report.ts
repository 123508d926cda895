import { PRICES_AS_OF } from '../../cli/prices.ts';
import { textTable } from '../../cli/table.ts';
import type { Simulation } from '../model/simulation.ts';
import type { Summary } from '../model/summary.ts';
import { clock, drawChart, highestRate } from './chart.ts';
import type { Run } from './run.ts';

const ROWS: readonly (readonly [string, (run: Run) => string])[] = [
  ['fleet', ({ stage: { settings } }) => fleetText(settings)],
  ['requests', ({ summary }) => Math.round(summary.requests).toLocaleString('en')],
  ['refused', ({ summary }) => `${Math.round(summary.refused).toLocaleString('en')} (${share(summary)})`],
  ['overloaded', ({ summary }) => `${summary.overloadS} s`],
  ['longest overload', ({ summary }) => `${summary.longestOverloadS} s`],
  ['largest fleet', ({ summary }) => String(summary.largestFleet)],
  ['mean CPU', ({ summary }) => `${summary.meanCpuPercent.toFixed(0)} %`],
  ['scaled out, in', ({ summary }) => `${summary.scaleOuts}, ${summary.scaleIns} times`],
  ['instance-hours', ({ summary, stage }) => `${summary.instanceHours.toFixed(2)} of ${stage.instanceType}`],
  ['price', (run) => `${run.costUsd.toFixed(3)} USD`],
];

function fleetText({ bounds, zones }: Run['stage']['settings']): string {
  return `${bounds.min} to ${bounds.max} in ${zones.length} zones`;
}

/** The whole report of one run, or of two side by side. */
export function renderRuns(runs: readonly Run[], title: string, width: number): string {
  const top = Math.max(...runs.map(({ simulation }) => highestRate(simulation.seconds)));
  const charts = runs.map(({ name, simulation }) => `${name}\n${drawChart(simulation.seconds, { width, top })}`);
  const table = textTable([
    ['', ...runs.map(({ name }) => name)],
    ...ROWS.map(([label, value]) => [label, ...runs.map(value)]),
  ]);
  const [first] = runs;
  const events = runs.length === 1 && first ? [renderEvents(first.simulation)] : [];
  const prices = `Prices: list prices as of ${PRICES_AS_OF} (scripts/cli/prices.json); verify before you rely on them.`;
  return [title, ...charts, ...events, table, ...runs.flatMap(flapWarning), ...runs.flatMap(notesOn), prices].join(
    '\n\n',
  );
}

const MOST_EVENTS = 24;

function renderEvents({ events }: Simulation): string {
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

function share({ refused, requests }: Summary): string {
  return `${((100 * refused) / Math.max(1, requests)).toFixed(2)} %`;
}

/** CPU in percent that a burstable size may use for ever; above it spends credits. The same for t3 and t4g. */
const BASELINES: Readonly<Record<string, number>> = {
  nano: 5,
  micro: 10,
  small: 20,
  medium: 20,
  large: 30,
  xlarge: 40,
  '2xlarge': 40,
};

/** Tells what the simulation leaves out and this run would meet. */
function notesOn(run: Run): string[] {
  return [...creditNote(run), ...scheduleNote(run)].map((note) => `Note: ${run.name} ${note}`);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html */
function creditNote({ stage: { instanceType }, summary }: Run): string[] {
  const [family = '', size = ''] = instanceType.split('.');
  const baseline = family.startsWith('t') ? BASELINES[size] : undefined;
  if (baseline === undefined || summary.meanCpuPercent <= baseline) return [];
  return [
    `averages ${summary.meanCpuPercent.toFixed(0)} % CPU, above the ${baseline} % baseline of ${instanceType}: ` +
      'CPU credits are not modelled; in the long run it is throttled, or charged for surplus credits.',
  ];
}

function scheduleNote({ stage: { scheduledActions } }: Run): string[] {
  if (scheduledActions === 0) return [];
  return [
    `has ${scheduledActions} scheduled actions, which are not modelled: --set min=<n> shows the hours they cover.`,
  ];
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
