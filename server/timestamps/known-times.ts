import type { Runtime } from '../runtime.ts';
import type { Micros } from './record.ts';

/** The latest time of which something has been known for at least this many milliseconds; `undefined` if there is none. */
export type KnownTime = (forMs: number) => Micros | undefined;

/** Remembers times of which something was found to be true, and will stay true, for questions up to `longestMs` back. */
export function createKnownTimes(runtime: Runtime, longestMs: number) {
  let known: { readonly sinceMs: number; readonly time: Micros }[] = [];

  const lastSince = (ms: number) => known.findLastIndex(({ sinceMs }) => sinceMs <= ms);
  const latest: KnownTime = (forMs) => known[lastSince(runtime.monotonicMs() - forMs)]?.time;
  return {
    /** Must be called when it has become known of a time. */
    put(time: Micros): void {
      const nowMs = runtime.monotonicMs();
      if (time <= (known.at(-1)?.time ?? Number.NEGATIVE_INFINITY)) return;
      known = [...known.slice(Math.max(0, lastSince(nowMs - longestMs))), { sinceMs: nowMs, time }];
    },
    latest,
  };
}
