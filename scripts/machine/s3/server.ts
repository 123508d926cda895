/**
 * A server with the part of S3 that Stampede uses: put, get, head and delete of objects, and listings. It honours
 * `If-None-Match: *`, which no S3 server on npm did in November 2026. Anything else is refused, not ignored.
 * `test/scripts/machine/s3-contract.ts` compares it with moto.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { checkBody, checkSignature } from './check-request.ts';
import { S3Error } from './errors.ts';
import { Objects } from './objects.ts';
import { listedObject, xmlDocument } from './xml.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const MAX_KEY_BYTES = 1_024;
const MAX_KEYS = 1_000;

/** What a request asks for. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly objects: Objects;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

export interface S3Server {
  readonly listener: RequestListener;
  /** The objects of a bucket, for tests. */
  readonly objectsOf: (bucket: string) => Objects;
}

/** S3 with these empty buckets, addressed by path. */
export function createS3Server(bucketNames: readonly string[]): S3Server {
  const buckets = new Map(bucketNames.map((name) => [name, new Objects()]));
  const objectsOf = (name: string): Objects => {
    const objects = buckets.get(name);
    if (!objects) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    return objects;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    checkSignature(request, Date.now());
    const [path = '', query] = (request.url ?? '').split('?', 2);
    const [bucket = '', ...key] = path.slice(1).split('/').map(decode);
    const call = { request, response, bucket, objects: objectsOf(bucket), key: key.join('/') };
    await operationOf(request.method, call.key)({ ...call, query: new URLSearchParams(query) });
  };
  return {
    objectsOf,
    listener(request, response) {
      response.setHeader('x-amz-request-id', randomUUID());
      handle(request, response).catch((error: unknown) => sendError(request, response, error));
    },
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}

function operationOf(method: string | undefined, key: string): (call: Call) => Promise<void> {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', 'Your key is too long');
  if (key === '' && method === 'GET') return list;
  if (key === '') throw new S3Error('NotImplemented', `${method} of a bucket is not implemented by this server`);
  if (method === 'PUT') return put;
  if (method === 'GET' || method === 'HEAD') return get;
  if (method === 'DELETE') return remove;
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

/** The only query parameter of the SDK for objects is `x-id`, the name of the operation. */
function refuseOtherParameters(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys())
    if (name !== 'x-id' && !known.includes(name))
      throw new S3Error('NotImplemented', `the parameter ${name} is not implemented by this server`);
}

const UNKNOWN_HEADER = /^(if-(match|modified|unmodified)|range|x-amz-(copy|acl|tagging|object-lock|server-side))/;

function refuseOtherHeaders({ headers }: IncomingMessage): void {
  const unknown = Object.keys(headers).find((name) => UNKNOWN_HEADER.test(name));
  if (unknown !== undefined)
    throw new S3Error('NotImplemented', `the header ${unknown} is not implemented by this server`);
}

async function put({ request, response, objects, key, query }: Call): Promise<void> {
  refuseOtherParameters(query, []);
  refuseOtherHeaders(request);
  const condition = request.headers['if-none-match'];
  if (condition !== undefined && condition !== '*')
    throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', {
      Header: 'If-None-Match',
    });
  if (request.headers['content-length'] === undefined)
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  const deletions = objects.deletionsOf(key);
  const body = await buffer(request);
  checkBody(request, body);
  if (condition === '*') {
    if (objects.get(key))
      throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
        Condition: 'If-None-Match',
      });
    if (objects.deletionsOf(key) !== deletions)
      throw new S3Error(
        'ConditionalRequestConflict',
        'A conflicting operation occurred during the upload of the object',
      );
  }
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  const crc32 = request.headers['x-amz-checksum-crc32']?.toString();
  objects.put({ key, body, etag, modified: new Date(), crc32 });
  response.writeHead(200, { etag, 'content-length': 0, ...checksumHeader(crc32) }).end();
}

function checksumHeader(crc32: string | undefined): Readonly<Record<string, string>> {
  return crc32 === undefined ? {} : { 'x-amz-checksum-crc32': crc32, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

async function get({ request, response, objects, key, query }: Call): Promise<void> {
  refuseOtherParameters(query, []);
  refuseOtherHeaders(request);
  const found = objects.get(key);
  if (!found) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
  response.writeHead(200, {
    etag: found.etag,
    'last-modified': found.modified.toUTCString(),
    'content-type': 'application/octet-stream',
    'content-length': found.body.length,
    ...(request.headers['x-amz-checksum-mode'] === 'ENABLED' && checksumHeader(found.crc32)),
  });
  response.end(request.method === 'HEAD' ? undefined : found.body);
}

/** As in S3, deleting an object that does not exist succeeds. */
async function remove({ request, response, objects, key, query }: Call): Promise<void> {
  refuseOtherParameters(query, []);
  refuseOtherHeaders(request);
  objects.delete(key);
  response.writeHead(204).end();
}

const LIST_PARAMETERS = ['list-type', 'prefix', 'max-keys', 'continuation-token', 'start-after', 'encoding-type'];

async function list({ response, objects, bucket, query }: Call): Promise<void> {
  refuseOtherParameters(query, LIST_PARAMETERS);
  if (query.get('list-type') !== '2')
    throw new S3Error('NotImplemented', 'only list-type=2 is implemented by this server');
  const maxKeys = Number(query.get('max-keys') ?? MAX_KEYS);
  if (!Number.isInteger(maxKeys) || maxKeys < 0)
    throw new S3Error('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const prefix = query.get('prefix') ?? '';
  const encodeKey = query.get('encoding-type') === 'url' ? encodeURIComponent : (key: string) => key;
  const { objects: found, more } = objects.list({ prefix, after, limit: Math.min(maxKeys, MAX_KEYS) });
  const last = found.at(-1)?.key ?? after;
  const body = xmlDocument(
    'ListBucketResult',
    {
      Name: bucket,
      Prefix: encodeKey(prefix),
      MaxKeys: maxKeys,
      KeyCount: found.length,
      IsTruncated: more,
      NextContinuationToken: more ? Buffer.from(last).toString('base64url') : undefined,
      Contents: found.map((object) => listedObject(object, encodeKey)),
    },
    NAMESPACE,
  );
  response.writeHead(200, { 'content-type': 'application/xml' }).end(body);
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (!(error instanceof S3Error)) {
    // The connection broke while a body arrived.
    response.destroy(error as Error);
    return;
  }
  const { code, message, status, details } = error;
  // What is left of the body would be read as the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    request.method === 'HEAD' ? undefined : xmlDocument('Error', { Code: code, Message: message, ...details }),
  );
}
