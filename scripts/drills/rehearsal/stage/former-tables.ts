import type { z } from 'zod';
import type { recordSchema } from './policy-proxy-process.ts';

type NeededRight = z.infer<typeof recordSchema>;

/** The tables that a stage used before, and the instances that were launched with each of them. */
export type FormerTables = ReadonlyMap<string, readonly string[]>;

/**
 * Leaves out what was refused because a table was replaced: the role has rights for the new one only, and instances of
 * the former one run until they are replaced.
 */
export function withoutFormerTables(needed: readonly NeededRight[], former: FormerTables): NeededRight[] {
  return needed.filter(({ allowed, resource, instance }) => {
    const table = /:table\/([^/]+)$/.exec(resource)?.[1] ?? '';
    return allowed || !former.get(table)?.includes(instance);
  });
}
