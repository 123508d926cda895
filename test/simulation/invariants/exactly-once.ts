import type { Recording } from '../actors/recording.ts';
import { type StoredLine, storedLines } from '../aws/stored-lines.ts';
import type { World } from '../world.ts';

/** Acknowledged or accepted means in the end stored exactly once, unchanged. What was not acknowledged is stored at most once. */
export function checkExactlyOnce(world: World, recordings: readonly Recording[]): void {
  const stored = Map.groupBy(storedLines(world.database.table), ({ trace }) => trace);
  for (const recording of recordings) {
    const lines = stored.get(recording.trace) ?? [];
    stored.delete(recording.trace);
    const problem = problemOf(recording, lines);
    if (problem !== undefined) world.violate('exactly-once', `the request …${recording.trace} ${problem}`);
  }
  for (const trace of stored.keys()) world.violate('exactly-once', `nobody sent the stored timestamp …${trace}`);
}

function problemOf({ record, micros, key }: Recording, lines: readonly StoredLine[]): string | undefined {
  const [line, ...others] = lines;
  if (others.length > 0) return `is stored ${lines.length} times: ${lines.map(({ item }) => item).join(', ')}`;
  if (record !== undefined && key === undefined && line === undefined) return 'was acknowledged and is not stored';
  if (line !== undefined && line.micros !== micros) return `arrived at ${micros} and is stored as ${line.micros}`;
  return undefined;
}
