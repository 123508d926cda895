import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { PutItemCommand, TransactionCanceledException, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBPort } from '../../../server/dynamodb/client.ts';
import { DynamoUsers, type DynamoUsersOptions } from '../../../server/dynamodb/users.ts';
import { type Runtime, systemRuntime } from '../../../server/runtime.ts';
import { createClock } from '../../../server/timestamps/clock.ts';
import { type NewUser, type User, uniqueNames } from '../../../server/users/users.ts';
import type { TestDatabase } from './database.ts';
import { type Fault, withFaults } from './faulty-port.ts';

const { now } = createClock({ runtime: systemRuntime });

/** A name that only this test uses. */
function freshName() {
  return `u${randomUUID().slice(0, 13)}`;
}
function userOf(username: string) {
  return { username, email: `${username}@x.org` };
}

/** A process whose timers fire at once: each one moves its clock. */
function impatientRuntime() {
  let nowMs = 0;
  const runtime: Runtime = {
    ...systemRuntime,
    monotonicMs: () => nowMs,
    setTimer(callback, ms) {
      let cancelled = false;
      const dueMs = nowMs + ms;
      setImmediate(() => {
        if (cancelled) return;
        nowMs = Math.max(nowMs, dueMs);
        callback();
      });
      return () => {
        cancelled = true;
      };
    },
  };
  return { runtime, elapsedMs: () => nowMs };
}

const isTransaction = (command: object) => command instanceof TransactWriteItemsCommand;

/** The contract of every database of users; `database` has the table. */
export function usersContract(kind: string, { client, tableName }: Pick<TestDatabase, 'client' | 'tableName'>): void {
  const usersOver = (port: DynamoDBPort, options: Partial<DynamoUsersOptions> = {}) =>
    new DynamoUsers({ client: port, table: tableName, runtime: systemRuntime, now, ...options });
  const users = usersOver(client);
  const otherServer = usersOver(client);
  const put = (item: Record<string, unknown>, condition = {}) =>
    client.send(new PutItemCommand({ TableName: tableName, Item: marshall(item), ...condition }));

  /** What an attempt of an earlier version leaves behind if its process dies. */
  const putClaims = async (user: NewUser, userId: string, attemptedAt = now()) => {
    for (const { field, value } of uniqueNames(user))
      await put({ pk: `user-${field}#${value}`, sk: 'claim', userId, attemptedAt });
  };
  const listed = async (user: NewUser) =>
    (await users.listUsers({ limit: 1_000 })).users.filter(({ email }) => email === user.email);

  describe(`users on ${kind}`, { timeout: 120_000 }, () => {
    it('are created, and listed newest first with their values', async () => {
      const before = now();
      const [first, second] = [freshName(), freshName()];
      const created = [await users.createUser(userOf(first)), await users.createUser(userOf(second))];
      const { users: newest } = await users.listUsers({ limit: 2 });
      assert.deepEqual(newest, created.toReversed());
      assert.deepEqual(
        created.map(({ username, email }) => ({ username, email })),
        [userOf(first), userOf(second)],
      );
      for (const { createdAt } of created) assert.ok(createdAt > before && createdAt < now());
    });

    it('have names that are unique regardless of case', async () => {
      const name = freshName();
      await users.createUser(userOf(name));
      const taken = (...fields: string[]) => ({
        code: 'conflict',
        fields: fields.map((field) => ({ field: `body.${field}`, message: 'is taken' })),
      });
      const [loud, other] = [name.toUpperCase(), freshName()];
      await assert.rejects(users.createUser({ username: loud, email: `${other}@x.org` }), taken('username'));
      await assert.rejects(users.createUser({ username: other, email: `${loud}@X.org` }), taken('email'));
      await assert.rejects(users.createUser({ username: loud, email: `${loud}@X.org` }), taken('email', 'username'));
    });

    it('are created once per name by concurrent requests to two servers', async () => {
      const names = [freshName(), freshName()];
      const wanted = names.flatMap((username) =>
        names.flatMap((email) =>
          [username, username.toUpperCase()].map((name) => ({ username: name, email: `${email}@x.org` })),
        ),
      );
      const outcomes = await Promise.allSettled(
        wanted.map((user, index) => (index % 2 ? users : otherServer).createUser(user)),
      );
      // If the database is too busy to answer one attempt in time, others may time out while they wait for it.
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') assert.match(outcome.reason.code, /^(conflict|unavailable)$/);
      const created = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const taken = created.flatMap((user) => uniqueNames(user).map(({ value }) => value));
      assert.equal(new Set(taken).size, taken.length);
      assert.ok(created.length >= 1);
      const { users: newest } = await users.listUsers({ limit: created.length });
      assert.deepEqual(new Set(newest.map(({ id }) => id)), new Set(created.map(({ id }) => id)));
    });

    for (const happens of [true, false])
      it(`are created once if the first answer is lost and the write ${happens ? 'happened' : 'did not'}`, async () => {
        const user = userOf(freshName());
        const faults: Fault[] = [{ happens, answer: 'error' }];
        const port = withFaults(client, (command) => (isTransaction(command) ? faults.shift() : undefined));
        const created = await usersOver(port).createUser(user);
        assert.deepEqual(await listed(user), [created]);
      });

    for (const happens of [true, false])
      it(`block no name if the process dies and the write ${happens ? 'happened' : 'did not'}`, async () => {
        const user = userOf(freshName());
        const { promise: sent, resolve: isSent } = Promise.withResolvers<void>();
        const port = withFaults(client, () => ({ happens, answer: 'silence', onDone: isSent }));
        usersOver(port)
          .createUser(user)
          .catch(() => {});
        await sent;
        const again = otherServer.createUser(user);
        if (happens) await assert.rejects(again, { code: 'conflict' });
        else assert.deepEqual([await again], await listed(user));
      });

    it('block no name for a process whose clock is a day off', async () => {
      const [future, past] = [now() + 24 * 3_600e6, now() - 24 * 3_600e6];
      for (const time of [future, past]) {
        const user = userOf(freshName());
        const runtime = { ...systemRuntime, wallMicros: () => time };
        const created = await usersOver(client, { now: () => time, runtime }).createUser(user);
        assert.equal(created.createdAt, time);
        await assert.rejects(users.createUser(user), { code: 'conflict' });
      }
    });

    it('are answered within one deadline for all calls of a request', async () => {
      const held = { Code: 'ConditionalCheckFailed', Item: marshall({ userId: randomUUID() }) };
      const refused = new TransactionCanceledException({
        message: 'cancelled',
        $metadata: {},
        CancellationReasons: [{ Code: 'None' }, held, held],
      });
      const calls: object[] = [];
      // The first transaction finds an abandoned name; then the database answers no more.
      const send = (command: object) =>
        calls.push(command) === 1 ? Promise.reject(refused) : new Promise(() => undefined);
      const { runtime, elapsedMs } = impatientRuntime();
      const creating = usersOver({ send: send as DynamoDBPort['send'] }, { runtime }).createUser(userOf(freshName()));
      await assert.rejects(creating, { code: 'unavailable' });
      assert.ok(calls.length > 4 && elapsedMs() <= 8_000, `${calls.length} calls in ${elapsedMs()} ms`);
    });

    it('take names from a dead attempt of an earlier version, by exactly one of many requests', async () => {
      const user = userOf(freshName());
      await putClaims(user, randomUUID());
      const heirs = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) => (index % 2 ? users : otherServer).createUser(user)),
      );
      const created = heirs.flatMap((heir) => (heir.status === 'fulfilled' ? [heir.value] : []));
      assert.deepEqual(await listed(user), created);
      assert.equal(created.length, 1);
      for (const heir of heirs) if (heir.status === 'rejected') assert.equal(heir.reason.code, 'conflict');
    });

    it('take names from an aborted attempt of an earlier version, whatever its clock said', async () => {
      const [user, userId] = [userOf(freshName()), randomUUID()];
      await putClaims(user, userId, now() + 24 * 3_600e6);
      await put({ pk: 'users', sk: userId, expires: 4_000_000_000 });
      assert.deepEqual([await users.createUser(user)], await listed(user));
    });

    it('stop an attempt of an earlier version whose name was taken', async () => {
      const [user, userId] = [userOf(freshName()), randomUUID()];
      await putClaims(user, userId);
      await users.createUser(user);
      const late = put(
        { pk: 'users', sk: userId, ...user, createdAt: now() },
        { ConditionExpression: 'attribute_not_exists(pk)' },
      );
      await assert.rejects(late, { name: 'ConditionalCheckFailedException' });
    });

    it('keep the names of users that an earlier version created', async () => {
      const [user, userId] = [userOf(freshName()), randomUUID()];
      await putClaims(user, userId);
      await put({ pk: 'users', sk: userId, ...user, createdAt: now() });
      await assert.rejects(users.createUser(user), { code: 'conflict' });
    });

    it('are listed in pages that neither skip nor repeat users, without tombstones', async () => {
      await put({ pk: 'users', sk: randomUUID(), expires: 4_000_000_000 });
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
