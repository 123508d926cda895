import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';
import type { Arrival, Micros, Protocol } from '../timestamps/record.ts';
import { makeTraceId, traceIdOfHeader } from '../timestamps/trace-id.ts';

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** The trace that the load balancer began; one made up when there is none, or none that X-Ray would take. */
const traceIdOf = (request: IncomingMessage, micros: Micros): string =>
  traceIdOfHeader(header(request, 'x-amzn-trace-id')) ?? makeTraceId(micros);

/** An address in its plain form: no port (the ALB can append it), no brackets, no IPv6 zone, no IPv4-in-IPv6. */
const plainAddress = (text: string): string | undefined => {
  if (isIPv4(text)) return text;
  const trimmed = text.trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  const address = bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? undefined : address;
};

/**
 * The client's address. Each proxy appends the address it was called from to `X-Forwarded-For`, so with n trusted
 * proxies the n-th entry from the right was written by one of ours; what stands further left anybody can claim.
 */
const clientAddressOf = (request: IncomingMessage, trustedProxies: number): string =>
  forwardedFor(request, trustedProxies) ?? plainAddress(request.socket.remoteAddress ?? '') ?? 'unknown';

const forwardedFor = (request: IncomingMessage, trustedProxies: number): string | undefined => {
  const forwarded = trustedProxies === 0 ? undefined : header(request, 'x-forwarded-for');
  if (!forwarded) return undefined;
  const hops = forwarded.split(',');
  return plainAddress(hops[Math.max(0, hops.length - trustedProxies)] ?? '');
};

/** The last word of `X-Forwarded-Proto` is the nearest proxy's. */
const protocolOf = (request: IncomingMessage, trustedProxies: number): Protocol => {
  const forwarded = trustedProxies === 0 ? undefined : header(request, 'x-forwarded-proto');
  return forwarded?.split(',').at(-1)?.trim() === 'https' ? 'https' : 'http';
};

/** What is recorded of a request, beside the id. */
export const arrivalOf = (request: IncomingMessage, micros: Micros, trustedProxies: number): Arrival => ({
  micros,
  traceId: traceIdOf(request, micros),
  clientAddress: clientAddressOf(request, trustedProxies),
  protocol: protocolOf(request, trustedProxies),
});
