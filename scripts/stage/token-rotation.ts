import { type SecretValue, secretContents } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';

/** What a token allows. */
export type Access = 'read' | 'write';

const LISTS = { read: 'readTokens', write: 'writeTokens' } as const;

/** The valid tokens, newest first. */
export function tokensOf(value: SecretValue, access: Access): readonly string[] {
  return secretContents(value)[LISTS[access]];
}

/** The secret with one more valid token. @throws OperatorError when the last rotation is not finished */
export function withNewToken(value: SecretValue, access: Access, token: string): SecretValue {
  const valid = tokensOf(value, access);
  if (valid.length > 1) {
    throw new OperatorError(
      `there are ${valid.length} valid ${access} tokens: expected 1 before a rotation; end the last one with --finish`,
    );
  }
  return { ...value, [LISTS[access]]: [token, ...valid] };
}

/** The secret with only its newest token. @throws OperatorError when there is no other */
export function withNewestTokenOnly(value: SecretValue, access: Access): SecretValue {
  const [newest, ...older] = tokensOf(value, access);
  if (older.length > 0) return { ...value, [LISTS[access]]: [newest] };
  throw new OperatorError(`there is one valid ${access} token: there is no rotation to finish`);
}
