import { TOKEN_FORM } from '../contract.ts';
import { readCached, readSecret, type SecretSource } from './read-secret.ts';

/** The token of the stage's canary, as last read. */
export interface CanaryToken {
  /** None while it has not been read. */
  current(): readonly string[];
  /** Reads the token again; keeps the last one if that fails. Never rejects. */
  refresh(): Promise<void>;
}

/**
 * Reads the canary's token: from Secrets Manager or, while that does not answer, from the cache that a worker of this
 * instance has written. Never rejects: without it the server serves everybody but the canary.
 */
export async function openCanaryToken(source: SecretSource): Promise<CanaryToken> {
  let token: string | undefined;
  const refresh = async () => {
    try {
      token = await readSecret(source, parseToken);
    } catch (error) {
      token ??= readCached(source, parseToken);
      source.logger.warn({ err: error, known: token !== undefined }, "the canary's token cannot be read");
    }
  };
  await refresh();
  return { current: () => (token === undefined ? [] : [token]), refresh };
}

/** The error does not show the value. */
function parseToken(value: string): string {
  if (TOKEN_FORM.pattern.test(value)) return value;
  throw new Error(`the value is not a token; expected ${TOKEN_FORM.description}`);
}
