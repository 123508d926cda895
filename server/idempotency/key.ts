/**
 * The domain: idempotency keys, by which a client repeats a request safely (draft-ietf-httpapi-idempotency-key-header-07,
 * docs/decisions/0039).
 */
import { hash } from 'node:crypto';
import { ServiceError } from '../errors.ts';

/** A client's key, and the request with which it was sent. */
export interface IdempotencyKey {
  /** A digest of the key, so that a reader of the table cannot repeat the request. */
  readonly digest: string;
  /** A digest of the operation and the content of the request. */
  readonly fingerprint: string;
}

/** A key gives the same result for this time after its first success. */
export const KEY_LIFE_S = 24 * 3_600;

/** `operation` is method and path, such as `POST /app`. */
export function idempotencyKey(key: string, operation: string, content: string | Uint8Array): IdempotencyKey {
  return {
    digest: hash('sha256', `Idempotency-Key ${key}`),
    fingerprint: hash('sha256', `${operation} ${hash('sha256', content)}`),
  };
}

/** The error for a key that was sent with another request before. */
export function keyReused(): ServiceError {
  return new ServiceError('key-reused', 'this Idempotency-Key was used with another request; send a new key');
}

/**
 * Runs the requests of a process, one at a time for each key. Fails with `key-in-use` if the same request is running,
 * with `key-reused` if it is another one. Other processes are not asked: there, the table decides.
 */
export function createKeysInUse(): <T>(key: IdempotencyKey, run: () => Promise<T>) => Promise<T> {
  const fingerprints = new Map<string, string>();
  return async (key, run) => {
    const running = fingerprints.get(key.digest);
    if (running !== undefined) throw running === key.fingerprint ? keyInUse() : keyReused();
    fingerprints.set(key.digest, key.fingerprint);
    try {
      return await run();
    } finally {
      fingerprints.delete(key.digest);
    }
  };
}

function keyInUse(): ServiceError {
  const message = 'a request with this Idempotency-Key is still being processed';
  return new ServiceError('key-in-use', message, { retryAfterS: 1 });
}
