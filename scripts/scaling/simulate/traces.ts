import { OperatorError, UsageError } from '../../cli/errors.ts';
import type { Trace } from '../model/simulation.ts';

const HOUR_S = 3600;

/** Shapes of load: the height between base (0) and peak (1) at a time between start (0) and end (1). */
const SHAPES: Readonly<Record<string, { durationS: number; height: (time: number) => number }>> = {
  /** Up in the first half, a plateau, down again. */
  ramp: { durationS: HOUR_S, height: (time) => Math.min(1, time * 2, Math.max(0, (1 - time) * 4)) },
  /** Ten minutes of the hour at the peak, at once. */
  spike: { durationS: HOUR_S, height: (time) => (time >= 1 / 4 && time < 5 / 12 ? 1 : 0) },
  /** Lowest at the start and the end of the day, highest at noon. */
  daily: { durationS: 24 * HOUR_S, height: (time) => (1 - Math.cos(2 * Math.PI * time)) / 2 },
  /** Demand doubles every minute for 6 minutes, then halves every 10 minutes. */
  'flash-crowd': { durationS: HOUR_S, height: flashCrowd },
};

const CROWD_STARTS = 10 / 60;
const CROWD_PEAKS = 16 / 60;
const DOUBLINGS = 6;
const HALF_LIFE = 10 / 60;

function flashCrowd(time: number): number {
  if (time < CROWD_STARTS) return 0;
  if (time < CROWD_PEAKS) return 2 ** (((time - CROWD_PEAKS) / (CROWD_PEAKS - CROWD_STARTS)) * DOUBLINGS);
  return 2 ** (-(time - CROWD_PEAKS) / HALF_LIFE);
}

/** Names of the built-in shapes. */
export const TRACE_NAMES = Object.keys(SHAPES);

/** A built-in load trace between two rates in requests per second. @throws UsageError for an unknown name. */
export function builtInTrace(
  name: string,
  { base, peak, durationS }: { base: number; peak: number; durationS?: number | undefined },
): Trace {
  const shape = SHAPES[name];
  if (!shape) throw new UsageError(`--trace is '${name}': expected ${TRACE_NAMES.join(', ')} or a file ending in .csv`);
  const duration = durationS ?? shape.durationS;
  return { name, durationS: duration, at: (second) => base + (peak - base) * shape.height(second / duration) };
}

const HEADER = 'seconds,requestsPerSecond';

type Row = Readonly<Record<'second' | 'rate', number>>;

/**
 * Reads a recorded load: lines of `seconds,requestsPerSecond` with growing seconds, with or without a header. Between
 * two lines the rate changes linearly; the trace ends with the last line.
 *
 * @throws OperatorError naming file and line.
 */
export function parseCsvTrace(file: string, text: string): Trace {
  const rows: Row[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || (index === 0 && line.trim() === HEADER)) continue;
    rows.push(parseRow(`${file}:${index + 1}`, line, rows.at(-1)));
  }
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last || rows.length < 2)
    throw new OperatorError(`${file} has ${rows.length} points: expected 2 at least`);
  return { name: file, durationS: Math.ceil(last.second - first.second), at: interpolation(rows, first.second) };
}

function parseRow(place: string, text: string, before: Row | undefined): Row {
  const [, second, rate] = /^ *(\d+(?:\.\d+)?) *, *(\d+(?:\.\d+)?) *$/.exec(text) ?? [];
  if (!second || !rate) throw new OperatorError(`${place} is '${text}': expected ${HEADER}, two numbers of 0 or more`);
  if (before && Number(second) <= before.second) {
    throw new OperatorError(`${place} is at ${second} s, after ${before.second} s: expected growing seconds`);
  }
  return { second: Number(second), rate: Number(rate) };
}

function interpolation(rows: readonly Row[], startS: number): Trace['at'] {
  let index = 0;
  return (second) => {
    const now = startS + second;
    if ((rows[index]?.second ?? 0) > now) index = 0;
    while (index < rows.length - 2 && (rows[index + 1]?.second ?? Infinity) <= now) index++;
    const [from, to] = [rows[index], rows[index + 1]];
    if (!from || !to) return 0;
    return from.rate + ((now - from.second) / (to.second - from.second)) * (to.rate - from.rate);
  };
}
