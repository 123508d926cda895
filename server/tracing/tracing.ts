/**
 * Traces by OpenTelemetry's SDK, loaded only if a collector is configured. Requests are observed through Node's
 * diagnostics channels, because OpenTelemetry's instrumentation patches Node's modules and runs for every request.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { CommitObserver } from '../timestamps/group-commit.ts';
import { makeTraceId, traceIdOfHeader } from '../timestamps/trace-id.ts';

export interface TracingOptions {
  /** Base URL of an OTLP/HTTP collector, such as `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly nowMs: () => number;
  /** Called once for each failed export. Its spans are dropped. */
  readonly onError: (error: unknown) => void;
}

export type Tracing = ReturnType<typeof startTracing>;

type CommitFacts = Parameters<NonNullable<CommitObserver['commitEnded']>>[0];

const EXPORT_EVERY_MS = 5_000;
const EXPORT_DEADLINE_MS = 2_000;
/** If more spans than this are queued, the collector is too slow, and more of them would only use memory. */
const MAX_QUEUED_SPANS = 1_000;
const TRACE_HEADER = 'x-amzn-trace-id';

/**
 * Sends a span for each sampled request, and for each commit that contains one. As in X-Ray's default rule, it samples
 * the requests that callers mark with `Sampled=1` and one request per second of those without a decision.
 */
export function startTracing({ endpoint, serviceName, nowMs, onError }: TracingOptions) {
  /** The sampled requests in progress, by X-Ray trace id. */
  const open = new Map<string, Span>();
  let sampledSecond = 0;
  let traceId = '';
  const url = `${endpoint}/v1/traces`;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    // The SDK takes a trace id only from a parent, but a load balancer sends a trace id without a parent.
    idGenerator: { generateTraceId: () => traceId, generateSpanId: new RandomIdGenerator().generateSpanId },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reportErrors(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_DEADLINE_MS }), url, onError),
        scheduledDelayMillis: EXPORT_EVERY_MS,
        exportTimeoutMillis: 2 * EXPORT_DEADLINE_MS,
        maxQueueSize: MAX_QUEUED_SPANS,
      }),
    ],
  });
  const tracer = provider.getTracer(serviceName);

  function isSampled(header: string | undefined): boolean {
    const decision = /(?:^|;)\s*Sampled=([01])/.exec(header ?? '')?.[1];
    if (decision !== undefined) return decision === '1';
    const second = Math.floor(nowMs() / 1000);
    if (second === sampledSecond) return false;
    sampledSecond = second;
    return true;
  }

  function onRequest(message: unknown): void {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const header = request.headers[TRACE_HEADER]?.toString();
    if (!isSampled(header)) return;
    const startTime = nowMs();
    const xrayId = traceIdOfHeader(header) ?? makeTraceId(startTime * 1000);
    // So that the timestamp is recorded with the trace id of its span.
    request.headers[TRACE_HEADER] = `Root=${xrayId}`;
    traceId = openTelemetryId(xrayId);
    const { method = '', url = '' } = request;
    const path = url.split('?', 1)[0] as string;
    const attributes = { 'http.request.method': method, 'url.path': path };
    const options = { kind: SpanKind.SERVER, startTime, attributes };
    const span = tracer.startSpan(`${method} ${path}`, options, parentOf(header, traceId));
    open.set(xrayId, span);
    response.once('close', () => {
      if (open.get(xrayId) === span) open.delete(xrayId);
      if (response.writableFinished) span.setAttribute('http.response.status_code', response.statusCode);
      if (!response.writableFinished || response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(nowMs());
    });
  }

  function commitEnded({ arrivals, latencyMs, error }: CommitFacts): void {
    if (open.size === 0) return;
    const spans = arrivals.map((arrival) => open.get(arrival.traceId)).filter((span) => span !== undefined);
    if (spans.length === 0) return;
    const endTime = nowMs();
    traceId = openTelemetryId(makeTraceId(endTime * 1000));
    const span = tracer.startSpan(
      'commit',
      {
        startTime: endTime - latencyMs,
        attributes: { 'stampede.timestamps': arrivals.length },
        links: spans.map((request) => ({ context: request.spanContext() })),
      },
      ROOT_CONTEXT,
    );
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
    span.end(endTime);
  }

  subscribe('http.server.request.start', onRequest);
  return {
    commitEnded,
    /** Sends the ended spans. Errors go to `onError`. */
    flush: (): Promise<void> => provider.forceFlush().catch(() => {}),
    /** Stops observing requests and sends the remaining spans. */
    stop(): Promise<void> {
      unsubscribe('http.server.request.start', onRequest);
      return provider.shutdown().catch(() => {});
    },
  };
}

/** The 32 digits of an X-Ray id `1-<8>-<24>`. X-Ray requires that the first 8 are the second of the trace's start. */
function openTelemetryId(xrayId: string): string {
  return xrayId.slice(2).replace('-', '');
}

function parentOf(header: string | undefined, traceId: string): Context {
  const spanId = /(?:^|;)\s*Parent=([0-9a-f]{16})/.exec(header ?? '')?.[1];
  if (spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

function reportErrors(exporter: OTLPTraceExporter, url: string, onError: (error: unknown) => void): SpanExporter {
  return {
    shutdown: () => exporter.shutdown(),
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const { error } = result;
        const status = (error as { code?: number } | undefined)?.code;
        if (error)
          onError(new Error(`The collector at ${url} answered ${status ?? 'nothing'}, expected 200`, { cause: error }));
        done(result);
      }),
  };
}
