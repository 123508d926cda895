import type { StoredTimestamp } from '../table/records.ts';
import { isoFromMicros } from '../table/time.ts';

/** The columns of an export, by the names of the listing. It has no ids, and no state: all are stored. */
export const COLUMNS = [
  'timestamp',
  'traceId',
  'clientAddress',
  'protocol',
  'instance',
  'region',
  'errorMicros',
] as const;

/** RFC 4180, as the server's CSV. No field needs quotes: no address, host name, id or time contains commas or quotes. */
export const CSV = {
  header: `${COLUMNS.join(',')}\r\n`,
  line: ({ micros, ...record }: StoredTimestamp): string => {
    const fields = { timestamp: isoFromMicros(micros), ...record };
    return `${COLUMNS.map((name) => fields[name] ?? '').join(',')}\r\n`;
  },
} as const;

/** One JSON object a line, as the server's: without `region` if the stage has one, `errorMicros` null if unknown. */
export const NDJSON = {
  header: '',
  line: ({ micros, traceId, clientAddress, protocol, instance, region, ...rest }: StoredTimestamp) => {
    const record = {
      timestamp: isoFromMicros(micros),
      traceId,
      clientAddress,
      protocol,
      instance,
      errorMicros: rest.errorMicros ?? null,
    };
    return `${JSON.stringify(region === undefined ? record : { ...record, region })}\n`;
  },
} as const;
