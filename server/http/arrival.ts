/** Parses headers by hand, not by zod, because it runs for every `POST /app` and an invalid header is not an error. */
import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';
import type { Reading } from '../timestamps/clock.ts';
import type { Arrival, Micros, Protocol } from '../timestamps/record.ts';
import { makeTraceId, traceIdOfHeader } from '../timestamps/trace-id.ts';

/** The data that is recorded from a request. */
export function arrivalOf(request: IncomingMessage, time: Reading, trustedProxies: number): Arrival {
  return {
    ...time,
    traceId: traceIdOf(request, time.micros),
    clientAddress: clientAddressOf(request, trustedProxies),
    protocol: protocolOf(request, trustedProxies),
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** The trace id from the load balancer, or a generated one if it is absent or not valid for X-Ray. */
function traceIdOf(request: IncomingMessage, micros: Micros): string {
  return traceIdOfHeader(header(request, 'x-amzn-trace-id')) ?? makeTraceId(micros);
}

/**
 * The client's address. Each proxy appends the address of its caller to `X-Forwarded-For`. So with n trusted proxies, a
 * trusted proxy wrote the n-th entry from the right. A client can forge the entries to the left of it.
 */
function clientAddressOf(request: IncomingMessage, trustedProxies: number): string {
  return forwardedFor(request, trustedProxies) ?? remoteAddressOf(request) ?? 'unknown';
}

/** The address of the connection. IPv4 clients of a listener for IPv6 and IPv4 have IPv4-mapped addresses. */
export function remoteAddressOf({ socket }: IncomingMessage): string | undefined {
  const address = socket.remoteAddress ?? '';
  return plainAddress(address.startsWith(IPV4_MAPPED) ? address.slice(IPV4_MAPPED.length) : address);
}

const IPV4_MAPPED = '::ffff:';

function forwardedFor(request: IncomingMessage, trustedProxies: number): string | undefined {
  const forwarded = trustedProxies === 0 ? undefined : header(request, 'x-forwarded-for');
  if (!forwarded) return undefined;
  // The usual case: no client sent the header, and one proxy did.
  if (!forwarded.includes(',')) return plainAddress(forwarded);
  const hops = forwarded.split(',');
  return plainAddress(hops[Math.max(0, hops.length - trustedProxies)] ?? '');
}

/** The address without the port that an ALB can append, brackets, IPv6 zone or IPv4-mapped prefix. */
function plainAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const trimmed = text.trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  const address = bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? undefined : address;
}

/** The nearest proxy wrote the last entry of `X-Forwarded-Proto`. */
export function protocolOf(request: IncomingMessage, trustedProxies: number): Protocol {
  const forwarded = trustedProxies === 0 ? undefined : header(request, 'x-forwarded-proto');
  return forwarded?.split(',').at(-1)?.trim() === 'https' ? 'https' : 'http';
}
