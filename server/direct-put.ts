import type { DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { ATTEMPT_TIMEOUT_MS } from './dynamodb-client.ts';
import { KeepAlivePosts, type Origin } from './keep-alive-posts.ts';
import { createRequestSigner, type SignRequest } from './request-signer.ts';

/**
 * Tries a `PutItem` past the AWS SDK, once. Resolves to true when DynamoDB took it; false says that it may have or not,
 * and that the SDK is to send it, with its knowledge of errors, retries, skewed clocks and expired credentials.
 * Never rejects. The put must stand repetition.
 */
export type DirectPut = (input: PutItemCommandInput, deadlineMs: number) => Promise<boolean>;

const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.PutItem',
};

/**
 * The way past the SDK, which costs a fraction of the CPU (docs/decisions/0024). It learns from the client: the endpoint
 * from its calls, region, credentials and clock from its configuration. It is open only while the last call of either
 * got through, so that an outage is the SDK's alone.
 */
export const createDirectPut = (client: DynamoDBClient): DirectPut => {
  let way: { readonly host: string; readonly posts: KeepAlivePosts } | undefined;
  let sign: SignRequest | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { protocol, hostname, port } = args.request as Origin;
      const host = port === undefined ? hostname : `${hostname}:${port}`;
      if (way?.host !== host) {
        way?.posts.close();
        way = { host, posts: new KeepAlivePosts({ protocol, hostname, port }) };
      }
      return result;
    },
    { step: 'finalizeRequest' },
  );

  return async (input, deadlineMs) => {
    if (way === undefined) return false;
    const { host, posts } = way;
    const { config } = client;
    try {
      const credentials = await config.credentials();
      sign ??= createRequestSigner({ region: await config.region(), service: 'dynamodb' });
      const body = JSON.stringify(input);
      const headers = sign({ ...HEADERS, host }, body, credentials, new Date(Date.now() + config.systemClockOffset));
      if ((await posts.post(headers, body, Math.min(deadlineMs, ATTEMPT_TIMEOUT_MS))) === 200) return true;
    } catch {
      // The SDK meets the same trouble, and tells it.
    }
    posts.close();
    way = undefined;
    return false;
  };
};
