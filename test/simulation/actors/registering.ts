import { ServiceError } from '../../../server/errors.ts';
import type { NewUser, User } from '../../../server/users/users.ts';
import type { World } from '../world.ts';
import type { Machine } from './machine.ts';
import type { ServerProcess } from './server-process.ts';

/** One `POST /users` and what became of it. */
export interface Registration extends NewUser {
  readonly process: ServerProcess;
  /** The `Idempotency-Key` that it was sent with. */
  readonly key?: string | undefined;
  arrivedMicros?: number;
  answeredMicros?: number;
  /** How long the process had been paused when the request arrived. */
  pausedMicros: number;
  /** The id that the user was to have. */
  userId?: string | undefined;
  user?: User;
  error?: unknown;
}

/** Sends `POST /users` with names, and perhaps a key, that other requests also use. */
export function register(
  world: World,
  machine: Machine,
  names: NewUser & Pick<Registration, 'key'>,
  registrations: Registration[],
): void {
  const { scheduler, history, random } = world;
  const { process } = machine;
  if (process.hasEnded) return;
  const { username, email, key } = names;
  const registration: Registration = { username, email, key, process, pausedMicros: 0 };
  registrations.push(registration);
  history.add('client', () => `POST /users ${username} ${email} to ${process.name}${key ? `, key ${key}` : ''}`);
  const create = async () => {
    registration.arrivedMicros = scheduler.nowMicros(process);
    registration.pausedMicros = process.pausedMicros;
    try {
      process.lastUserId = undefined;
      const creation = process.createUser({ username, email }, key);
      registration.userId = process.lastUserId;
      registration.user = await creation;
    } catch (error) {
      registration.error = error;
      if (!(error instanceof ServiceError)) world.violate('no-defects', String((error as Error).stack));
    }
    registration.answeredMicros = scheduler.nowMicros(process);
    const outcome = registration.error instanceof ServiceError ? registration.error.code : 'created';
    history.add(process.name, () => `${outcome} to ${username} ${email}`);
  };
  scheduler.after(random.between(100, 2_000), () => void create(), process);
}
