/** The port by which `creation.ts` stores users: single items, conditional writes, consistent reads. */
import type { Micros } from '../timestamps/record.ts';
import type { UniqueName, User, UserPage, UserQuery } from './users.ts';

/** An attempt's claim to a name. */
export interface Claim {
  /** The user that the attempt creates if it succeeds. */
  readonly userId: string;
  readonly attemptedAt: Micros;
}

/** The outcome of an attempt; `open` if it has not ended. */
export type Outcome = 'created' | 'aborted' | 'open';

/** Every method fails with `unavailable` if the database does not answer; a write may still have succeeded. */
export interface UserItems {
  /** Claims a name; false if it is already claimed. */
  putClaim(name: UniqueName, claim: Claim): Promise<boolean>;
  readClaim(name: UniqueName): Promise<Claim | undefined>;
  /** Replaces the claim of the user `holderId`; false if that user no longer holds it. */
  takeOverClaim(name: UniqueName, holderId: string, claim: Claim): Promise<boolean>;
  /** Deletes a claim unless another user has taken it over. */
  releaseClaim(name: UniqueName, userId: string): Promise<void>;
  /** Creates the user; false if the attempt has already ended. */
  putUser(user: User): Promise<boolean>;
  /** Aborts an attempt permanently unless it has already ended. */
  abort(userId: string): Promise<void>;
  readOutcome(userId: string): Promise<Outcome>;
  listUsers(query: UserQuery): Promise<UserPage>;
}
