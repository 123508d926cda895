import { ENV } from '../../server/contract.ts';
import { OperatorError } from '../cli/errors.ts';
import { readStageSecret } from './stage-secret.ts';
import { type Access, tokensOf } from './token-rotation.ts';

/** Gives the tokens of a service when it asks for one. */
export interface Tokens {
  readonly read: () => Promise<string>;
  readonly write: () => Promise<string>;
}

/**
 * The newest tokens of a stage, from READ_TOKEN and WRITE_TOKEN of the environment, or else from the stage's secret.
 * Without a stage, only from the environment. The secret is read once, and only if a token is needed.
 */
export function tokensFrom(environment: NodeJS.ProcessEnv, stage: string | undefined): Tokens {
  let secret: ReturnType<typeof readStageSecret> | undefined;
  const token = async (name: string, access: Access) => {
    const given = environment[name];
    if (given) return given;
    if (stage === undefined) throw new OperatorError(`the service requires a token: set ${name}`);
    secret ??= readStageSecret(stage);
    return tokensOf((await secret).value, access)[0] as string;
  };
  return { read: () => token(ENV.readToken, 'read'), write: () => token(ENV.writeToken, 'write') };
}
