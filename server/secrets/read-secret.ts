import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Logger } from 'pino';
import type { SecretCache } from './secret-cache.ts';

/** Where a secret is, and where its last value is kept for workers that start while Secrets Manager does not answer. */
export interface SecretSource {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly cache: SecretCache;
  readonly logger: Logger;
}

/** Reads the current value and caches it. Rejects if it cannot be read, or if `parse` throws. */
export async function readSecret<T>(source: SecretSource, parse: (value: string) => T): Promise<T> {
  const { client, secretId, cache, logger } = source;
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  const parsed = parse(SecretString);
  try {
    cache.write(SecretString);
  } catch (error) {
    logger.warn({ err: error }, 'the secret cannot be cached');
  }
  return parsed;
}

/** The cached value; `undefined` if there is none that `parse` accepts. */
export function readCached<T>({ cache }: SecretSource, parse: (value: string) => T): T | undefined {
  const value = cache.read();
  try {
    return value === undefined ? undefined : parse(value);
  } catch {
    return undefined;
  }
}
