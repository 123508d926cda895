import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { readS3Call } from './s3-call.ts';

/** A request to AWS as it is on the wire. */
export interface AwsCall {
  /** Prefix of the service's actions in IAM, such as `dynamodb`. */
  readonly service: string;
  readonly operation: string;
  /** Form fields of the query protocol, such as `InstanceId.1`, the JSON body, or bucket and key of a call to S3. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** Services that sign by another name than that of their actions. */
const ACTION_PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Who signed a request, and for which service: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const CREDENTIAL = /Credential=(?<accessKeyId>[^/]+)\/\d{8}\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request/;

/** The access key id that signed a request, its region, and the signing name of the service; undefined without a signature. */
export function readSigner({ authorization }: IncomingHttpHeaders) {
  const { accessKeyId, region, service } = (authorization && CREDENTIAL.exec(authorization)?.groups) || {};
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

/** The protocol in which a request expects its answer. */
export type Protocol = 'json' | 'query' | 's3';

/** The protocol of a request. */
export function protocolOf(headers: IncomingHttpHeaders): Protocol {
  if (headers['x-amz-target'] !== undefined) return 'json';
  return readSigner(headers)?.service === 's3' ? 's3' : 'query';
}

/** The parts of a request from which its call is read. */
type Request = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Reads a request of the JSON, the query or S3's protocol. The service is that of the signature. */
export function readCall({ method, url, headers }: Request, body: Buffer): AwsCall {
  const signed = readSigner(headers)?.service ?? 'unsigned';
  const service = ACTION_PREFIXES[signed] ?? signed;
  if (service === 's3') return { service, ...readS3Call(method, url) };
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    return { service, operation: target.split('.').at(-1) ?? '', params: text === '' ? {} : JSON.parse(text) };
  }
  const { Action = 'unknown', Version: _, ...params } = Object.fromEntries(new URLSearchParams(text));
  return { service, operation: Action, params };
}
