import { OperatorError } from '../../cli/errors.ts';
import type { Trace } from '../model/simulation.ts';

interface Row {
  readonly second: number;
  readonly rate: number;
}

const HEADER = 'seconds,requestsPerSecond';

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

function parseRow(place: string, line: string, before: Row | undefined): Row {
  const cells = line.split(',').map((cell) => cell.trim());
  const [second = Number.NaN, rate = Number.NaN] = cells.map((cell) => (cell === '' ? Number.NaN : Number(cell)));
  const valid = cells.length === 2 && Number.isFinite(second) && Number.isFinite(rate) && second >= 0 && rate >= 0;
  if (!valid) throw new OperatorError(`${place} is '${line}': expected ${HEADER}, two numbers of 0 or more`);
  if (before && second <= before.second) {
    throw new OperatorError(`${place} is at ${second} s, after ${before.second} s: expected growing seconds`);
  }
  return { second, rate };
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
