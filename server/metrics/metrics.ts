/**
 * What one worker counts. The numbers only ever grow while the process lives, so that adding up workers, and taking
 * the difference of two moments, is plain arithmetic (`instance-metrics.ts`).
 */
import { type Bounds, combineHistograms, geometricBounds, type Histogram, HistogramRecorder } from './histogram.ts';

const toThreeDigits = (bound: number) => Number(bound.toPrecision(3));

/** 0.25 ms to 30 s in steps of 8 %: the largest relative error of a percentile. */
const DURATION_MS_BOUNDS = geometricBounds(0.25, 30_000, 150, toThreeDigits);

/** Bounds of the distributions; sizes of blocks are exact up to 17 and at most 8 % too large above, utilisation is in percent. */
export const BOUNDS = {
  commitLatency: DURATION_MS_BOUNDS,
  timestampsPerBlock: geometricBounds(1, 20_000, 150, Math.round),
  eventLoopDelay: DURATION_MS_BOUNDS,
  eventLoopUtilization: Array.from({ length: 101 }, (_, percent) => percent),
} as const satisfies Record<string, Bounds>;

export type HistogramName = keyof typeof BOUNDS;
export type CounterName =
  | 'timestampsRecorded'
  | 'timestampsRefused'
  | 'timestampsFailed'
  | 'writeUnits'
  | 'workerRestarts';

/** Counts since the start of something: of a worker, or of an instance. */
export interface Totals {
  readonly counters: Readonly<Record<CounterName, number>>;
  readonly histograms: Readonly<Record<HistogramName, Histogram>>;
}

/** One committed block. */
export interface BlockCommit {
  /** From sending the block to the answer of the database, retries included. */
  readonly latencyMs: number;
  readonly timestamps: number;
  readonly writeUnits: number;
}

/** What the hot path reports; nothing of it allocates or fails. */
export interface Metrics {
  /** So many timestamps were acknowledged to their clients. */
  timestampRecorded(count: number): void;
  /** A request was refused before anything was begun for it. */
  timestampRefused(): void;
  /** So many timestamps were accepted, but the database did not take them. */
  timestampFailed(count: number): void;
  blockCommitted(commit: BlockCommit): void;
  /** The event loop during one sample period: longest delay, and share of time it was busy. */
  eventLoopSampled(delayMs: number, utilizationPercent: number): void;
  snapshot(): Totals;
}

/**
 * Makes the recorder of this process. A process that replaces another one counts itself as one restart, so that the sum
 * over all processes is the number of restarts.
 */
export function createMetrics({ isRestart = false } = {}): Metrics {
  const counters = {
    timestampsRecorded: 0,
    timestampsRefused: 0,
    timestampsFailed: 0,
    writeUnits: 0,
    workerRestarts: isRestart ? 1 : 0,
  };
  const histograms = mapHistograms((name) => new HistogramRecorder(BOUNDS[name]));
  return {
    timestampRecorded(count) {
      counters.timestampsRecorded += count;
    },
    timestampRefused() {
      counters.timestampsRefused += 1;
    },
    timestampFailed(count) {
      counters.timestampsFailed += count;
    },
    blockCommitted({ latencyMs, timestamps, writeUnits }) {
      counters.writeUnits += writeUnits;
      histograms.commitLatency.record(latencyMs);
      histograms.timestampsPerBlock.record(timestamps);
    },
    eventLoopSampled(delayMs, utilizationPercent) {
      histograms.eventLoopDelay.record(delayMs);
      histograms.eventLoopUtilization.record(utilizationPercent);
    },
    snapshot: () => ({ counters: { ...counters }, histograms: mapHistograms((name) => histograms[name].snapshot()) }),
  };
}

/** Nothing counted yet. */
export const noTotals = (): Totals => createMetrics().snapshot();

/** What several workers counted together. */
export const addTotals = (a: Totals, b: Totals): Totals => combineTotals(a, b, (x, y) => x + y);

/** What was counted between `earlier` and `later`. */
export const totalsSince = (earlier: Totals, later: Totals): Totals => combineTotals(later, earlier, (x, y) => x - y);

function combineTotals(a: Totals, b: Totals, combine: (a: number, b: number) => number): Totals {
  return {
    counters: {
      timestampsRecorded: combine(a.counters.timestampsRecorded, b.counters.timestampsRecorded),
      timestampsRefused: combine(a.counters.timestampsRefused, b.counters.timestampsRefused),
      timestampsFailed: combine(a.counters.timestampsFailed, b.counters.timestampsFailed),
      writeUnits: combine(a.counters.writeUnits, b.counters.writeUnits),
      workerRestarts: combine(a.counters.workerRestarts, b.counters.workerRestarts),
    },
    histograms: mapHistograms((name) => combineHistograms(a.histograms[name], b.histograms[name], combine)),
  };
}

function mapHistograms<T>(make: (name: HistogramName) => T): Record<HistogramName, T> {
  return {
    commitLatency: make('commitLatency'),
    timestampsPerBlock: make('timestampsPerBlock'),
    eventLoopDelay: make('eventLoopDelay'),
    eventLoopUtilization: make('eventLoopUtilization'),
  };
}
