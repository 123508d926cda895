import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { ServiceError } from '../errors.ts';

/**
 * Requires the token, if one is configured, as `Authorization: Bearer` (RFC 6750). Compares digests in constant time,
 * so that neither the content nor the length of the token leaks.
 */
export function createRequireReadToken(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request, _response, next) => next();
  const expected = digest(token);
  return (request, _response, next) => {
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (timingSafeEqual(digest(given), expected)) return next();
    throw new ServiceError('unauthorized', 'reading requires "Authorization: Bearer" with the read token');
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
