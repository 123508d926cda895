import { TIMEOUTS_MS } from '../../../server/contract.ts';
import { ServiceError } from '../../../server/errors.ts';
import type { Registration } from '../actors/registering.ts';
import type { World } from '../world.ts';

const TOLERANCE_MICROS = 100_000;

/** Of the users, each name exists once; who was told that a user exists, finds it; no name is taken without a user. */
export function checkUniqueNames(world: World, registrations: readonly Registration[]): void {
  const users = usersOf(world);
  for (const field of ['username', 'email'] as const) {
    const values = users.map((user) => user[field]);
    const doubled = values.find((value, index) => values.indexOf(value) !== index);
    if (doubled !== undefined) world.violate('unique-names', `two users have the ${field} ${doubled}`);
  }
  for (const { user, userId, error, username, email, process, answeredMicros, arrivedMicros } of registrations) {
    if (user !== undefined && !users.some(({ id }) => id === user.id))
      world.violate('unique-names', `the user ${username} was answered and does not exist`);
    const wasCreated = users.some(({ id }) => id === userId);
    if (error instanceof ServiceError && error.code === 'conflict' && wasCreated)
      world.violate('unique-names', `${username} ${email} was refused as taken, and was created by this request`);
    const isTaken = users.some((other) => other.username === username || other.email === email);
    if (error instanceof ServiceError && error.code === 'conflict' && !isTaken)
      world.violate('unique-names', `${username} ${email} was refused as taken, but no user has either`);
    if (answeredMicros === undefined && arrivedMicros !== undefined && !process.hasEnded)
      world.violate('unique-names', `the creation of ${username} was never answered`);
  }
}

/** The answer to `POST /users` comes within the deadline. */
export function checkRegistrationTime(world: World, registrations: readonly Registration[]): void {
  for (const { arrivedMicros = 0, answeredMicros = 0, pausedMicros, process, username } of registrations) {
    const tookMicros = answeredMicros - arrivedMicros - (process.pausedMicros - pausedMicros);
    if (tookMicros > TIMEOUTS_MS.answer * 1_000 + TOLERANCE_MICROS)
      world.violate('unique-names', `the creation of ${username} was answered after ${tookMicros / 1_000} ms`);
  }
}

interface StoredUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
}

/** The users in the table, read without the code of the server. */
export function usersOf({ home }: World): StoredUser[] {
  return [...home.database.table.items()].flatMap(({ pk, sk, username, email }) =>
    pk?.S === 'users' && username?.S !== undefined
      ? [{ id: sk?.S ?? '', username: username.S, email: email?.S ?? '' }]
      : [],
  );
}
