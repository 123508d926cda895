import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES } from '../contract.ts';
import { ServiceError } from '../errors.ts';

const tooLarge = () => new ServiceError('too-large', `the body is larger than ${MAX_BODY_BYTES} bytes`);

/** Whether a body follows the headers (RFC 9112, section 6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Resolves when the whole body has arrived and been thrown away. Rejects with `too-large` as soon as it is known to be;
 * never settles when the client goes away, as nobody waits for an answer then.
 */
export const discardBody = (request: IncomingMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return reject(tooLarge());
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > MAX_BODY_BYTES) reject(tooLarge());
    });
    request.on('end', resolve);
    request.on('error', () => {});
  });
