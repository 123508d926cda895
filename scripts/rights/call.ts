import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** A request to AWS as it is on the wire. */
export interface AwsCall {
  /** Prefix of the service's actions in IAM, such as `dynamodb`. */
  readonly service: string;
  readonly operation: string;
  /** Form fields of the query protocol, such as `InstanceId.1`, or the JSON body. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** Services that sign by another name than that of their actions. */
const ACTION_PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Who signed a request, and for which service: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const CREDENTIAL = /Credential=(?<accessKeyId>[^/]+)\/\d{8}\/[^/]+\/(?<service>[^/]+)\/aws4_request/;

/** The access key id that signed a request, and the signing name of the service; undefined without a signature. */
export function readSigner({ authorization }: IncomingHttpHeaders) {
  const { accessKeyId, service } = (authorization && CREDENTIAL.exec(authorization)?.groups) || {};
  return accessKeyId && service ? { accessKeyId, service } : undefined;
}

/** Reads a request of the JSON or the query protocol. The service is that of the signature, or of the target. */
export function readCall(headers: IncomingHttpHeaders, body: Buffer): AwsCall {
  const signed = readSigner(headers)?.service ?? 'unsigned';
  const service = ACTION_PREFIXES[signed] ?? signed;
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    return { service, operation: target.split('.').at(-1) ?? '', params: text === '' ? {} : JSON.parse(text) };
  }
  const { Action = 'unknown', Version: _, ...params } = Object.fromEntries(new URLSearchParams(text));
  return { service, operation: Action, params };
}
