import type { Micros } from './record.ts';

const MICROS_PER_SECOND = 1_000_000;

let cachedSecond = Number.NaN;
let cachedPrefix = '';

/** `2026-11-21T07:45:00`. Timestamps come in order, so the text of the last second is cached. */
function secondText(second: number): string {
  if (second !== cachedSecond) {
    cachedPrefix = new Date(second * 1000).toISOString().slice(0, 19);
    cachedSecond = second;
  }
  return cachedPrefix;
}

/** ISO 8601 in UTC, `2026-11-21T07:45:00.123456Z`: always 27 characters, so text order is time order. */
export function isoFromMicros(micros: Micros): string {
  const second = Math.floor(micros / MICROS_PER_SECOND);
  const fraction = micros - second * MICROS_PER_SECOND;
  return `${secondText(second)}.${String(fraction).padStart(6, '0')}Z`;
}

/** The UTC day of a time: `2026-11-21`. */
export function dayOf(micros: Micros): string {
  return secondText(Math.floor(micros / MICROS_PER_SECOND)).slice(0, 10);
}

const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

/** The first microsecond after the UTC day of a time, without leap seconds as in POSIX. */
export function dayEnd(micros: Micros): Micros {
  return (Math.floor(micros / MICROS_PER_DAY) + 1) * MICROS_PER_DAY;
}

/** The form of a time in a request. It also matches days and times that do not exist. */
export const ISO_8601 = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Parses an ISO 8601 date or date-time. Without an offset it is UTC; digits beyond microseconds are dropped.
 * Returns `undefined` for anything else, including days that do not exist.
 */
export function microsFromIso(text: string): Micros | undefined {
  const match = ISO_8601.exec(text);
  if (!match) return undefined;
  const [, date = '', time = '00:00', fraction = '', offset = 'Z'] = match;
  const ms = Date.parse(`${date}T${time}${offset.replace(/^(...)(\d\d)$/, '$1:$2')}`);
  // Date.parse turns 2026-02-30 into a day in March.
  if (Number.isNaN(ms) || new Date(`${date}T00:00Z`).toISOString().slice(0, 10) !== date) return undefined;
  return ms * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
