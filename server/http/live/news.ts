import { isoFromMicros } from '../../timestamps/iso-time.ts';
import type { TimestampStore } from '../../timestamps/store.ts';
import { type LiveNews, recordBody } from '../schemas.ts';

export interface NewsOptions {
  readonly store: Pick<TimestampStore, 'listRecords'>;
  /** Whether the table has every acknowledged timestamp, as far as this process knows. */
  readonly isComplete: () => boolean;
  /** The largest possible error of the clock of this instance; `undefined` if it is unknown. */
  readonly clockErrorMicros: () => number | undefined;
  /** The age of the oldest spilled block; 0 if there is none, `undefined` if it is unknown. */
  readonly oldestSpillS: () => number | undefined;
  /** The rates of the last minutes, oldest first. */
  readonly ratesPerSecond: () => readonly number[];
  readonly nowMicros: () => number;
}

/** The number of records that the live page shows. */
export const NEWEST_RECORDS = 20;

/** Reads what the live page shows. Rejects like a listing: with `overloaded` or `unavailable`. */
export function createReadNews(options: NewsOptions): () => Promise<LiveNews> {
  const { store, isComplete, clockErrorMicros, oldestSpillS, ratesPerSecond, nowMicros } = options;
  return async () => {
    // Before the table is read: a block that is moved into it meanwhile may be missing from the page.
    const complete = isComplete();
    const { records } = await store.listRecords({ limit: NEWEST_RECORDS, consistent: true });
    const errorMicros = clockErrorMicros();
    const spillS = oldestSpillS();
    return {
      time: isoFromMicros(nowMicros()),
      timestamps: records.map(recordBody),
      complete,
      clockErrorMicros: errorMicros === undefined ? null : Math.ceil(errorMicros),
      oldestSpillSeconds: spillS === undefined ? null : Math.ceil(spillS),
      ratesPerSecond: [...ratesPerSecond()],
    };
  };
}
