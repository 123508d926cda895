import type { DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { ATTEMPT_TIMEOUT_MS } from './client.ts';
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

/** A way that fails again at once after it was opened stays shut for this long, twice as long each time. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface DirectPutOptions {
  readonly client: DynamoDBClient;
  /** Is told of each pause that begins. */
  readonly onPause?: (facts: { err: unknown; pauseMs: number }) => void;
  /** Milliseconds, never stepping back. */
  readonly monotonicMs?: () => number;
}

/** Where posts go, and the connections to it. */
interface Way {
  readonly host: string;
  readonly posts: KeepAlivePosts;
}

/**
 * The way past the SDK, which costs a fraction of the CPU (docs/decisions/0024). It learns from the client: the endpoint
 * from its calls, region, credentials and clock from its configuration. It is open only while the last call of either
 * got through, so that an outage is the SDK's alone.
 */
export function createDirectPut({
  client,
  onPause,
  monotonicMs = () => performance.now(),
}: DirectPutOptions): DirectPut {
  let way: Way | undefined;
  let isOpen = false;
  let failures = 0;
  let shutUntilMs = 0;
  let sign: SignRequest | undefined;

  const learn = ({ protocol, hostname, port, path }: Origin & { readonly path: string }): void => {
    // Posts go to the root, where DynamoDB is. A gateway may have it elsewhere, and something else at its root.
    if (path !== '/' || monotonicMs() < shutUntilMs) return;
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    if (way?.host !== host) {
      way?.posts.close();
      way = { host, posts: new KeepAlivePosts({ protocol, hostname, port }) };
    }
    isOpen = true;
  };

  const shut = (err: unknown): void => {
    if (!isOpen) return;
    isOpen = false;
    if (failures++ === 0) return;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 2));
    shutUntilMs = monotonicMs() + pauseMs;
    onPause?.({ err, pauseMs });
  };

  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      learn(args.request as Parameters<typeof learn>[0]);
      return result;
    },
    { step: 'finalizeRequest' },
  );

  return async (input, deadlineMs) => {
    if (!isOpen || way === undefined) return false;
    const { host, posts } = way;
    const { config } = client;
    try {
      const credentials = await config.credentials();
      sign ??= createRequestSigner({ region: await config.region(), service: 'dynamodb' });
      const body = JSON.stringify(input);
      const headers = sign({ ...HEADERS, host }, body, credentials, new Date(Date.now() + config.systemClockOffset));
      const status = await posts.post(headers, body, Math.min(deadlineMs, ATTEMPT_TIMEOUT_MS));
      if (status === 200) {
        failures = 0;
        return true;
      }
      shut(new Error(`DynamoDB answered ${status}`));
    } catch (error) {
      // The other connections may be dead as well.
      posts.close();
      if (way?.posts === posts) way = undefined;
      shut(error);
    }
    return false;
  };
}
