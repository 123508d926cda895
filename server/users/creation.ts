/**
 * Creates users so that names are unique under concurrency and under a crash between any two steps, with nothing but
 * conditional writes of single items (dynalite has no transactions; see `docs/decisions/0003-unique-names.md`).
 *
 * An attempt claims each name, then puts its user record: that one write decides. A claim counts for nothing by
 * itself; whoever finds one asks whether its attempt has ended. An attempt that has not ended within its lease is taken
 * for dead and aborted by a tombstone at the key of its user record. From then on it cannot create its user, however
 * late it wakes up, and its claims are free. Clocks decide only how long somebody waits, never who has a name.
 */
import { ServiceError } from '../errors.ts';
import type { Micros } from '../timestamps/record.ts';
import type { Claim, UserItems } from './items.ts';
import { type NewUser, type UniqueName, type User, type Users, uniqueNames } from './users.ts';

export interface UserCreationSettings {
  readonly items: UserItems;
  readonly newId: () => string;
  readonly now: () => Micros;
  /** Waits between two looks at somebody else's attempt. */
  readonly pause: () => Promise<void>;
  /** From this age on, an attempt that has not ended counts as dead. Far longer than a creation takes. @default 10 s */
  readonly leaseMicros?: Micros;
  /** How long an attempt waits for others before it gives up. @default 5 s */
  readonly patienceMicros?: Micros;
}

/** Makes the users of a database. */
export function createUsers(settings: UserCreationSettings): Users {
  const { items, newId, now, pause, leaseMicros = 10_000_000, patienceMicros = 5_000_000 } = settings;

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
    while (now() - claim.attemptedAt < patienceMicros) {
      if (await items.putClaim(name, claim)) return 'claimed';
      const held = await items.readClaim(name);
      if (held === undefined) continue;
      // Our own put got through, but its acknowledgement did not.
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

  /**
   * Fails when somebody aborted the attempt. When it is unknown whether the put got through, the attempt is aborted
   * here: that either succeeds, or finds the user created.
   */
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
  const message = `another creation with the same ${field} is under way`;
  return new ServiceError('unavailable', message, { retryAfterS: leaseMicros / 1e6 });
}
