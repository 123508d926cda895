/** The domain: users, whose names and e-mail addresses are unique without regard to case. */
import type { Micros } from '../timestamps/record.ts';

export interface NewUser {
  readonly username: string;
  readonly email: string;
}

/** A user that exists. Ids begin with the time, so that users are ordered by their ids. */
export interface User extends NewUser {
  /** UUID version 7. */
  readonly id: string;
  readonly createdAt: Micros;
}

/** Which users to list. */
export interface UserQuery {
  /** How many users at most, 1 to 1,000. */
  readonly limit: number;
  /** Only users older than the one with this id. */
  readonly before?: string;
}

/** Users, newest first; `next` is the `before` of the next page and absent on the last one. */
export interface UserPage {
  readonly users: readonly User[];
  readonly next?: string;
}

export interface Users {
  /**
   * Creates a user. Fails with `conflict`, naming what is taken, and with `unavailable` when the database did not
   * answer in time or another creation with the same name does not end.
   */
  createUser(newUser: NewUser): Promise<User>;
  listUsers(query: UserQuery): Promise<UserPage>;
}

/** A field's value that only one user can have, in the form in which values are compared. */
export interface UniqueName {
  readonly field: keyof NewUser;
  readonly value: string;
}

/** A user's unique names. Every creation claims them in this order, so that no two wait for each other. */
export function uniqueNames({ email, username }: NewUser): readonly UniqueName[] {
  return [
    { field: 'email', value: email.toLowerCase() },
    { field: 'username', value: username.toLowerCase() },
  ];
}
