import type { Micros } from './record.ts';

/**
 * A record's id contains the time of the record and where it is stored, so that reading a record takes one `GetItem`:
 *
 *     1jmf3ka0c2g 00c8 07 k3f9a2v0 000001q 5t0vb3q8mc1e2j      (without the spaces)
 *     time        |    |  writer   |       keyed tag (`record-ids.ts`)
 *                 |    shard       block's sequence number
 *                 microseconds from this record to the block's last record
 *
 * Each part is base 32 (`0-9a-v`, RFC 4648 "extended hex", whose text order is its numeric order) of fixed width. The
 * time comes first, so ids sort by time; a time is unique within a writer, so ids are unique without their tags.
 */
export interface RecordAddress {
  readonly micros: Micros;
  /** The block's last timestamp, at most {@link MAX_SPAN_MICROS} later than `micros`. */
  readonly blockLast: Micros;
  readonly shard: number;
  /** 8 characters `0-9a-v`, random for each process. */
  readonly writer: string;
  /** The block's number within its writer. */
  readonly sequence: number;
}

/** The largest number of four base-32 characters: 1.05 s. */
export const MAX_SPAN_MICROS = 32 ** 4 - 1;
export const MAX_SHARDS = 32 ** 2;

function base32(value: number, width: number): string {
  return value.toString(32).padStart(width, '0');
}

/** All pairs of base-32 characters: a lookup is several times faster than a conversion. */
const PAIRS = Array.from({ length: 32 ** 2 }, (_, value) => base32(value, 2));
function pair(value: number, place: number): string {
  return PAIRS[(value >>> (10 * place)) & 1_023] as string;
}

const MICROS_PER_PREFIX = 32 ** 6;
let cachedPrefix = Number.NaN;
let cachedPrefixText = '';

/** The first five characters of a time change every 18 minutes, so they are cached. */
function prefixText(prefix: number): string {
  if (prefix !== cachedPrefix) {
    cachedPrefixText = base32(prefix, 5);
    cachedPrefix = prefix;
  }
  return cachedPrefixText;
}

function timeText(micros: Micros): string {
  const within = micros % MICROS_PER_PREFIX;
  return prefixText((micros - within) / MICROS_PER_PREFIX) + pair(within, 2) + pair(within, 1) + pair(within, 0);
}

/** The suffix that the ids of all records of a block share. */
export function blockSuffix(shard: number, writer: string, sequence: number): string {
  return base32(shard, 2) + writer + base32(sequence, 7);
}

/** The id of a block's record without its tag, from {@link blockSuffix}. */
export function recordId(micros: Micros, blockLast: Micros, suffix: string): string {
  return timeText(micros) + pair(blockLast - micros, 1) + pair(blockLast - micros, 0) + suffix;
}

/** Random bytes that a tag is made of. */
export const TAG_BYTES = 14;

/** The tag of a block's line: 70 of the 112 bits at its place, as 14 characters. */
export function tagText(random: Uint8Array, line: number): string {
  let text = '';
  const start = line * TAG_BYTES;
  for (let i = start; i < start + TAG_BYTES; i += 2)
    text += pair((random[i] as number) | ((random[i + 1] as number) << 8), 0);
  return text;
}

/** The characters of an id before its tag. */
const ADDRESS_LENGTH = 32;

/** The part of an id that is unique and sorts by time. Order does not depend on the key of the tag. */
export function addressText(id: string): string {
  return id.slice(0, ADDRESS_LENGTH);
}

/** An id: its address and its tag. */
export const ID = /^([0-9a-v]{11})([0-9a-v]{4})([0-9a-v]{2})([0-9a-v]{8})([0-9a-v]{7})[0-9a-v]{14}$/;

/** The address in an id; `undefined` if the text is not an id. Does not check the tag. */
export function parseRecordId(id: string): RecordAddress | undefined {
  const match = ID.exec(id);
  if (!match) return undefined;
  const [, time = '', span = '', shard = '', writer = '', sequence = ''] = match;
  const micros = Number.parseInt(time, 32);
  return {
    micros,
    blockLast: micros + Number.parseInt(span, 32),
    shard: Number.parseInt(shard, 32),
    writer,
    sequence: Number.parseInt(sequence, 32),
  };
}
