import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Logger } from 'pino';
import { TOKEN_FORM } from '../contract.ts';

export interface CanaryTokenOptions {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly logger: Logger;
}

/** The token of the stage's canary, as last read. */
export interface CanaryToken {
  /** None while it has not been read. */
  current(): readonly string[];
  /** Reads the token again; keeps the last one if that fails. Never rejects. */
  refresh(): Promise<void>;
}

/** Reads the canary's token. Never rejects: without it the server serves everybody but the canary. */
export async function openCanaryToken({ client, secretId, logger }: CanaryTokenOptions): Promise<CanaryToken> {
  let tokens: readonly string[] = [];
  const refresh = async () => {
    try {
      const { SecretString: token = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      if (!TOKEN_FORM.pattern.test(token))
        throw new Error(`the value is not a token; expected ${TOKEN_FORM.description}`);
      tokens = [token];
    } catch (error) {
      logger.warn({ err: error }, "the canary's token cannot be read");
    }
  };
  await refresh();
  return { current: () => tokens, refresh };
}
