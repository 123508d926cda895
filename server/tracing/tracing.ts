import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportBody, type Span, sampledByCaller, toSpan } from './spans.ts';

/** Where spans go, and what to do when they cannot. */
export interface TracingOptions {
  /** Base of an OTLP/HTTP collector, such as `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly nowMs: () => number;
  /** Told once for each export that failed; its spans are dropped, as traces are expendable. */
  readonly onError: (error: unknown) => void;
}

/** Tracing that runs until it is stopped. */
export interface Tracing {
  /** Sends what is gathered. */
  readonly flush: () => Promise<void>;
  /** Listens no more and sends the rest. */
  readonly stop: () => Promise<void>;
}

const EXPORT_EVERY_MS = 5_000;
const EXPORT_DEADLINE_MS = 2_000;
/** Beyond this many spans the collector is not keeping up, and more of them would only cost memory. */
const MAX_GATHERED = 1_000;

/**
 * Sends spans of requests to a collector: of those that the caller wants traced, and of one request a second besides, as X-Ray's
 * default rule does. It listens to Node's own channels of its HTTP server, so that where it is off no request pays for it.
 */
export function startTracing({ endpoint, serviceName, nowMs, onError }: TracingOptions): Tracing {
  const startedAt = new WeakMap<IncomingMessage, number>();
  let gathered: Span[] = [];
  let sampledSecond = 0;

  const onStart = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage };
    const now = nowMs();
    const wanted = sampledByCaller(traceHeader(request));
    const second = Math.floor(now / 1000);
    if (wanted === false || (wanted === undefined && second === sampledSecond)) return;
    if (wanted === undefined) sampledSecond = second;
    startedAt.set(request, now);
  };

  const onFinish = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const startMs = startedAt.get(request);
    if (startMs === undefined || gathered.length >= MAX_GATHERED) return;
    const { method = '', url = '' } = request;
    const path = url.split('?', 1)[0] as string;
    const answered = {
      method,
      path,
      status: response.statusCode,
      traceHeader: traceHeader(request),
      startMs,
      endMs: nowMs(),
    };
    gathered.push(toSpan(answered));
  };

  const flush = async (): Promise<void> => {
    const spans = gathered;
    gathered = [];
    if (spans.length === 0) return;
    try {
      await send(`${endpoint}/v1/traces`, exportBody(spans, serviceName));
    } catch (error) {
      onError(error);
    }
  };

  subscribe('http.server.request.start', onStart);
  subscribe('http.server.response.finish', onFinish);
  const timer = setInterval(flush, EXPORT_EVERY_MS).unref();
  const stop = (): Promise<void> => {
    clearInterval(timer);
    unsubscribe('http.server.request.start', onStart);
    unsubscribe('http.server.response.finish', onFinish);
    return flush();
  };
  return { flush, stop };
}

function traceHeader({ headers }: IncomingMessage): string | undefined {
  const header = headers['x-amzn-trace-id'];
  return Array.isArray(header) ? header[0] : header;
}

async function send(url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(EXPORT_DEADLINE_MS) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`The collector at ${url} answered ${response.status}, expected 200`);
}
