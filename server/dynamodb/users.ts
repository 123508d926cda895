import { randomUUIDv7 } from 'node:crypto';
import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { TABLE, TIMEOUTS_MS } from '../contract.ts';
import type { IdempotencyKey } from '../idempotency/key.ts';
import type { Runtime } from '../runtime.ts';
import type { Micros } from '../timestamps/record.ts';
import {
  conflictError,
  type NewUser,
  type UniqueName,
  type User,
  type UserPage,
  type UserQuery,
  type Users,
  uniqueNames,
} from '../users/users.ts';
import { type DynamoDBPort, getItem, orUnavailable } from './client.ts';
import { putKey, resultOf } from './key-items.ts';
import { type Deadline, deadlineIn, retry } from './retry.ts';
import { type ConditionalPut, IF_NEW, putTogether } from './transact.ts';

/** Partition key of users; their sort key is the user's id. */
const USERS = 'users';

/** A tombstone stays until no server of the version that creates users in several steps can run any more. */
const TOMBSTONE_LIFE_S = 7 * 24 * 3_600;

const UserSchema = z
  .object({ sk: z.string(), username: z.string(), email: z.string(), createdAt: z.number() })
  .transform(({ sk: id, ...user }): User => ({ id, ...user }));

const NameSchema = z.object({ userId: z.string() });

/** A name whose item belongs to a user that does not exist. */
interface AbandonedName {
  readonly field: UniqueName['field'];
  readonly userId: string;
}

export interface DynamoUsersOptions {
  readonly client: DynamoDBPort;
  readonly table: string;
  readonly runtime: Runtime;
  /** The process's clock. */
  readonly now: () => Micros;
  /** @default `randomUUIDv7` */
  readonly newId?: () => string;
}

/**
 * The users in DynamoDB. A transaction puts the user and an item for each of its names, so names are unique and never
 * remain without a user (docs/decisions/0039). Earlier versions did it in several steps (decision 0003). What they left
 * behind is replaced: a name without a user is free.
 */
export class DynamoUsers implements Users {
  readonly #options: DynamoUsersOptions;

  constructor(options: DynamoUsersOptions) {
    this.#options = options;
  }

  async createUser(newUser: NewUser, key?: IdempotencyKey): Promise<User> {
    const { runtime, now, newId = randomUUIDv7 } = this.#options;
    const user: User = { ...newUser, id: newId(), createdAt: now() };
    const names = uniqueNames(user);
    const deadline = deadlineIn(TIMEOUTS_MS.answer, runtime);
    let abandoned: readonly AbandonedName[] = [];
    for (;;) {
      const [ofUser, ofKey, ...ofNames] = await this.#put(user, names, key, abandoned, deadline);
      // No condition failed, or an earlier attempt has stored the user.
      if (ofUser !== undefined || ofNames.length === 0) return user;
      if (key && ofKey) return this.#readUser(resultOf(ofKey.existing, key), deadline);
      const held = names.flatMap(({ field }, index) => {
        const item = ofNames[index]?.existing;
        return item ? [{ field, ...NameSchema.parse(item) }] : [];
      });
      const taken = await this.#ofExistingUsers(held, deadline);
      if (taken.length > 0) throw conflictError(taken);
      abandoned = held;
    }
  }

  /** Reads one user more than requested, to know whether there is a next page. Tombstones are skipped. */
  async listUsers({ limit, before }: UserQuery): Promise<UserPage> {
    const { client, table, runtime } = this.#options;
    const deadline = deadlineIn(TIMEOUTS_MS.answer, runtime);
    const users: User[] = [];
    let startKey = before === undefined ? undefined : marshall(userKey(before));
    do {
      const command = new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :users',
        FilterExpression: 'attribute_exists(username)',
        ExpressionAttributeValues: marshall({ ':users': USERS }),
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit + 1 - users.length,
        ExclusiveStartKey: startKey,
      });
      const { Items = [], LastEvaluatedKey } = await orUnavailable(
        retry(deadline, (abortSignal) => client.send(command, { abortSignal })),
      );
      users.push(...Items.map((item) => UserSchema.parse(unmarshall(item))));
      startKey = LastEvaluatedKey;
    } while (startKey !== undefined && users.length <= limit);
    const page = users.slice(0, limit);
    const last = page.at(-1);
    return users.length > limit && last !== undefined ? { users: page, next: last.id } : { users: page };
  }

  /** What failed the conditions of the user, of the key, and of each name; an empty list once they are stored. */
  async #put(
    user: User,
    names: readonly UniqueName[],
    key: IdempotencyKey | undefined,
    abandoned: readonly AbandonedName[],
    deadline: Deadline,
  ) {
    const { client, table, runtime } = this.#options;
    const { id, ...attributes } = user;
    const wallMicros = runtime.wallMicros();
    const expires = Math.ceil(wallMicros / 1e6) + TOMBSTONE_LIFE_S;
    const owners = new Set(abandoned.map(({ userId }) => userId));
    const puts: ConditionalPut[] = [
      { Item: marshall({ ...userKey(id), ...attributes }), ...IF_NEW },
      ...names.map((name) => putName(name, id, abandoned)),
      ...Array.from(owners, (owner) => putTombstone(owner, expires)),
      ...(key ? [putKey(key, id, wallMicros)] : []),
    ];
    const failed = await orUnavailable(putTogether(client, table, puts, deadline));
    if (failed.length === 0) return [];
    return [failed[0], key && failed.at(-1), ...names.map((_, index) => failed[1 + index])];
  }

  async #readUser(id: string, deadline: Deadline): Promise<User> {
    const { client, table } = this.#options;
    return UserSchema.parse(await orUnavailable(getItem(client, table, userKey(id), deadline)));
  }

  async #ofExistingUsers(held: readonly AbandonedName[], deadline: Deadline): Promise<UniqueName['field'][]> {
    const { client, table } = this.#options;
    const users = await Promise.all(
      held.map(({ userId }) => orUnavailable(getItem(client, table, userKey(userId), deadline))),
    );
    return held.filter((_, index) => users[index]?.['username'] !== undefined).map(({ field }) => field);
  }
}

function userKey(id: string) {
  return { pk: USERS, sk: id };
}

function putName({ field, value }: UniqueName, userId: string, abandoned: readonly AbandonedName[]): ConditionalPut {
  const Item = marshall({ pk: `user-${field}#${value}`, sk: 'claim', userId });
  const former = abandoned.find((each) => each.field === field);
  if (!former) return { Item, ...IF_NEW };
  return {
    Item,
    ConditionExpression: 'attribute_not_exists(pk) OR userId = :former',
    ExpressionAttributeValues: marshall({ ':former': former.userId }),
  };
}

/** Prevents a server of an earlier version, which still holds the name, from creating its user afterwards. */
function putTombstone(userId: string, expires: number): ConditionalPut {
  const Item: Record<string, AttributeValue> = marshall({ ...userKey(userId), [TABLE.ttlAttribute]: expires });
  return { Item, ConditionExpression: 'attribute_not_exists(username)' };
}
