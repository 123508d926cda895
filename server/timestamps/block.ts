import { dayOf, isoFromMicros, microsFromIso } from './iso-time.ts';
import type { Arrival, Micros, Protocol } from './record.ts';
import { tracePrefix } from './trace-id.ts';

/** The timestamps of one commit: ordered, of one UTC day, and at most {@link BLOCK_LIMITS.spanMicros} apart. */
export interface Block {
  readonly shard: number;
  readonly writer: string;
  readonly sequence: number;
  readonly instance: string;
  /** Where it was written; absent if the stage has one region. */
  readonly region?: string | undefined;
  /** The largest possible error of its timestamps, in microseconds; absent if it is unknown. */
  readonly errorMicros?: number | undefined;
  /** When DynamoDB may delete it, in seconds since 1970; absent if it is kept. */
  readonly expires?: number | undefined;
  readonly arrivals: readonly Arrival[];
}

/** A block as a table item, without DynamoDB's type descriptors. */
export interface BlockItem {
  readonly pk: string;
  readonly sk: string;
  readonly instance: string;
  readonly region?: string | undefined;
  readonly errorMicros?: number | undefined;
  readonly expires?: number | undefined;
  readonly count: number;
  readonly lines: string;
}

export const BLOCK_LIMITS = {
  /** Keeps an item far below DynamoDB's 400 KB: a line has at most 96 characters. */
  timestamps: 1_000,
  /** A reader also reads the blocks that end this long after its time range. */
  spanMicros: 250_000,
} as const;

/** The error of several timestamps: the largest of theirs, unknown if one of them is. */
export function largestError(arrivals: readonly Arrival[]): number | undefined {
  let largest = 0;
  for (const { errorMicros } of arrivals) {
    if (errorMicros === undefined) return undefined;
    largest = Math.max(largest, errorMicros);
  }
  return largest;
}

const DAY_S = 86_400;

/** When a block may be deleted, in seconds since 1970, if blocks are kept for some days. */
export function expiryOf(last: Micros, retentionDays: number): number {
  return Math.ceil(last / 1e6) + retentionDays * DAY_S;
}

/** The time before which blocks have expired, which DynamoDB deletes up to two days later. */
export function expiredBefore(now: Micros, retentionDays: number): Micros {
  return now - retentionDays * DAY_S * 1e6;
}

/** Partition key of a day's shard: `2026-11-21#07`. */
export function shardKey(day: string, shard: number): string {
  return `${day}#${String(shard).padStart(2, '0')}`;
}

/** Sort key: the block's last timestamp, its writer, and its number within that writer. */
export function blockSortKey(last: Micros, writer: string, sequence: number): string {
  return `${isoFromMicros(last)}#${writer}#${sequence.toString(32).padStart(7, '0')}`;
}

export function lastMicros(block: Block): Micros {
  return block.arrivals.at(-1)?.micros ?? 0;
}

const MICROS_PER_MINUTE = 60_000_000;

/**
 * One line per timestamp, such as `00.123456 3f5c8a1b9d7e4c6f8a0b2d4e 203.0.113.7`: second, trace id, client address,
 * and `http` if it was not HTTPS. Every 1 KB costs a write unit, so the line omits the day, hour and minute, which are
 * in the sort key. It also omits the time of a trace id that began in the same second, as nearly all do.
 */
function encodeLine({ micros, traceId, clientAddress, protocol }: Arrival): string {
  const trace = isOfSecond(traceId, micros) ? traceId.slice(TRACE_TIME_LENGTH) : traceId;
  const line = `${isoFromMicros(micros).slice(17, 26)} ${trace} ${clientAddress}`;
  return protocol === 'https' ? line : `${line} ${protocol}`;
}

const TRACE_TIME_LENGTH = '1-6920060c-'.length;

function isOfSecond(traceId: string, micros: Micros): boolean {
  return traceId.startsWith(tracePrefix(micros));
}

/** Bytes that a timestamp adds to its block: its line and the line break. */
export function lineBytes({ micros, traceId, clientAddress, protocol }: Arrival): number {
  const traceLength = isOfSecond(traceId, micros) ? traceId.length - TRACE_TIME_LENGTH : traceId.length;
  const withoutTrace = '00.000000'.length + ' '.length + ' '.length + clientAddress.length + '\n'.length;
  return withoutTrace + traceLength + (protocol === 'https' ? 0 : ' '.length + protocol.length);
}

/** The latest time with these seconds that is not after the block's last timestamp. */
function timeOfLine(seconds: string, last: Micros): Micros {
  const micros = last - (last % MICROS_PER_MINUTE) + Number(seconds.replace('.', ''));
  return micros > last ? micros - MICROS_PER_MINUTE : micros;
}

const LINE = /^([0-5]\d\.\d{6}) (\S+) (\S+)(?: (http))?$/;

function decodeLine(line: string, last: Micros): Arrival {
  const match = LINE.exec(line);
  if (!match) throw new Error(`a block's line should be "second trace address", not ${JSON.stringify(line)}`);
  const [, seconds = '', trace = '', clientAddress = '', protocol = 'https'] = match;
  const micros = timeOfLine(seconds, last);
  return {
    micros,
    traceId: trace.length === 24 ? tracePrefix(micros) + trace : trace,
    clientAddress,
    protocol: protocol as Protocol,
  };
}

/** The table item of a block. */
export function encodeBlock(block: Block): BlockItem {
  const last = lastMicros(block);
  return {
    pk: shardKey(dayOf(last), block.shard),
    sk: blockSortKey(last, block.writer, block.sequence),
    instance: block.instance,
    ...(block.region !== undefined && { region: block.region }),
    ...(block.errorMicros !== undefined && { errorMicros: block.errorMicros }),
    ...(block.expires !== undefined && { expires: block.expires }),
    count: block.arrivals.length,
    lines: block.arrivals.map(encodeLine).join('\n'),
  };
}

/** The block of a table item; throws if the item is not a block. */
export function decodeBlock(item: BlockItem): Block {
  const [, shard = ''] = item.pk.split('#');
  const [time = '', writer = '', sequence = ''] = item.sk.split('#');
  const last = microsFromIso(time);
  if (last === undefined)
    throw new Error(`a block's sort key should begin with its last time, not ${JSON.stringify(item.sk)}`);
  return {
    shard: Number(shard),
    writer,
    sequence: Number.parseInt(sequence, 32),
    instance: item.instance,
    ...(item.region !== undefined && { region: item.region }),
    ...(item.errorMicros !== undefined && { errorMicros: item.errorMicros }),
    ...(item.expires !== undefined && { expires: item.expires }),
    arrivals: item.lines.split('\n').map((line) => decodeLine(line, last)),
  };
}

/** Bytes of a write request unit, by which DynamoDB bills and limits writes. */
export const WRITE_UNIT_BYTES = 1_024;

/** Bytes that DynamoDB adds to the text: the attribute names and the number `count`. */
const ITEM_OVERHEAD_BYTES = 'pk'.length + 'sk'.length + 'instance'.length + 'count'.length + 'lines'.length + 4;

/** Bytes of the error: its name, and a number of up to ten digits. */
const ERROR_BYTES = 'errorMicros'.length + 6;

/** Bytes of the time of expiry: its name, and a number of ten digits. */
const EXPIRES_BYTES = 'expires'.length + 6;

/** The size of an item as DynamoDB counts it, at most. All names and values are ASCII. */
export function itemBytes({ pk, sk, instance, region, errorMicros, expires, lines }: BlockItem): number {
  const regionBytes = region === undefined ? 0 : 'region'.length + region.length;
  const errorBytes = errorMicros === undefined ? 0 : ERROR_BYTES;
  const optionalBytes = regionBytes + errorBytes + (expires === undefined ? 0 : EXPIRES_BYTES);
  return ITEM_OVERHEAD_BYTES + pk.length + sk.length + instance.length + optionalBytes + lines.length;
}

/** Write request units that an item consumes: its size, rounded up to the next KB. */
export function writeUnits(item: BlockItem): number {
  return Math.ceil(itemBytes(item) / WRITE_UNIT_BYTES);
}

/** The size of a block's item without timestamps: each adds its {@link lineBytes}. */
export function emptyBlockBytes(block: Omit<Block, 'arrivals'>): number {
  return itemBytes(encodeBlock({ ...block, arrivals: [] })) - '\n'.length;
}
