/** The domain: users, whose names and e-mail addresses are unique regardless of case. */
import { ServiceError } from '../errors.ts';
import type { IdempotencyKey } from '../idempotency/key.ts';
import type { Micros } from '../timestamps/record.ts';

export interface NewUser {
  readonly username: string;
  readonly email: string;
}

/** An existing user. Ids begin with the time, so users are ordered by their ids. */
export interface User extends NewUser {
  /** UUID version 7. */
  readonly id: string;
  readonly createdAt: Micros;
}

/** A query for users. */
export interface UserQuery {
  /** The maximum number of users, 1 to 1,000. */
  readonly limit: number;
  /** Only users older than the one with this id. */
  readonly before?: string;
}

/** Users, newest first. `next` is the `before` of the next page and absent on the last page. */
export interface UserPage {
  readonly users: readonly User[];
  readonly next?: string;
}

/** The port to the users, implemented by `../dynamodb/users.ts`. */
export interface Users {
  /**
   * With a key, a repeated request returns the user that the first one created. Fails with `conflict` if names are taken,
   * with `key-reused` or `key-in-use`, and with `unavailable` if the database does not answer in time.
   */
  createUser(newUser: NewUser, key?: IdempotencyKey): Promise<User>;
  listUsers(query: UserQuery): Promise<UserPage>;
}

/** A value that only one user can have, normalised for comparison. */
export interface UniqueName {
  readonly field: keyof NewUser;
  readonly value: string;
}

/** A user's unique names. */
export function uniqueNames({ email, username }: NewUser): readonly UniqueName[] {
  return [
    { field: 'email', value: email.toLowerCase() },
    { field: 'username', value: username.toLowerCase() },
  ];
}

/** The error that says which names are taken. */
export function conflictError(taken: readonly UniqueName['field'][]): ServiceError {
  const fields = taken.map((field) => ({ field: `body.${field}`, message: 'is taken' }));
  return new ServiceError('conflict', `${taken.join(' and ')} already taken`, { fields });
}
