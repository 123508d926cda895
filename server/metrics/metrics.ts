/**
 * The metrics of one worker. Counters and histograms only grow during the lifetime of a process, so that
 * `instance-metrics.ts` can add the values of workers and subtract earlier values.
 */
import { z } from 'zod';
import { METRICS } from '../contract.ts';
import {
  type Bounds,
  combineHistograms,
  geometricBounds,
  type Histogram,
  HistogramRecorder,
  HistogramSchema,
} from './histogram.ts';

type MetricName = keyof typeof METRICS;
type Kind = (typeof METRICS)[MetricName]['kind'];
type NameOf<K extends Kind> = { [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never }[MetricName];

export type HistogramName = NameOf<'histogram'>;

/**
 * Bounds of the histograms by unit. Durations range from 0.25 ms to 30 s in steps of 8 %, which is the largest relative
 * error of a percentile. Counts are exact up to 17 and at most 8 % too large above.
 */
const BOUNDS_OF_UNIT = {
  Milliseconds: geometricBounds(0.25, 30_000, 150, (bound) => Number(bound.toPrecision(3))),
  Count: geometricBounds(1, 20_000, 150, Math.round),
  Percent: Array.from({ length: 101 }, (_, percent) => percent),
} as const satisfies Record<string, Bounds>;

export const BOUNDS = mapMetrics('histogram', (name): Bounds => BOUNDS_OF_UNIT[METRICS[name].unit]);

/** Counts since the start of a worker or of an instance. */
export type Totals = z.infer<typeof TotalsSchema>;
export const TotalsSchema = z.object({
  counters: z.object(mapMetrics('counter', () => z.number())),
  histograms: z.object(mapMetrics('histogram', () => HistogramSchema)),
});

/** Current values; an unknown value is absent. */
export type Gauges = z.infer<typeof GaugesSchema>;
export const GaugesSchema = z.object(mapMetrics('gauge', () => z.number().optional()));

/** The metrics of one instance, for one period or since its start. */
export interface InstanceReport {
  readonly totals: Totals;
  readonly gauges: Gauges;
}

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Creates the recorder of this process. It never fails, and only snapshots allocate memory. A process that replaces
 * another one counts itself as one restart, so that the sum over all processes is the number of restarts.
 */
export function createMetrics({ isRestart = false } = {}) {
  const counters = mapMetrics('counter', () => 0);
  const recorders = mapMetrics('histogram', (name) => new HistogramRecorder(BOUNDS[name]));
  const gauges: Gauges = {};
  if (isRestart) counters.workerRestarts = 1;
  return {
    count(name: NameOf<'counter'>, by: number): void {
      counters[name] += by;
    },
    record(name: HistogramName, value: number): void {
      recorders[name].record(value);
    },
    set(name: NameOf<'gauge'>, value: number | undefined): void {
      gauges[name] = value;
    },
    snapshot: (): Totals => ({
      counters: { ...counters },
      histograms: mapMetrics('histogram', (name) => recorders[name].snapshot()),
    }),
    gauges: (): Gauges => ({ ...gauges }),
  };
}

/** Totals of zero. */
export function noTotals(): Totals {
  return createMetrics().snapshot();
}

/** The sum of two totals. */
export function addTotals(a: Totals, b: Totals): Totals {
  return combineTotals(a, b, (x, y) => x + y);
}

/** The difference between `later` and `earlier`. */
export function totalsSince(earlier: Totals, later: Totals): Totals {
  return combineTotals(later, earlier, (x, y) => x - y);
}

function combineTotals(a: Totals, b: Totals, combine: (a: number, b: number) => number): Totals {
  return {
    counters: mapMetrics('counter', (name) => combine(a.counters[name], b.counters[name])),
    histograms: mapMetrics('histogram', (name) => combineHistograms(a.histograms[name], b.histograms[name], combine)),
  };
}

/** The gauges of an instance: sums over its workers, and this worker's values of the host. */
export function combineGauges(workers: readonly Gauges[], own: Gauges): Gauges {
  return mapMetrics('gauge', (name) =>
    METRICS[name].aggregation === 'host' ? own[name] : workers.reduce((sum, gauges) => sum + (gauges[name] ?? 0), 0),
  );
}

/** Every metric of the report that has a value, in the order of the table. */
export function valuesOf({ totals, gauges }: InstanceReport): [MetricName, number | Histogram][] {
  const values = { ...totals.counters, ...totals.histograms, ...gauges };
  const names = Object.keys(METRICS) as MetricName[];
  return names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]]));
}

function mapMetrics<K extends Kind, T>(kind: K, make: (name: NameOf<K>) => T): Record<NameOf<K>, T> {
  const names = Object.keys(METRICS).filter((name) => METRICS[name as MetricName].kind === kind) as NameOf<K>[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<NameOf<K>, T>;
}
