import { createHmac, hash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

type Credentials = Awaited<ReturnType<DynamoDBClient['config']['credentials']>>;

const ALGORITHM = 'AWS4-HMAC-SHA256';

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export type SignRequest = ReturnType<typeof createRequestSigner>;

/**
 * AWS Signature Version 4 for DynamoDB's requests, which go to the root path without a query. Written by hand, because
 * the SDK's signer takes a large part of the CPU time of a put (docs/decisions/0024).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function createRequestSigner({ region, service }: { readonly region: string; readonly service: string }) {
  let keyOf = '';
  let key: Buffer;
  /** Cached per day and secret, because deriving the key takes four of a request's five HMACs. */
  function keyFor(secret: string, day: string): Buffer {
    if (keyOf !== day + secret) {
      key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`) as Buffer;
      keyOf = day + secret;
    }
    return key;
  }

  /** Returns the headers of a `POST /` including the signature. Header names must be in lower case. */
  return (
    headers: Readonly<Record<string, string>>,
    body: string,
    { accessKeyId, secretAccessKey, sessionToken }: Credentials,
    at: Date,
  ): Record<string, string> => {
    const time = at.toISOString().replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const signed: Record<string, string> = {
      ...headers,
      'x-amz-date': time,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    };
    const names = Object.keys(signed).sort();
    const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
    const signedNames = names.join(';');
    const canonicalRequest = `POST\n/\n\n${lines}\n${signedNames}\n${hash('sha256', body)}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const toSign = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonicalRequest)}`;
    const signature = hmac(keyFor(secretAccessKey, day), toSign).toString('hex');
    signed['authorization'] =
      `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
    return signed;
  };
}
