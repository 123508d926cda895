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

/** The second in the format of a trace id: 8 hexadecimal digits, which wrap in 2106. */
export function traceSecond(micros: Micros): string {
  return hex8(Math.floor(micros / 1_000_000));
}

function hex8(value: number): string {
  return (value % 2 ** 32).toString(16).padStart(8, '0');
}

const PROCESS_PART = randomBytes(8).toString('hex');
let made = 0;

/** A new trace id: 64 bits are random for each process, 32 are a counter. */
export function makeTraceId(micros: Micros): string {
  return `1-${traceSecond(micros)}-${PROCESS_PART}${hex8(made++)}`;
}
