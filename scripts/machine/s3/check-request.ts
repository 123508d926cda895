import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Error } from './errors.ts';

const SIGNED = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[^/]+\/s3\/aws4_request, ?SignedHeaders=[^,]*host/;
const MAX_SKEW_MS = 15 * 60_000;

/** Refuses what is not signed for S3, or signed with a wrong clock. The signature itself is not checked. */
export function checkSignature({ headers }: IncomingMessage, nowMs: number): void {
  if (!SIGNED.test(headers.authorization ?? '')) throw new S3Error('AccessDenied', 'Access Denied');
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(String(headers['x-amz-date'])) ?? [];
  if (day === undefined || time === undefined)
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  const iso = `${day}T${time}Z`.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
  if (Math.abs(Date.parse(iso) - nowMs) > MAX_SKEW_MS)
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
}

/** Refuses a body that differs from the checksums of its headers. */
export function checkBody({ headers }: IncomingMessage, body: Buffer): void {
  const sha256 = headers['x-amz-content-sha256'];
  if (sha256 === undefined) throw new S3Error('InvalidArgument', 'Missing required header: x-amz-content-sha256');
  if (/^[0-9a-f]{64}$/.test(String(sha256))) {
    if (createHash('sha256').update(body).digest('hex') !== sha256)
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
  } else if (sha256 !== 'UNSIGNED-PAYLOAD')
    throw new S3Error('NotImplemented', `x-amz-content-sha256: ${sha256} is not implemented by this server`);
  const checksum = headers['x-amz-checksum-crc32'];
  const computed = Buffer.alloc(4);
  computed.writeUInt32BE(crc32(body));
  if (checksum !== undefined && checksum !== computed.toString('base64'))
    throw new S3Error('BadDigest', 'The CRC32 you specified did not match the calculated checksum.');
}
