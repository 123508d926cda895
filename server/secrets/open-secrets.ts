import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { SECRET_REFRESH_S } from '../contract.ts';
import { fileCache, NO_CACHE } from './secret-cache.ts';
import { environmentSecrets, type Secrets } from './secrets.ts';

/** Resolves with the secrets as they are now. Loads the SDK's client only if the configuration names a secret. */
export async function openSecrets(config: Config, logger: Logger): Promise<() => Secrets> {
  const { secretId, secretCache, canarySecretId } = config;
  if (secretId === undefined) {
    const secrets = environmentSecrets(config);
    return () => secrets;
  }
  const { createSecretsClient, openStageSecret } = await import('./stage-secret.ts');
  const { openCanaryToken } = await import('./canary-token.ts');
  const client = createSecretsClient();
  const cacheOf = (suffix: string) => (secretCache === undefined ? NO_CACHE : fileCache(`${secretCache}${suffix}`));
  const [stage, canary] = await Promise.all([
    openStageSecret({ client, secretId, cache: cacheOf(''), logger }),
    canarySecretId === undefined
      ? undefined
      : openCanaryToken({ client, secretId: canarySecretId, cache: cacheOf('.canary'), logger }),
  ]);
  const read = (): Secrets => ({ ...stage.current(), canaryTokens: canary?.current() ?? [] });
  let current = read();
  const refresh = async () => {
    await Promise.all([stage.refresh(), canary?.refresh()]);
    current = read();
  };
  // Instances start at different times, so their reads are spread without further effort.
  setInterval(() => void refresh(), SECRET_REFRESH_S * 1_000).unref();
  return () => current;
}
