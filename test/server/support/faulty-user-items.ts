import { ServiceError } from '../../../server/errors.ts';
import type { UserItems } from '../../../server/users/items.ts';

/** The fate of a call: whether it happens, and whether its caller gets the answer, an error, or silence. */
export interface Fate {
  readonly happens: boolean;
  readonly answer: 'result' | 'error' | 'silence';
}

export const WELL: Fate = { happens: true, answer: 'result' };

/** The fates of a call if the process exits (silence) or the database fails (error), before or after the write. */
export const FAULTS: readonly Fate[] = [
  { happens: false, answer: 'error' },
  { happens: true, answer: 'error' },
  { happens: false, answer: 'silence' },
  { happens: true, answer: 'silence' },
];

/** The same items, with every call except `listUsers` going through `fateOf`, which may also delay it. */
export function withFates(items: UserItems, fateOf: (method: string) => Fate | Promise<Fate>): UserItems {
  const through =
    <A extends unknown[], R>(method: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const { happens, answer } = await fateOf(method);
      const result = happens ? await call(...args) : undefined;
      if (answer === 'silence') return new Promise<R>(() => {});
      if (answer === 'error') throw new ServiceError('unavailable', `${method} was lost`);
      return result as R;
    };
  return {
    putClaim: through('putClaim', (name, claim) => items.putClaim(name, claim)),
    readClaim: through('readClaim', (name) => items.readClaim(name)),
    takeOverClaim: through('takeOverClaim', (name, holder, claim) => items.takeOverClaim(name, holder, claim)),
    releaseClaim: through('releaseClaim', (name, userId) => items.releaseClaim(name, userId)),
    putUser: through('putUser', (user) => items.putUser(user)),
    abort: through('abort', (userId) => items.abort(userId)),
    readOutcome: through('readOutcome', (userId) => items.readOutcome(userId)),
    listUsers: (query) => items.listUsers(query),
  };
}
