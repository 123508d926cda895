import type { Durability } from '../drill/data.ts';

/** Timestamps of one block, by its partition key (`2026-11-21#07`) and lines (`07:45:00.123456 …`). */
export function timestampsIn(partitionKey: string, lines: string): string[] {
  const day = partitionKey.slice(0, 10);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${day}T${line.slice(0, 15)}Z`);
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
