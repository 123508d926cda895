import type { Durability } from '../core/run-record.ts';

/**
 * Timestamps of one block, by its sort key, which begins with the last one (`2026-11-21T07:45:00.123456Z#…`), and its
 * lines, which begin with seconds (`00.123456 …`) up to a quarter of a second earlier.
 */
export function timestampsIn(sortKey: string, lines: string): string[] {
  const last = sortKey.slice(0, 26);
  const minute = last.slice(0, 17);
  const minuteBefore = new Date(Date.parse(`${last}Z`) - 60_000).toISOString().slice(0, 17);
  return lines.split('\n').map((line) => {
    const seconds = line.slice(0, 9);
    return `${seconds > last.slice(17) ? minuteBefore : minute}${seconds}Z`;
  });
}

/**
 * How many acknowledged timestamps are stored. Two processes may record the same microsecond, so each stored one counts
 * once. More may be stored than was acknowledged: an answer can be lost on its way.
 */
export function compareStored(acknowledged: readonly string[], stored: readonly string[]): Durability {
  const left = new Map<string, number>();
  for (const timestamp of stored) left.set(timestamp, (left.get(timestamp) ?? 0) + 1);
  const found = acknowledged.filter((timestamp) => {
    const count = left.get(timestamp) ?? 0;
    left.set(timestamp, count - 1);
    return count > 0;
  });
  return { acknowledged: acknowledged.length, stored: found.length };
}
