import { setTimeout as delay } from 'node:timers/promises';
import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { readCached, readSecret, type SecretSource } from './read-secret.ts';
import { parseSecretValue } from './secret-value.ts';
import type { Secrets } from './secrets.ts';

/** Between attempts to read the secret for the first time. */
const RETRY_MS = 2_000;

/** A client whose timeouts leave time for a second attempt. */
export function createSecretsClient(overrides: SecretsManagerClientConfig = {}): SecretsManagerClient {
  return new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    ...overrides,
  });
}

export interface StageSecretOptions extends SecretSource {
  /** Waits before the next attempt to read the secret for the first time. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** The secret of a stage, as last read. */
export interface StageSecret {
  current(): Secrets;
  /** Reads the secret again; keeps the last value if that fails. Never rejects. */
  refresh(): Promise<void>;
}

/**
 * Reads the secret of the stage. Without a value the server cannot make ids, so this resolves only once there is one:
 * from Secrets Manager or, while that does not answer, from the cache that a worker of this instance has written.
 */
export async function openStageSecret(options: StageSecretOptions): Promise<StageSecret> {
  const { logger, wait = delay } = options;
  let current: Secrets | undefined;
  while (current === undefined) {
    try {
      current = await readSecret(options, parseSecretValue);
    } catch (error) {
      current = readCached(options, parseSecretValue);
      logger.error({ err: error, cached: current !== undefined }, 'the secret cannot be read');
      if (current === undefined) await wait(RETRY_MS);
    }
  }
  let known: Secrets = current;
  return {
    current: () => known,
    refresh: async () => {
      try {
        known = await readSecret(options, parseSecretValue);
      } catch (error) {
        logger.warn({ err: error }, 'the secret cannot be read, using its last value');
      }
    },
  };
}
