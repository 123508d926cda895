import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { SECRET_REFRESH_S } from '../contract.ts';
import { fileCache, NO_CACHE } from './secret-cache.ts';
import { environmentSecrets, type Secrets } from './secrets.ts';

/** Resolves with the secrets as they are now. Loads the SDK's client only if the configuration names a secret. */
export async function openSecrets(config: Config, logger: Logger): Promise<() => Secrets> {
  const { secretId, secretCache } = config;
  if (secretId === undefined) {
    const secrets = environmentSecrets(config);
    return () => secrets;
  }
  const { createSecretsClient, openStageSecret } = await import('./stage-secret.ts');
  const cache = secretCache === undefined ? NO_CACHE : fileCache(secretCache);
  const secret = await openStageSecret({ client: createSecretsClient(), secretId, cache, logger });
  // Instances start at different times, so their reads are spread without further effort.
  setInterval(() => void secret.refresh(), SECRET_REFRESH_S * 1_000).unref();
  return secret.current;
}
