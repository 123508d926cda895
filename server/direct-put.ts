import * as http from 'node:http';
import * as https from 'node:https';
import type { DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { ATTEMPT_TIMEOUT_MS } from './dynamodb-client.ts';
import { createRequestSigner, type SignRequest } from './request-signer.ts';

/**
 * Tries a `PutItem` past the AWS SDK, once. Resolves to true when DynamoDB took it; false says that it may have or not,
 * and that the SDK is to send it, with its knowledge of errors, retries, skewed clocks and expired credentials.
 * Never rejects. The put must stand repetition.
 */
export type DirectPut = (input: PutItemCommandInput, deadlineMs: number) => Promise<boolean>;

/** Where the SDK's last successful call went. */
interface Endpoint {
  readonly protocol: string;
  readonly hostname: string;
  /** `undefined`: the protocol's own. */
  readonly port: number | undefined;
}

const transports = {
  'http:': { request: http.request, agent: new http.Agent({ keepAlive: true }) },
  'https:': { request: https.request, agent: new https.Agent({ keepAlive: true }) },
};

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
  let endpoint: Endpoint | undefined;
  let sign: SignRequest | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { protocol, hostname, port } = args.request as Endpoint;
      endpoint = { protocol, hostname, port };
      return result;
    },
    { step: 'finalizeRequest' },
  );

  return async (input, deadlineMs) => {
    if (endpoint === undefined) return false;
    const { config } = client;
    try {
      const credentials = await config.credentials();
      sign ??= createRequestSigner({ region: await config.region(), service: 'dynamodb' });
      const { hostname, port } = endpoint;
      const host = port === undefined ? hostname : `${hostname}:${port}`;
      const body = JSON.stringify(input);
      const headers = sign({ ...HEADERS, host }, body, credentials, new Date(Date.now() + config.systemClockOffset));
      const status = await post(endpoint, headers, body, Math.min(deadlineMs, ATTEMPT_TIMEOUT_MS));
      if (status === 200) return true;
    } catch {
      // The SDK meets the same trouble, and tells it.
    }
    endpoint = undefined;
    return false;
  };
};

const post = (
  { protocol, hostname, port }: Endpoint,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeoutMs: number,
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { request, agent } = transports[protocol as keyof typeof transports];
    const length = { 'content-length': Buffer.byteLength(body) };
    const options = { agent, hostname, port, method: 'POST', path: '/', headers: { ...headers, ...length } };
    const sent = request({ ...options, timeout: timeoutMs }, (response) => {
      response
        .on('error', reject)
        .once('end', () => resolve(response.statusCode))
        .resume();
    });
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.on('error', reject).end(body);
  });
