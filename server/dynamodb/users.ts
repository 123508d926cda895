import { randomUUIDv7 } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DeleteItemCommand, PutItemCommand, type PutItemCommandInput, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { z } from 'zod';
import { TABLE } from '../contract.ts';
import { systemRuntime } from '../runtime.ts';
import type { Micros } from '../timestamps/record.ts';
import { createUsers } from '../users/creation.ts';
import type { Claim, Outcome, UserItems } from '../users/items.ts';
import type { UniqueName, User, UserPage, UserQuery, Users } from '../users/users.ts';
import { type DynamoDBPort, getItem, isConditionMet, orUnavailable } from './client.ts';
import { type Deadline, deadlineIn, retry } from './retry.ts';

/** Partition key of user records and tombstones; their sort key is the user's id. */
const USERS = 'users';

/** For a single read or write; a creation without conflicts takes four. */
const CALL_DEADLINE_MS = 5_000;

function callDeadline(): Deadline {
  return deadlineIn(CALL_DEADLINE_MS, systemRuntime);
}

/** An aborted attempt, which takes seconds, must not continue after its tombstone has expired. */
const TOMBSTONE_LIFE_S = 7 * 24 * 3_600;

const RETRY_PAUSE_MS = 50;

/** The users in DynamoDB; `now` is the process's clock. */
export function createDynamoUsers(client: DynamoDBPort, table: string, now: () => Micros): Users {
  return createUsers({
    items: new DynamoUserItems(client, table),
    newId: randomUUIDv7,
    now,
    // Half of the delay is random, so that attempts that wait for the same name do not read it at the same time.
    pause: () => delay((RETRY_PAUSE_MS * (1 + Math.random())) / 2),
  });
}

interface Key {
  readonly pk: string;
  readonly sk: string;
}

function claimKey({ field, value }: UniqueName): Key {
  return { pk: `user-${field}#${value}`, sk: 'claim' };
}

function userKey(id: string): Key {
  return { pk: USERS, sk: id };
}

const ClaimSchema = z.object({ userId: z.string(), attemptedAt: z.number() });

const UserSchema = z
  .object({ sk: z.string(), username: z.string(), email: z.string(), createdAt: z.number() })
  .transform(({ sk: id, ...user }): User => ({ id, ...user }));

/** Users, claims and tombstones as items of the one table. */
export class DynamoUserItems implements UserItems {
  readonly #client: DynamoDBPort;
  readonly #table: string;

  constructor(client: DynamoDBPort, table: string) {
    this.#client = client;
    this.#table = table;
  }

  putClaim(name: UniqueName, claim: Claim): Promise<boolean> {
    return this.#putNew({ ...claimKey(name), ...claim });
  }

  async readClaim(name: UniqueName): Promise<Claim | undefined> {
    const item = await this.#getItem(claimKey(name));
    return item && ClaimSchema.parse(item);
  }

  takeOverClaim(name: UniqueName, holderId: string, claim: Claim): Promise<boolean> {
    return this.#putIf(
      { ...claimKey(name), ...claim },
      { ConditionExpression: 'userId = :holder', ExpressionAttributeValues: marshall({ ':holder': holderId }) },
    );
  }

  async releaseClaim(name: UniqueName, userId: string): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.#table,
      Key: marshall(claimKey(name)),
      ConditionExpression: 'userId = :user',
      ExpressionAttributeValues: marshall({ ':user': userId }),
    });
    await this.#write(command);
  }

  putUser({ id, ...user }: User): Promise<boolean> {
    return this.#putNew({ ...userKey(id), ...user });
  }

  async abort(userId: string): Promise<void> {
    const expires = Math.ceil(Date.now() / 1_000) + TOMBSTONE_LIFE_S;
    await this.#putNew({ ...userKey(userId), [TABLE.ttlAttribute]: expires });
  }

  async readOutcome(userId: string): Promise<Outcome> {
    const item = await this.#getItem(userKey(userId));
    if (item === undefined) return 'open';
    return item['username'] === undefined ? 'aborted' : 'created';
  }

  /** Reads one user more than requested, to know whether there is a next page. Tombstones are skipped. */
  async listUsers({ limit, before }: UserQuery): Promise<UserPage> {
    const users: User[] = [];
    let startKey = before === undefined ? undefined : marshall(userKey(before));
    do {
      const command = new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :users',
        FilterExpression: 'attribute_exists(username)',
        ExpressionAttributeValues: marshall({ ':users': USERS }),
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit + 1 - users.length,
        ExclusiveStartKey: startKey,
      });
      const { Items = [], LastEvaluatedKey } = await orUnavailable(
        retry(callDeadline(), (abortSignal) => this.#client.send(command, { abortSignal })),
      );
      users.push(...Items.map((item) => UserSchema.parse(unmarshall(item))));
      startKey = LastEvaluatedKey;
    } while (startKey !== undefined && users.length <= limit);
    const page = users.slice(0, limit);
    const last = page.at(-1);
    return users.length > limit && last !== undefined ? { users: page, next: last.id } : { users: page };
  }

  #putNew(item: Key & Readonly<Record<string, unknown>>): Promise<boolean> {
    return this.#putIf(item, { ConditionExpression: 'attribute_not_exists(pk)' });
  }

  #putIf(item: Key, condition: Partial<PutItemCommandInput>): Promise<boolean> {
    const command = new PutItemCommand({ TableName: this.#table, Item: marshall(item), ...condition });
    return this.#write(command);
  }

  /** Whether the condition was met. */
  #write(command: PutItemCommand | DeleteItemCommand): Promise<boolean> {
    const written = retry(callDeadline(), (abortSignal) =>
      this.#client.send(command as PutItemCommand, { abortSignal }),
    );
    return orUnavailable(isConditionMet(written));
  }

  #getItem(key: Key): Promise<Record<string, unknown> | undefined> {
    return orUnavailable(getItem(this.#client, this.#table, key, callDeadline()));
  }
}
