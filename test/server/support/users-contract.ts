import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createDynamoUsers, DynamoUserItems } from '../../../server/dynamodb/users.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { createClock } from '../../../server/timestamps/clock.ts';
import { createUsers } from '../../../server/users/creation.ts';
import type { UserItems } from '../../../server/users/items.ts';
import { type User, uniqueNames } from '../../../server/users/users.ts';
import type { TestDatabase } from './database.ts';
import { FAULTS, WELL, withFates } from './faulty-user-items.ts';

const { now } = createClock({ runtime: systemRuntime });
function pause() {
  return delay(50);
}

/** Longer than a busy machine takes. */
const DEADLINE_MICROS = 60e6;

/** A name that only this test uses. */
function freshName() {
  return `u${randomUUID().slice(0, 13)}`;
}
function userOf(username: string) {
  return { username, email: `${username}@x.org` };
}

/** The contract of every database of users; `database` has the table. */
export function usersContract(kind: string, { client, tableName }: Pick<TestDatabase, 'client' | 'tableName'>): void {
  const users = createDynamoUsers(client, tableName, now);
  const items = new DynamoUserItems(client, tableName);
  const usersOver = (over: UserItems, leaseMicros: number, waitMicros = DEADLINE_MICROS) =>
    createUsers({ items: over, newId: randomUUIDv7, now, pause, leaseMicros, waitMicros });
  const patient = usersOver(items, DEADLINE_MICROS);

  describe(`users on ${kind}`, { timeout: 120_000 }, () => {
    it('are created, and listed newest first with their values', async () => {
      const before = now();
      const [first, second] = [freshName(), freshName()];
      const created = [await users.createUser(userOf(first)), await users.createUser(userOf(second))];
      const { users: listed } = await users.listUsers({ limit: 2 });
      assert.deepEqual(listed, created.toReversed());
      assert.deepEqual(
        created.map(({ username, email }) => ({ username, email })),
        [userOf(first), userOf(second)],
      );
      for (const { createdAt } of created) assert.ok(createdAt > before && createdAt < now());
    });

    it('have names that are unique regardless of case', async () => {
      const name = freshName();
      await users.createUser(userOf(name));
      await assert.rejects(users.createUser({ username: name.toUpperCase(), email: `${freshName()}@x.org` }), {
        code: 'conflict',
        fields: [{ field: 'body.username', message: 'is taken' }],
      });
      await assert.rejects(users.createUser({ username: freshName(), email: `${name.toUpperCase()}@X.org` }), {
        code: 'conflict',
        fields: [{ field: 'body.email', message: 'is taken' }],
      });
    });

    it('are created once per name by concurrent requests', async () => {
      const names = [freshName(), freshName(), freshName()];
      const wanted = names.flatMap((username) =>
        names.flatMap((email) =>
          [username, username.toUpperCase()].map((name) => ({ username: name, email: `${email}@x.org` })),
        ),
      );
      const outcomes = await Promise.allSettled(wanted.map((user) => users.createUser(user)));
      // If the database is too busy to answer one attempt in time, others may time out while they wait for it.
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') assert.match(outcome.reason.code, /^(conflict|unavailable)$/);
      const created = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const taken = created.flatMap((user) => uniqueNames(user).map(({ value }) => value));
      assert.equal(new Set(taken).size, taken.length);
      assert.ok(created.length >= 1);
      const { users: listed } = await users.listUsers({ limit: created.length });
      assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set(created.map(({ id }) => id)));
    });

    for (const [step, method] of ['putClaim', 'putClaim', 'putUser'].entries())
      for (const fault of FAULTS)
        it(`release or keep their names if step ${step + 1} (${method}) ${describeFate(fault)}`, async () => {
          const user = userOf(freshName());
          let writes = 0;
          const dying = usersOver(
            withFates(items, (call) => {
              if (call === 'readOutcome' || call === 'readClaim') return WELL;
              writes += 1;
              return writes <= step ? WELL : fault;
            }),
            0,
          );
          const attempt = dying.createUser(user).catch((error) => assert.equal(error.code, 'unavailable'));
          if (fault.answer === 'silence') while (writes <= step) await new Promise(setImmediate);
          if (fault.answer === 'error') await attempt;
          const survived = method === 'putUser' && fault.happens;
          while (
            survived &&
            !(await users.listUsers({ limit: 1_000 })).users.some(({ email }) => email === user.email)
          );
          const newcomer = usersOver(items, 0).createUser(user);
          if (survived) await assert.rejects(newcomer, { code: 'conflict' });
          else assert.equal((await newcomer).username, user.username);
        });

    it('cannot be created by an attempt that was aborted', async () => {
      const user = userOf(freshName());
      const { promise: woken, resolve: wake } = Promise.withResolvers<typeof WELL>();
      const { promise: asleep, resolve: fallAsleep } = Promise.withResolvers<void>();
      const sleeper = usersOver(
        withFates(items, (method) => {
          if (method !== 'putUser') return WELL;
          fallAsleep();
          return woken;
        }),
        0,
      );
      const sleeping = sleeper.createUser(user);
      sleeping.catch(() => {}); // Asserted below.
      await asleep;
      const early = usersOver(items, DEADLINE_MICROS, 100_000).createUser(user);
      await assert.rejects(early, { code: 'unavailable' }, 'the lease still holds');
      const heir = await usersOver(items, 0).createUser(user);
      wake(WELL);
      await assert.rejects(sleeping, { code: 'unavailable' });
      const { users: listed } = await users.listUsers({ limit: 1_000 });
      assert.deepEqual(
        listed.filter(({ email }) => email === user.email),
        [heir],
      );
    });

    it('take names from a dead attempt by exactly one of many other attempts', async () => {
      const user = userOf(freshName());
      for (const name of uniqueNames(user)) await items.putClaim(name, { userId: randomUUID(), attemptedAt: 0 });
      const heirs = await Promise.allSettled(Array.from({ length: 12 }, () => patient.createUser(user)));
      assert.equal(heirs.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const heir of heirs) if (heir.status === 'rejected') assert.equal(heir.reason.code, 'conflict');
    });

    it('are listed in pages that neither skip nor repeat users, without tombstones', async () => {
      await items.abort(randomUUID());
      const whole = (await users.listUsers({ limit: 1_000 })).users;
      const paged: User[] = [];
      let before: string | undefined;
      do {
        const page = await users.listUsers({ limit: 2, ...(before !== undefined && { before }) });
        assert.ok(page.users.length >= 1 && page.users.length <= 2);
        paged.push(...page.users);
        before = page.next;
      } while (before !== undefined);
      assert.deepEqual(paged, whole);
      assert.ok(whole.every(({ username }) => username !== ''));
    });
  });
}

function describeFate({ happens, answer }: (typeof FAULTS)[number]) {
  return `${happens ? 'happens' : 'does not happen'} and ${answer === 'silence' ? 'the process dies' : 'the database is lost'}`;
}
