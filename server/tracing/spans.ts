import { randomBytes } from 'node:crypto';
import { TRACE_ID } from '../timestamps/trace-id.ts';

/** One answered request. */
export interface AnsweredRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
  /** `X-Amzn-Trace-Id`, which the load balancer gives to every request. */
  readonly traceHeader: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
}

/** A span in OpenTelemetry's JSON, with the ids of X-Ray's header in it. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

const KIND_SERVER = 2;
const STATUS_ERROR = 2;

/** What the caller decided about tracing this request: `Sampled=1` or `Sampled=0`, or nothing. */
export function sampledByCaller(traceHeader: string | undefined): boolean | undefined {
  const decision = /(?:^|;)\s*Sampled=([01])/.exec(traceHeader ?? '')?.[1];
  return decision === undefined ? undefined : decision === '1';
}

/** The request as a server's span. X-Ray's id `1-<8>-<24>` is OpenTelemetry's 32 digits without dashes and version. */
export function toSpan({ method, path, status, traceHeader, startMs, endMs }: AnsweredRequest): Span {
  const traceId =
    TRACE_ID.exec(traceHeader ?? '')?.[0]
      .slice(2)
      .replace('-', '') ?? newTraceId(startMs);
  const parentSpanId = /(?:^|;)\s*Parent=([0-9a-f]{16})/.exec(traceHeader ?? '')?.[1];
  return {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    ...(parentSpanId && { parentSpanId }),
    name: `${method} ${path}`,
    kind: KIND_SERVER,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: [
      { key: 'http.request.method', value: { stringValue: method } },
      { key: 'url.path', value: { stringValue: path } },
      { key: 'http.response.status_code', value: { intValue: status } },
    ],
    status: status >= 500 ? { code: STATUS_ERROR } : {},
  };
}

/** The body of an export: OTLP over HTTP in JSON. */
export const exportBody = (spans: readonly Span[], serviceName: string): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: serviceName } }] },
        scopeSpans: [{ scope: { name: 'http' }, spans }],
      },
    ],
  });

/** X-Ray refuses a trace whose first 8 digits are not the second it began in. */
const newTraceId = (startMs: number): string =>
  Math.floor(startMs / 1000)
    .toString(16)
    .padStart(8, '0') + randomBytes(12).toString('hex');

const nanoseconds = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);
