import { SETTLING_MS } from '../contract.ts';
import type { KnownTime } from './known-times.ts';
import type { Micros } from './record.ts';

/** How far an eventually consistent read may be behind. DynamoDB usually needs less than a second, but has no limit. */
export const STALE_READ_MS = 40_000;

const CONSISTENT_MS = Object.values(SETTLING_MS).reduce((sum, ms) => sum + ms, 0);

export interface SettledOptions {
  /** The process's clock. */
  readonly now: () => Micros;
  /** The latest time at which no block was durable only outside the table. */
  readonly tableCompleteUntil: KnownTime;
  /** The time before which every record of the other regions is in this table. @default - there are none */
  readonly othersCompleteUntil?: KnownTime | undefined;
}

/** The time before which no record can appear in listings that begin after this call; `undefined` if it is unknown. */
export type SettledUntil = (query: { readonly consistent: boolean }) => Micros | undefined;

/**
 * A follower that reads up to this time misses nothing (docs/decisions/0040). A read that may be behind gets what was
 * known that long ago. The time itself can advance by hours at once, so subtracting from it is not enough.
 */
export function createSettledUntil({ now, tableCompleteUntil, othersCompleteUntil }: SettledOptions): SettledUntil {
  return ({ consistent }) => {
    const behindMs = consistent ? 0 : STALE_READ_MS;
    const present = now() - behindMs * 1_000;
    const complete = tableCompleteUntil(behindMs);
    const others = othersCompleteUntil ? othersCompleteUntil(behindMs) : Number.POSITIVE_INFINITY;
    if (complete === undefined || others === undefined) return undefined;
    const ofThisRegion = Math.min(present, complete) - CONSISTENT_MS * 1_000;
    return Math.min(ofThisRegion, others);
  };
}
