/**
 * The domain: recorded timestamps, in UTC with microseconds. Inside the program a timestamp is a `number` of
 * microseconds since the epoch (exact until the year 2255). Outside it is ISO 8601, `2026-11-21T07:45:00.123456Z`.
 */

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Micros = number;

export type Protocol = 'http' | 'https';

/** The part of a record that comes from its request. */
export interface Arrival {
  readonly micros: Micros;
  /** The largest possible error of `micros`, in microseconds; absent if it is unknown. */
  readonly errorMicros?: number | undefined;
  /** AWS X-Ray trace id, `1-<8 hex>-<24 hex>`. */
  readonly traceId: string;
  /** The client's IPv4 or IPv6 address, according to the trusted proxies. */
  readonly clientAddress: string;
  readonly protocol: Protocol;
}

/** `stored`: in the table. `accepted`: durable elsewhere, and moved into the table later. */
export type RecordState = 'stored' | 'accepted';

/** One recorded timestamp. Records are ordered by `id`, which begins with the time: the newest has the greatest id. */
export interface TimestampRecord extends Arrival {
  /** 46 characters `0-9a-v`, which contain where the record is stored (`id.ts`). */
  readonly id: string;
  /** Instance id on EC2, host name elsewhere. */
  readonly instance: string;
  /** The region that wrote it; absent if the stage has one region. */
  readonly region?: string | undefined;
  readonly state: RecordState;
}

/** A query for records. */
export interface ListQuery {
  /** The maximum number of records, 1 to 1,000. */
  readonly limit: number;
  /** Only records older than the one with this id. */
  readonly before?: string;
  /** Only records at or after this time. */
  readonly from?: Micros;
  /** Only records before this time. */
  readonly to?: Micros;
  /** Includes everything acknowledged so far, at twice the price of an eventually consistent read. */
  readonly consistent: boolean;
}

/** Records, newest first. `next` is the `before` of the next page and absent on the last page. */
export interface ListPage {
  readonly records: readonly TimestampRecord[];
  readonly next?: string;
}
