import type { DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Runtime } from '../runtime.ts';
import { isFromDynamoDB } from './checksum.ts';
import { createPosts, type Origin, type Posts } from './posts.ts';
import { createRequestSigner, type SignRequest } from './request-signer.ts';
import { ATTEMPT_TIMEOUT_MS } from './retry.ts';

/**
 * Sends a `PutItem` once, without the AWS SDK. Resolves to true if DynamoDB stored the item. False means that the
 * outcome is unknown: it must be sent again by the SDK, which handles clock skew and expired credentials. Never
 * rejects. The put must be safe to repeat.
 */
export type DirectPut = (input: PutItemCommandInput, deadlineMs: number) => Promise<boolean>;

const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.PutItem',
};

/** If the direct route fails right after the breaker closed, the breaker stays open this long, then twice as long. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

export interface DirectPutOptions {
  readonly client: DynamoDBClient;
  /** Called each time the circuit breaker opens with a backoff. */
  readonly onOpen?: (facts: { err: unknown; backoffMs: number }) => void;
  readonly runtime: Runtime;
}

/** The endpoint of direct puts, and its connections. */
interface Route {
  readonly host: string;
  readonly posts: Posts;
}

/**
 * The direct route, which uses a fraction of the SDK's CPU time (docs/decisions/0024). It uses the endpoint of the
 * client's calls, and the region, credentials and clock of the client's configuration. Its circuit breaker is closed
 * only while the last call of both routes succeeded, so that only the backoff of `retry` applies in an outage.
 */
export function createDirectPut({ client, onOpen, runtime }: DirectPutOptions): DirectPut {
  let route: Route | undefined;
  let isClosed = false;
  let failures = 0;
  let openUntilMs = 0;
  let sign: SignRequest | undefined;

  function closeBreaker({ protocol, hostname, port, path }: Origin & { readonly path: string }): void {
    // Direct puts go to the root path. Behind a gateway, DynamoDB may be at another path.
    if (path !== '/' || runtime.monotonicMs() < openUntilMs) return;
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    if (route?.host !== host) {
      route?.posts.close();
      route = { host, posts: createPosts({ protocol, hostname, port }, runtime) };
    }
    isClosed = true;
  }

  function openBreaker(err: unknown): void {
    if (!isClosed) return;
    isClosed = false;
    if (failures++ === 0) return;
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 2));
    openUntilMs = runtime.monotonicMs() + backoffMs;
    onOpen?.({ err, backoffMs });
  }

  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      closeBreaker(args.request as Parameters<typeof closeBreaker>[0]);
      return result;
    },
    { step: 'finalizeRequest' },
  );

  return async (input, deadlineMs) => {
    if (!isClosed || route === undefined) return false;
    const { host, posts } = route;
    const { config } = client;
    try {
      const credentials = await config.credentials();
      sign ??= createRequestSigner({ region: await config.region(), service: 'dynamodb' });
      const body = JSON.stringify(input);
      const headers = sign(
        { ...HEADERS, host },
        body,
        credentials,
        new Date(runtime.wallMicros() / 1_000 + config.systemClockOffset),
      );
      const answer = await posts.post(headers, body, Math.min(deadlineMs, ATTEMPT_TIMEOUT_MS));
      const isGenuine = isFromDynamoDB(answer.body, answer.checksum);
      if (answer.status === 200 && isGenuine) {
        failures = 0;
        return true;
      }
      openBreaker(new Error(`the answer was ${answer.status}${isGenuine ? '' : ', and not by DynamoDB'}`));
    } catch (error) {
      // The other connections may be broken as well.
      posts.close();
      if (route?.posts === posts) route = undefined;
      openBreaker(error);
    }
    return false;
  };
}
