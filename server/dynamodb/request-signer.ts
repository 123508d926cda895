import { createHmac, hash } from 'node:crypto';

/** Where a signature is valid. */
export interface SigningScope {
  readonly region: string;
  /** The service's signing name, such as `dynamodb`. */
  readonly service: string;
}

/** Credentials as the AWS SDK's providers return them. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Returns the headers of a `POST /` with the signature added. Header names must be lower case. */
export type SignRequest = (
  headers: Readonly<Record<string, string>>,
  body: string,
  credentials: SigningCredentials,
  at: Date,
) => Record<string, string>;

const ALGORITHM = 'AWS4-HMAC-SHA256';

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/**
 * AWS Signature Version 4 for requests to the root of a service without a query, which are DynamoDB's. Written by hand,
 * because the SDK's signer takes a large part of a put's CPU (docs/decisions/0024).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function createRequestSigner({ region, service }: SigningScope): SignRequest {
  let keyOf = '';
  let key: Buffer;
  /** A key is valid for a day and a secret; deriving it takes four of a request's five HMACs. */
  const keyFor = (secret: string, day: string): Buffer => {
    if (keyOf !== day + secret) {
      key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`) as Buffer;
      keyOf = day + secret;
    }
    return key;
  };

  return (headers, body, { accessKeyId, secretAccessKey, sessionToken }, at) => {
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
