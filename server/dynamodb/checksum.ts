import { crc32 } from 'node:zlib';

/**
 * Whether DynamoDB sent this answer completely: each of its answers has the CRC-32 of its body in `x-amz-crc32`. A
 * proxy or another server at the same address has none, and its 200 does not say that anything is stored.
 */
export function isFromDynamoDB(body: Uint8Array, checksum: string | undefined): boolean {
  return checksum !== undefined && Number(checksum) === crc32(body);
}
