import { z } from 'zod';
import { SETTLING_MS } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { queryPartition, type ReadOptions } from './scan.ts';
import type { Table } from './table.ts';

/** What a region says about itself, as `server/dynamodb/heartbeats.ts` writes it. Times are in microseconds. */
const heartbeatSchema = z.object({
  sk: z.object({ S: z.string() }),
  sees: z.object({
    M: z.record(
      z.string(),
      z.object({ M: z.object({ completeUntil: z.object({ N: z.coerce.number() }).optional() }) }),
    ),
  }),
});

/** What is known of the timestamps that are not in a table yet. */
export interface Completeness {
  /** The regions that record to the table or to a replica of it; empty if the stage has one region. */
  readonly regions: readonly string[];
  /** No timestamp before this time, in microseconds, can still appear, unless it is spilled. Undefined if unknown. */
  readonly until: number | undefined;
}

const SETTLING_MICROS = Object.values(SETTLING_MS).reduce((sum, ms) => sum + ms, 0) * 1_000;

/**
 * How far a table is complete: up to the time at which every block that began is put, and in a stage of several regions
 * up to the time that this region's heartbeat says of the others.
 */
export async function completenessOf(
  table: Table,
  region: string | undefined,
  nowMicros: number,
  options: ReadOptions = {},
): Promise<Completeness> {
  const heartbeats = new Map<string, readonly (number | undefined)[]>();
  for await (const items of queryPartition(table, { pk: 'regions' }, options)) {
    for (const item of items) {
      const { success, data } = heartbeatSchema.safeParse(item);
      if (!success)
        throw new OperatorError(`the heartbeat of ${item['sk']?.S} in the table ${table.name} is no heartbeat`);
      heartbeats.set(
        data.sk.S,
        Object.values(data.sees.M).map(({ M }) => M.completeUntil?.N),
      );
    }
  }
  const regions = [...heartbeats.keys()];
  const own = nowMicros - SETTLING_MICROS;
  if (regions.length === 0) return { regions, until: own };
  const others = heartbeats.get(region ?? '') ?? [];
  // A region that has not seen each of the others yet does not know how far they are.
  if (others.length < regions.length - 1 || others.includes(undefined)) return { regions, until: undefined };
  return { regions, until: Math.min(own, ...others.map(Number)) };
}
