/**
 * Creates users with unique names by conditional writes of single items, even under concurrency and after a crash
 * between any two steps (`docs/decisions/0003-unique-names.md`).
 *
 * An attempt claims each name and then puts its user record, which decides the outcome. An attempt that finds a claim
 * checks whether the other attempt has ended. An attempt that does not end within its lease is aborted by a tombstone
 * at the key of its user record. It can then no longer create its user, and its claims are free. Clocks decide only how
 * long an attempt waits, never which attempt gets a name.
 */
import { ServiceError } from '../errors.ts';
import type { Micros } from '../timestamps/record.ts';
import type { Claim, UserItems } from './items.ts';
import { type NewUser, type UniqueName, type User, type Users, uniqueNames } from './users.ts';

export interface UserCreationOptions {
  readonly items: UserItems;
  readonly newId: () => string;
  readonly now: () => Micros;
  /** Waits before another attempt's state is read again. */
  readonly pause: () => Promise<void>;
  /** The age at which an unfinished attempt counts as abandoned, far longer than a creation takes. @default 10 s */
  readonly leaseMicros?: Micros;
  /** How long an attempt waits for other attempts. @default 5 s */
  readonly waitMicros?: Micros;
}

export function createUsers(options: UserCreationOptions): Users {
  const { items, newId, now, pause, leaseMicros = 10_000_000, waitMicros = 5_000_000 } = options;

  async function createUser(newUser: NewUser): Promise<User> {
    const user: User = { ...newUser, id: newId(), createdAt: now() };
    await claimAll(uniqueNames(user), { userId: user.id, attemptedAt: user.createdAt });
    await commit(user);
    return user;
  }

  async function claimAll(names: readonly UniqueName[], claim: Claim): Promise<void> {
    for (const [index, name] of names.entries()) {
      const result = await claimName(name, claim);
      if (result === 'claimed') continue;
      await releaseAll(names.slice(0, index), claim.userId);
      if (result === 'busy') throw busyError(name, leaseMicros);
      throw conflictError([name, ...(await takenOf(names.slice(index + 1)))]);
    }
  }

  async function claimName(name: UniqueName, claim: Claim): Promise<'claimed' | 'taken' | 'busy'> {
    while (now() - claim.attemptedAt < waitMicros) {
      if (await items.putClaim(name, claim)) return 'claimed';
      const held = await items.readClaim(name);
      if (held === undefined) continue;
      // Our own put succeeded, but its acknowledgement was lost.
      if (held.userId === claim.userId) return 'claimed';
      const outcome = await items.readOutcome(held.userId);
      if (outcome === 'created') return 'taken';
      if (outcome === 'aborted') {
        if (await items.takeOverClaim(name, held.userId, claim)) return 'claimed';
      } else if (now() - held.attemptedAt < leaseMicros) {
        await pause();
      } else {
        await items.abort(held.userId);
      }
    }
    return 'busy';
  }

  /** Fails if another attempt aborted this one. If the outcome of the put is unknown, tries to abort this attempt. */
  async function commit(user: User): Promise<void> {
    let cause: unknown;
    try {
      if (await items.putUser(user)) return;
    } catch (error) {
      cause = error;
      await items.abort(user.id);
    }
    if ((await items.readOutcome(user.id)) === 'created') return;
    await releaseAll(uniqueNames(user), user.id);
    throw new ServiceError('unavailable', 'creating the user took too long', { retryAfterS: 1, cause });
  }

  async function releaseAll(names: readonly UniqueName[], userId: string): Promise<void> {
    for (const name of names) await items.releaseClaim(name, userId);
  }

  async function takenOf(names: readonly UniqueName[]): Promise<UniqueName[]> {
    const taken: UniqueName[] = [];
    for (const name of names) {
      const claim = await items.readClaim(name);
      if (claim !== undefined && (await items.readOutcome(claim.userId)) === 'created') taken.push(name);
    }
    return taken;
  }

  return { createUser, listUsers: (query) => items.listUsers(query) };
}

function conflictError(taken: readonly UniqueName[]): ServiceError {
  const fields = taken.map(({ field }) => ({ field: `body.${field}`, message: 'is taken' }));
  return new ServiceError('conflict', `${taken.map(({ field }) => field).join(' and ')} already taken`, { fields });
}

function busyError({ field }: UniqueName, leaseMicros: Micros): ServiceError {
  const message = `another creation with the same ${field} is in progress`;
  return new ServiceError('unavailable', message, { retryAfterS: leaseMicros / 1e6 });
}
