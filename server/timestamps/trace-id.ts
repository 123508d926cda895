import { randomBytes } from 'node:crypto';
import type { Micros } from './record.ts';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html */
const TRACE_ROOT = /(?:^|[;\s])Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/;

/**
 * The AWS X-Ray trace id in a value of `X-Amzn-Trace-Id`: version, second of its start, 96 unique bits. `undefined` if
 * there is none or X-Ray would not accept it.
 */
export function traceIdOfHeader(header = ''): string | undefined {
  return TRACE_ROOT.exec(header)?.[1];
}

let cachedSecond = Number.NaN;
let cachedPrefix = '';

/**
 * The beginning of the trace ids of a second: `1-6920060c-`. The second has 8 hexadecimal digits, which wrap in 2106.
 * Timestamps come in order, so the text of the last second is cached.
 */
export function tracePrefix(micros: Micros): string {
  const second = Math.floor(micros / 1_000_000);
  if (second !== cachedSecond) {
    cachedPrefix = `1-${hex8(second)}-`;
    cachedSecond = second;
  }
  return cachedPrefix;
}

function hex8(value: number): string {
  return (value % 2 ** 32).toString(16).padStart(8, '0');
}

const PROCESS_PART = randomBytes(8).toString('hex');
let made = 0;

/** A new trace id: 64 bits are random for each process, 32 are a counter. */
export function makeTraceId(micros: Micros): string {
  return `${tracePrefix(micros)}${PROCESS_PART}${hex8(made++)}`;
}
