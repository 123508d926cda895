import { SPILL_PREFIXES } from '../../../server/contract.ts';
import type { World } from '../world.ts';

/** At the end everything that was spilled is in the table, and only what the table refuses is a dead letter. */
export function checkNothingSpilled(world: World): void {
  for (const { bucket } of world.regions)
    for (const key of bucket.spilled) world.violate('spilled', `${key} is still in the bucket`);
  for (const [key, traces] of deadLetters(world))
    if (!traces.some((trace) => world.isRefused(trace)))
      world.violate('spilled', `${key} is a dead letter, but the table does not refuse it`);
}

/** The keys of dead letters, each with the traces of its requests, read without the code of the server. */
export function deadLetters({ regions }: World): Map<string, string[]> {
  const letters = new Map<string, string[]>();
  for (const [key, { body }] of regions.flatMap(({ bucket }) => [...bucket.objects])) {
    if (!key.startsWith(SPILL_PREFIXES.dead)) continue;
    const { lines } = JSON.parse(body) as { readonly lines: readonly string[] };
    letters.set(
      key,
      lines.map((line) => (line.split(' ')[1] ?? '').slice(-24)),
    );
  }
  return letters;
}
