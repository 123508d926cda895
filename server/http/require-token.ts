import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { ServiceError } from '../errors.ts';

/** What a token allows: to read records and users, or to record and create them. */
export type Access = 'read' | 'write';

/** Throws a `ServiceError` `unauthorized` unless the request has a valid token. */
export type CheckToken = (request: IncomingMessage) => void;

/**
 * Requires one of the current tokens as `Authorization: Bearer` (RFC 6750). For reading, `Basic` (RFC 7617) with a token
 * as the password works too, because a browser can send it when it opens a page. It would also send it with a form of
 * another site, so `Basic` does not allow writing. `lists` are the lists of tokens that are accepted.
 */
export function createCheckToken(access: Access, ...lists: readonly (() => readonly string[])[]): CheckToken {
  const cached = lists.map(cachedDigests);
  return ({ headers: { authorization = '' } }) => {
    const given = digest(bearerToken(authorization) ?? (access === 'read' ? password(authorization) : undefined) ?? '');
    // Every token is compared, in constant time, so that the answer time reveals nothing about the tokens.
    const digests = cached.flatMap((list) => list());
    const matches = digests.filter((expected) => timingSafeEqual(given, expected));
    if (matches.length > 0) return;
    throw new ServiceError('unauthorized', `this requires "Authorization: Bearer" with the ${access} token`);
  };
}

/** The check as a step of an Express route. No check admits every request. */
export function requireToken(check: CheckToken | undefined): RequestHandler {
  return (request, _response, next) => {
    check?.(request);
    next();
  };
}

function bearerToken(authorization: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

/** The password of basic credentials. The user name is ignored. */
function password(authorization: string): string | undefined {
  const credentials = /^Basic +([\w+/=-]+)$/i.exec(authorization)?.[1];
  return credentials && /:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString())?.[1];
}

/** Digests have one length, so a comparison does not reveal the length of a token either. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The digests of the tokens, computed again only when the list is another one. */
function cachedDigests(tokens: () => readonly string[]): () => readonly Buffer[] {
  let known: readonly string[] = [];
  let digests: readonly Buffer[] = [];
  return () => {
    const current = tokens();
    if (current !== known) [known, digests] = [current, current.map(digest)];
    return digests;
  };
}
