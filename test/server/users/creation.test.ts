import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { createUsers } from '../../../server/users/creation.ts';
import type { UserItems } from '../../../server/users/items.ts';
import { type NewUser, uniqueNames } from '../../../server/users/users.ts';
import { FAULTS, type Fate, WELL, withFates } from '../support/faulty-user-items.ts';
import { MemoryUserItems } from '../support/user-items-memory.ts';

const LEASE_MICROS = 1_000;

/** A small set of names, in both cases, so that attempts collide. */
const letter = fc.constantFrom('a', 'A', 'b', 'B', 'c');
const newUser = fc.record({ username: letter, email: letter.map((name) => `${name}@x.org`) });

const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant(WELL) },
  { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
);

/** The inputs of one run: the users to create, and the fate of each call and the time before it. */
const story = fc.record({
  newUsers: fc.array(newUser, { minLength: 2, maxLength: 6 }),
  fates: fc.infiniteStream(fate),
  pausesMicros: fc.infiniteStream(fc.oneof(fc.constant(1), fc.constant(LEASE_MICROS))),
});

function assertNamesAreUnique(items: MemoryUserItems): void {
  const names = items.created().flatMap((user) => uniqueNames(user).map(({ field, value }) => `${field} ${value}`));
  assert.equal(new Set(names).size, names.length, `unique: ${names.sort().join(', ')}`);
}

/** A simulation with one clock and one sequence of ids. */
function createWorld({ waitMicros = 100 * LEASE_MICROS } = {}) {
  const memory = new MemoryUserItems();
  let nowMicros = 0;
  let ids = 0;
  const usersOver = (items: UserItems, pause: () => Promise<void> = async () => {}) =>
    createUsers({
      items,
      newId: () => {
        ids += 1;
        return `user-${String(ids).padStart(3, '0')}`;
      },
      now: () => nowMicros,
      pause,
      leaseMicros: LEASE_MICROS,
      waitMicros,
    });
  const pass = (micros: number) => (nowMicros += micros);
  return { memory, usersOver, pass };
}

describe('creating users', () => {
  it('keeps names unique for any order of steps, faults and clock', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, { newUsers, fates, pausesMicros }) => {
        const { memory, usersOver, pass } = createWorld();
        const items = withFates(memory, async (method) => {
          await scheduler.schedule(Promise.resolve(), method);
          pass(pausesMicros.next().value);
          return fates.next().value;
        });
        const users = usersOver(items, () => scheduler.schedule(Promise.resolve(), 'pause'));
        const wrong: unknown[] = [];
        for (const newUser of newUsers)
          users.createUser(newUser).then(
            (user) => memory.records.get(user.id) === user || wrong.push(user),
            (error) => ['conflict', 'unavailable'].includes(error.code) || wrong.push(error),
          );
        await scheduler.waitIdle();
        assertNamesAreUnique(memory);
        assert.deepEqual(wrong, [], 'an answered creation is stored, and a failure is one of the foreseen');

        // A new attempt gets every name that no user has, and none that a user has.
        pass(LEASE_MICROS);
        const later = usersOver(memory);
        for (const name of ['a', 'b', 'c', 'd']) {
          const candidate = { username: name, email: `${name}@x.org` };
          const taken = memory.created().some((user) => sharesName(user, candidate));
          const created = await later.createUser(candidate).then(
            () => true,
            (error) => error.code !== 'conflict',
          );
          assert.equal(created, !taken, name);
        }
        assertNamesAreUnique(memory);
      }),
      { numRuns: 500 },
    );
  });

  it('creates exactly one user per name without faults', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(newUser, { minLength: 2 }), async (scheduler, newUsers) => {
        const { memory, usersOver } = createWorld();
        const items = withFates(memory, (method) => scheduler.schedule(Promise.resolve(WELL), method));
        const users = usersOver(items, () => scheduler.schedule(Promise.resolve(), 'pause'));
        const attempts = Promise.allSettled(newUsers.map((newUser) => users.createUser(newUser)));
        const outcomes = await scheduler.waitFor(attempts);
        const created = outcomes.filter(({ status }) => status === 'fulfilled').length;
        assert.equal(memory.created().length, created);
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'conflict');
        assert.ok(created >= 1);
        assertNamesAreUnique(memory);
        assert.equal(memory.claims.size, 2 * created, 'losers leave no claim');
      }),
    );
  });

  it('creates the user even if every write is repeated because its acknowledgement was lost', async () => {
    const { memory, usersOver, pass } = createWorld();
    const doomed = usersOver(withFates(memory, (method) => (method === 'putUser' ? silence : WELL)));
    void doomed.createUser({ username: 'ada', email: 'ada@x.org' });
    await setImmediate();
    pass(LEASE_MICROS);
    const twice = async <T>(write: () => Promise<T>) => write().then(write);
    const repeating = Object.assign(Object.create(memory) as UserItems, {
      putClaim: (...args: Parameters<UserItems['putClaim']>) => twice(() => memory.putClaim(...args)),
      takeOverClaim: (...args: Parameters<UserItems['takeOverClaim']>) => twice(() => memory.takeOverClaim(...args)),
      putUser: (...args: Parameters<UserItems['putUser']>) => twice(() => memory.putUser(...args)),
    });
    const user = await usersOver(repeating).createUser({ username: 'ada', email: 'new@x.org' });
    assert.deepEqual(memory.created(), [user]);
  });

  it('reports which names are taken', async () => {
    const { memory, usersOver } = createWorld();
    const users = usersOver(memory);
    await users.createUser({ username: 'Ada', email: 'ada@x.org' });
    const conflictOf = (newUser: NewUser) =>
      users.createUser(newUser).then(
        () => 'created',
        (error) => [error.code, ...error.fields.map(fieldOf)],
      );
    assert.deepEqual(await conflictOf({ username: 'ada', email: 'eve@x.org' }), ['conflict', 'body.username']);
    assert.deepEqual(await conflictOf({ username: 'eve', email: 'ADA@x.org' }), ['conflict', 'body.email']);
    const both = await conflictOf({ username: 'ADA', email: 'Ada@X.org' });
    assert.deepEqual(both, ['conflict', 'body.email', 'body.username']);
  });

  it('does not wait indefinitely for another attempt, and then releases its own claims', async () => {
    const { memory, usersOver, pass } = createWorld({ waitMicros: LEASE_MICROS / 2 });
    const stuck = usersOver(withFates(memory, (method) => (method === 'putUser' ? silence : WELL)));
    void stuck.createUser({ username: 'ada', email: 'ada@x.org' });
    await setImmediate();
    const waiting = usersOver(memory, async () => void pass(LEASE_MICROS / 10));
    const rejection = waiting.createUser({ username: 'ada', email: 'other@x.org' });
    await assert.rejects(rejection, { code: 'unavailable', retryAfterS: LEASE_MICROS / 1e6 });
    assert.deepEqual([...memory.claims.keys()], ['email ada@x.org', 'username ada']);
  });

  it('ends an attempt whose last write was lost, and releases the names if no user was created', async () => {
    for (const happens of [false, true]) {
      const { memory, usersOver } = createWorld();
      const lossy = usersOver(
        withFates(memory, (method) => (method === 'putUser' ? { happens, answer: 'error' } : WELL)),
      );
      const attempt = lossy.createUser({ username: 'ada', email: 'ada@x.org' });
      if (happens) assert.equal((await attempt).username, 'ada');
      else await assert.rejects(attempt, (error: Error) => /putUser was lost/.test(String(error.cause)));
      assert.equal(memory.claims.size, happens ? 2 : 0);
    }
  });

  it('does not let an aborted attempt continue', async () => {
    const { memory, usersOver, pass } = createWorld();
    const { promise: woken, resolve: wake } = Promise.withResolvers<Fate>();
    const sleeper = usersOver(withFates(memory, (method) => (method === 'putUser' ? woken : WELL)));
    const sleeping = sleeper.createUser({ username: 'ada', email: 'first@x.org' });
    sleeping.catch(() => {}); // Asserted below.
    await setImmediate();
    pass(LEASE_MICROS);
    const heir = await usersOver(memory).createUser({ username: 'Ada', email: 'second@x.org' });
    wake(WELL);
    await assert.rejects(sleeping, { code: 'unavailable', message: /took too long/ });
    assert.deepEqual(memory.created(), [heir]);
    assert.deepEqual([...memory.claims.keys()], ['username ada', 'email second@x.org']);
  });
});

const silence: Fate = { happens: false, answer: 'silence' };

function fieldOf({ field }: { field: string }) {
  return field;
}

function sharesName(a: NewUser, b: NewUser) {
  return a.username.toLowerCase() === b.username.toLowerCase() || a.email.toLowerCase() === b.email.toLowerCase();
}
