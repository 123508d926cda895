import fc from 'fast-check';
import { BLOCK_LIMITS, type Block } from '../../../server/timestamps/block.ts';
import { dayEnd } from '../../../server/timestamps/iso-time.ts';
import type { Arrival } from '../../../server/timestamps/record.ts';
import { tracePrefix } from '../../../server/timestamps/trace-id.ts';

/** Plain objects, because objects without a prototype are not deeply equal to the server's. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record<T>(model, { noNullPrototype: true });
}

/** Times on a grid, so that different blocks often share one. */
export const GRID_MICROS = 10_000;

/** An hour: the largest error that is likely to be recorded. */
const MAX_ERROR_MICROS = 3.6e9;

/** The number of shards. */
export const SHARDS = 4;

const hex8 = fc.nat({ max: 2 ** 32 - 1 }).map((value) => value.toString(16).padStart(8, '0'));

/** Trace ids that begin in the record's second, as nearly all do, and others. */
function traceId(micros: number) {
  return fc
    .tuple(fc.boolean(), hex8, hex8, hex8, hex8)
    .map(([same, second, a, b, c]) => `${same ? tracePrefix(micros) : `1-${second}-`}${a}${b}${c}`);
}

function arrivalAt(micros: number): fc.Arbitrary<Arrival> {
  return record({
    micros: fc.constant(micros),
    traceId: traceId(micros),
    clientAddress: fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((address) => !address.includes('.')),
    ),
    protocol: fc.constantFrom('http', 'https'),
  });
}

/** A valid block: ordered, of one day, within the span. */
export function blockStartingAt(first: number, arrival = arrivalAt): fc.Arbitrary<Block> {
  return fc.uniqueArray(fc.nat({ max: BLOCK_LIMITS.spanMicros / GRID_MICROS }), { maxLength: 12 }).chain((offsets) => {
    const times = [0, ...offsets.filter((offset) => offset > 0).map((offset) => offset * GRID_MICROS)]
      .sort((a, b) => a - b)
      .map((offset) => first + offset)
      .filter((micros) => micros < dayEnd(first));
    const block = record({
      shard: fc.nat({ max: SHARDS - 1 }),
      writer: fc.constantFrom('00000000', 'k3f9a2v0', 'vvvvvvvv'),
      sequence: fc.nat({ max: 1e9 }),
      instance: fc.constantFrom('i-0abc1234def567890', 'ip-10-0-1-2'),
      arrivals: fc.tuple(...times.map(arrival)),
    });
    // An unknown error is absent.
    const error = fc.option(fc.record({ errorMicros: fc.nat(MAX_ERROR_MICROS) }), { nil: {} });
    // A stage with one region does not name it.
    const region = fc.constantFrom({}, { region: 'eu-west-1' }, { region: 'ap-southeast-2' });
    // Blocks of a stage without a retention do not expire.
    const expiry = fc.constantFrom({}, { expires: 1_795_247_101 });
    return fc
      .tuple(block, error, region, expiry)
      .map(([known, errorOf, of, expires]): Block => ({ ...known, ...errorOf, ...of, ...expires }));
  });
}
