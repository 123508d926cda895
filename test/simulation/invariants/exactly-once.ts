import type { Recording } from '../actors/recording.ts';
import { type StoredLine, storedLines } from '../aws/stored-lines.ts';
import type { World } from '../world.ts';
import { deadLetters } from './spilled.ts';

/**
 * Acknowledged or accepted means in the end stored exactly once, unchanged, or a dead letter if the table refuses it.
 * was not acknowledged is stored at most once.
 */
export function checkExactlyOnce(world: World, recordings: readonly Recording[]): void {
  const stored = Map.groupBy(storedLines(world.home.database.table), ({ trace }) => trace);
  const dead = new Set([...deadLetters(world).values()].flat());
  for (const recording of recordings) {
    const lines = stored.get(recording.trace) ?? [];
    stored.delete(recording.trace);
    const problem = problemOf(recording, lines, dead.has(recording.trace));
    if (problem !== undefined) world.violate('exactly-once', `the request …${recording.trace} ${problem}`);
  }
  for (const trace of stored.keys()) world.violate('exactly-once', `nobody sent the stored timestamp …${trace}`);
}

function problemOf(
  { record, micros, key }: Recording,
  lines: readonly StoredLine[],
  isDead: boolean,
): string | undefined {
  const [line, ...others] = lines;
  if (others.length > 0) return `is stored ${lines.length} times: ${lines.map(({ item }) => item).join(', ')}`;
  if (isDead) return line === undefined ? undefined : 'is stored and also a dead letter';
  if (record !== undefined && key === undefined && line === undefined) return 'was acknowledged and is not stored';
  if (line !== undefined && line.micros !== micros) return `arrived at ${micros} and is stored as ${line.micros}`;
  return undefined;
}
