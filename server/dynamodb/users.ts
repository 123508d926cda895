import { randomUUIDv7 } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLE } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import type { Micros } from '../timestamps/record.ts';
import { createUsers } from '../users/creation.ts';
import type { Claim, Outcome, UserItems } from '../users/items.ts';
import type { UniqueName, User, UserPage, UserQuery, Users } from '../users/users.ts';

type Item = Record<string, AttributeValue>;

/** Partition of the user records and tombstones; their sort key is the user's id. */
const USERS = 'users';

/** A single read or write is worth this long; a creation is four of them when nobody interferes. */
const CALL_DEADLINE_MS = 5_000;

/** An aborted attempt must not wake up after its tombstone is gone: a week, against the seconds that one takes. */
const TOMBSTONE_LIFE_S = 7 * 24 * 3_600;

const LOOK_PAUSE_MS = 50;

/** The users in DynamoDB; `now` is the process's clock. */
export function createDynamoUsers(client: DynamoDBClient, table: string, now: () => Micros): Users {
  return createUsers({
    items: new DynamoUserItems(client, table),
    newId: randomUUIDv7,
    now,
    // Half of it random, lest those who wait for the same name look at the same moment.
    pause: () => delay((LOOK_PAUSE_MS * (1 + Math.random())) / 2),
  });
}

function claimKey({ field, value }: UniqueName): Item {
  return { pk: { S: `user-${field}#${value}` }, sk: { S: 'claim' } };
}
function userKey(id: string): Item {
  return { pk: { S: USERS }, sk: { S: id } };
}

function toClaimItem(name: UniqueName, { userId, attemptedAt }: Claim): Item {
  return {
    ...claimKey(name),
    userId: { S: userId },
    attemptedAt: { N: String(attemptedAt) },
  };
}

function toUserItem({ id, username, email, createdAt }: User): Item {
  return {
    ...userKey(id),
    username: { S: username },
    email: { S: email },
    createdAt: { N: String(createdAt) },
  };
}

function toUser(item: Item): User {
  return {
    id: item['sk']?.S ?? '',
    username: item['username']?.S ?? '',
    email: item['email']?.S ?? '',
    createdAt: Number(item['createdAt']?.N),
  };
}

/** Users, claims and tombstones as items of the one table. */
export class DynamoUserItems implements UserItems {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  putClaim(name: UniqueName, claim: Claim): Promise<boolean> {
    return this.#putNew(toClaimItem(name, claim));
  }

  async readClaim(name: UniqueName): Promise<Claim | undefined> {
    const item = await this.#getItem(claimKey(name));
    return item && { userId: item['userId']?.S ?? '', attemptedAt: Number(item['attemptedAt']?.N) };
  }

  takeOverClaim(name: UniqueName, holderId: string, claim: Claim): Promise<boolean> {
    return this.#putIf(toClaimItem(name, claim), {
      ConditionExpression: 'userId = :holder',
      ExpressionAttributeValues: { ':holder': { S: holderId } },
    });
  }

  async releaseClaim(name: UniqueName, userId: string): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.#table,
      Key: claimKey(name),
      ConditionExpression: 'userId = :user',
      ExpressionAttributeValues: { ':user': { S: userId } },
    });
    await held(() => withinDeadline((abortSignal) => this.#client.send(command, { abortSignal })));
  }

  putUser(user: User): Promise<boolean> {
    return this.#putNew(toUserItem(user));
  }

  async abort(userId: string): Promise<void> {
    const expires = Math.ceil(Date.now() / 1_000) + TOMBSTONE_LIFE_S;
    await this.#putNew({ ...userKey(userId), [TABLE.ttlAttribute]: { N: String(expires) } });
  }

  async readOutcome(userId: string): Promise<Outcome> {
    const item = await this.#getItem(userKey(userId));
    if (item === undefined) return 'open';
    return item['username'] === undefined ? 'aborted' : 'created';
  }

  /** Reads one user more than asked for, to know whether there is a next page; tombstones are passed over. */
  async listUsers({ limit, before }: UserQuery): Promise<UserPage> {
    const users: User[] = [];
    let startKey = before === undefined ? undefined : userKey(before);
    do {
      const { Items = [], LastEvaluatedKey } = await this.#queryUsers(limit + 1 - users.length, startKey);
      users.push(...Items.map(toUser));
      startKey = LastEvaluatedKey;
    } while (startKey !== undefined && users.length <= limit);
    const page = users.slice(0, limit);
    const last = page.at(-1);
    return users.length > limit && last !== undefined ? { users: page, next: last.id } : { users: page };
  }

  #queryUsers(limit: number, startKey: Item | undefined) {
    const command = new QueryCommand({
      TableName: this.#table,
      KeyConditionExpression: 'pk = :users',
      FilterExpression: 'attribute_exists(username)',
      ExpressionAttributeValues: { ':users': { S: USERS } },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
      ...(startKey && { ExclusiveStartKey: startKey }),
    });
    return withinDeadline((abortSignal) => this.#client.send(command, { abortSignal }));
  }

  #putNew(item: Item): Promise<boolean> {
    return this.#putIf(item, { ConditionExpression: 'attribute_not_exists(pk)' });
  }

  #putIf(item: Item, condition: Partial<PutItemCommandInput>): Promise<boolean> {
    const command = new PutItemCommand({ TableName: this.#table, Item: item, ...condition });
    return held(() => withinDeadline((abortSignal) => this.#client.send(command, { abortSignal })));
  }

  async #getItem(key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.#table, Key: key, ConsistentRead: true });
    return (await withinDeadline((abortSignal) => this.#client.send(command, { abortSignal }))).Item;
  }
}

/** Whether the condition of a write held. */
async function held(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function withinDeadline<T>(call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await call(AbortSignal.timeout(CALL_DEADLINE_MS));
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) throw cause;
    throw new ServiceError('unavailable', 'the database did not answer in time', { retryAfterS: 1, cause });
  }
}
