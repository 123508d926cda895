import { ServiceError } from '../../../server/errors.ts';
import type { TimestampRecord } from '../../../server/timestamps/record.ts';
import type { Region, World } from '../world.ts';
import type { ServerProcess } from './server-process.ts';

/** A walk through the pages of `GET /app`. */
export interface Listing {
  readonly region: Region;
  readonly consistent: boolean;
  readonly beganMicros: number;
  readonly records: TimestampRecord[];
  /** Whether the last page was read. */
  isComplete: boolean;
}

export interface ListOptions {
  readonly limit: number;
  readonly consistent: boolean;
  /** Only records at or after this time. @default - all */
  readonly from?: number;
  /** Only records before this time. @default - all */
  readonly to?: number;
  /** @default - all pages */
  readonly maxPages?: number;
}

/** Reads all pages from a process. Resolves with what was read until a page failed. Never ends if the process does. */
export function listAll(world: World, process: ServerProcess, options: ListOptions): Promise<Listing> {
  const { limit, consistent, from, to, maxPages = Number.POSITIVE_INFINITY } = options;
  const { scheduler, history } = world;
  const { region } = process;
  const listing: Listing = { region, consistent, beganMicros: scheduler.nowMicros(), records: [], isComplete: false };
  return new Promise((resolve) => {
    const readPage = (page: number, before?: string): void => {
      history.add('reader', () => `GET /app?limit=${limit} from ${process.name}, page ${page}`);
      const arrive = async () => {
        try {
          const { records, next } = await process.listRecords({
            limit,
            consistent,
            ...(before && { before }),
            ...(from && { from }),
            ...(to && { to }),
          });
          history.add('reader', () => `page ${page} has ${records.length}${next === undefined ? ', the last' : ''}`);
          listing.records.push(...records);
          listing.isComplete = next === undefined;
          if (next === undefined || page >= maxPages) resolve(listing);
          else readPage(page + 1, next);
        } catch (error) {
          history.add('reader', () => `page ${page} fails: ${error instanceof ServiceError ? error.code : error}`);
          if (!(error instanceof ServiceError)) world.violate('no-defects', String((error as Error).stack));
          resolve(listing);
        }
      };
      scheduler.after(500, () => void arrive(), process);
    };
    readPage(1);
  });
}
