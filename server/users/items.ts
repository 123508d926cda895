/** The port through which `creation.ts` stores users: single items, conditional writes, consistent reads. */
import type { Micros } from '../timestamps/record.ts';
import type { UniqueName, User, UserPage, UserQuery } from './users.ts';

/** A name that an attempt to create a user holds. */
export interface Claim {
  /** The user that the attempt creates if it succeeds. */
  readonly userId: string;
  readonly attemptedAt: Micros;
}

/** How an attempt ended: its user is there, it was aborted for good, or it has not ended yet. */
export type Outcome = 'created' | 'aborted' | 'open';

/** Every method fails with `unavailable` when the database does not answer; then a write may or may not have happened. */
export interface UserItems {
  /** Claims a name; false when it is claimed already. */
  putClaim(name: UniqueName, claim: Claim): Promise<boolean>;
  readClaim(name: UniqueName): Promise<Claim | undefined>;
  /** Replaces the claim of the user `holderId`; false when it is no longer theirs. */
  takeOverClaim(name: UniqueName, holderId: string, claim: Claim): Promise<boolean>;
  /** Deletes a claim, unless another user took it over. */
  releaseClaim(name: UniqueName, userId: string): Promise<void>;
  /** Creates the user unless the attempt has ended already; false when it has. */
  putUser(user: User): Promise<boolean>;
  /** Ends an attempt for good, unless it has ended already. */
  abort(userId: string): Promise<void>;
  readOutcome(userId: string): Promise<Outcome>;
  listUsers(query: UserQuery): Promise<UserPage>;
}
