import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { createS3Server } from '../../../scripts/machine/s3/server.ts';
import { listenDuringTests } from '../../server/support/listen.ts';
import { describeS3 } from './s3-contract.ts';

const { listener } = createS3Server(['bucket']);
const endpoint = await listenDuringTests(createServer(listener));

describeS3('our server', async () => ({
  client: new S3Client({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  }),
  bucket: 'bucket',
}));

const EMPTY_SHA256 = createHash('sha256').digest('hex');

function signedHeaders(overrides: Record<string, string> = {}): Record<string, string> {
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `id/${now.slice(0, 8)}/eu-west-1/s3/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=00`,
    'x-amz-date': now,
    'x-amz-content-sha256': EMPTY_SHA256,
    ...overrides,
  };
}

describe('the S3 server refuses', () => {
  const refusals: [string, string, RequestInit, number, string][] = [
    ['a request without a signature', '/bucket/k', { headers: {} }, 403, 'AccessDenied'],
    [
      'a clock that is off by 16 minutes',
      '/bucket/k',
      { headers: signedHeaders({ 'x-amz-date': '20200101T000000Z' }) },
      403,
      'RequestTimeTooSkewed',
    ],
    [
      'a body that does not match its SHA-256',
      '/bucket/k',
      { method: 'PUT', body: 'other', headers: signedHeaders() },
      400,
      'XAmzContentSHA256Mismatch',
    ],
    [
      'a body that does not match its CRC32',
      '/bucket/k',
      { method: 'PUT', headers: signedHeaders({ 'x-amz-checksum-crc32': 'AAAAAQ==' }), body: '' },
      400,
      'BadDigest',
    ],
    [
      'a condition that S3 does not have',
      '/bucket/k',
      { method: 'PUT', headers: signedHeaders({ 'if-none-match': '"etag"' }), body: '' },
      501,
      'NotImplemented',
    ],
    ['a parameter that it does not know', '/bucket/k?acl', { headers: signedHeaders() }, 501, 'NotImplemented'],
    ['a header that it does not know', '/bucket/k', { headers: signedHeaders({ range: 'bytes=0-1' }) }, 501, 'NotImpl'],
    ['the first version of a listing', '/bucket?prefix=a', { headers: signedHeaders() }, 501, 'NotImplemented'],
    ['a method of other servers', '/bucket/k', { method: 'PATCH', headers: signedHeaders() }, 405, 'MethodNotAllowed'],
    ['a key of more than 1,024 bytes', `/bucket/${'k'.repeat(1_025)}`, { headers: signedHeaders() }, 400, 'KeyTooLong'],
  ];
  for (const [what, path, request, status, code] of refusals)
    it(`${what}, with ${status} ${code}`, async () => {
      const answer = await fetch(`${endpoint}${path}`, request);
      assert.equal(answer.status, status);
      assert.match(await answer.text(), new RegExp(`^<\\?xml [^>]*>\\n<Error><Code>${code}`));
    });
});
