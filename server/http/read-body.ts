import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES } from '../contract.ts';
import { ServiceError } from '../errors.ts';

/** Whether a body follows the headers (RFC 9112, section 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Receives the whole body, which is small; rejects with `too-large`. Never settles if the client disconnects. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  await discardBody(request);
  return Buffer.concat(chunks);
}

/** Receives and discards the body; rejects with `too-large`. Never settles if the client disconnects. */
export function discardBody(request: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return reject(tooLarge());
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > MAX_BODY_BYTES) reject(tooLarge());
    });
    request.on('end', resolve);
    request.on('error', () => {});
  });
}

function tooLarge(): ServiceError {
  return new ServiceError('too-large', `the body is larger than ${MAX_BODY_BYTES} bytes`);
}
