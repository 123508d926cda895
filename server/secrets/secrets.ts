import type { IdKey } from '../timestamps/record-ids.ts';

/** The secrets of a stage. */
export interface Secrets {
  /** The valid tokens for reading. */
  readonly readTokens: readonly string[];
  /** The valid tokens for recording and for creating users. */
  readonly writeTokens: readonly string[];
  readonly idKeys: readonly IdKey[];
  /** Tokens that only record, and read single records. @default - there is no canary */
  readonly canaryTokens?: readonly string[];
}

/** Not secret. It keeps the ids of a server without a secret valid after a restart, such as during development. */
const DEVELOPMENT_ID_KEYS: readonly IdKey[] = [{ from: 0, key: 'a-fixed-key-for-development-which-everybody-knows' }];

/** The secrets of a server that reads none: the tokens of its environment and a fixed key for ids. */
export function environmentSecrets(tokens: {
  readToken?: string | undefined;
  writeToken?: string | undefined;
}): Secrets {
  return {
    readTokens: tokens.readToken === undefined ? [] : [tokens.readToken],
    writeTokens: tokens.writeToken === undefined ? [] : [tokens.writeToken],
    idKeys: DEVELOPMENT_ID_KEYS,
  };
}
