import type { Listing } from '../actors/listing.ts';
import type { Recording } from '../actors/recording.ts';
import { storedLines } from '../aws/stored-lines.ts';
import type { World } from '../world.ts';

/** A listing is in order without repetitions, invents nothing, and if it is consistent it misses nothing that was stored. */
export function checkListing(world: World, listing: Listing, recordings: readonly Recording[]): void {
  const { records, consistent, beganMicros, isComplete, region } = listing;
  for (const [index, { id }] of records.entries()) {
    const before = records[index - 1]?.id;
    if (before !== undefined && id >= before) world.violate('listing', `lists ${id} after ${before}`);
  }
  const sent = new Set(recordings.map(({ trace }) => trace));
  for (const { traceId } of records)
    if (!sent.has(traceId.slice(-24))) world.violate('listing', `lists ${traceId}, which nobody sent`);
  if (!consistent) return;
  // What was only accepted may still be spilled.
  const listed = new Set(records.map(({ id }) => id));
  const oldest = isComplete ? '' : records.at(-1)?.id;
  for (const { record, answeredMicros = Number.POSITIVE_INFINITY, trace, process } of recordings) {
    if (process.region !== region) continue;
    if (record === undefined || oldest === undefined || answeredMicros > beganMicros || record.id < oldest) continue;
    if (record.state === 'stored' && !listed.has(record.id))
      world.violate('listing', `misses …${trace}, which was acknowledged ${beganMicros - answeredMicros} µs before`);
  }
}

/** At the end, a listing is exactly what the table holds, acknowledged or not. */
export function checkFinalListing(world: World, listing: Listing, recordings: readonly Recording[]): void {
  if (!listing.isComplete) world.violate('listing', 'no listing succeeds although all faults have ended');
  checkListing(world, listing, recordings);
  const stored = new Set(storedLines(world.home.database.table).map(({ trace, micros }) => `${trace} ${micros}`));
  for (const { traceId, micros } of listing.records) {
    const line = `${traceId.slice(-24)} ${micros}`;
    if (!stored.delete(line)) world.violate('listing', `the last listing has ${line}, which is not stored`);
  }
  for (const line of stored) world.violate('listing', `the last listing misses ${line}`);
}
