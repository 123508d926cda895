import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  PutItemCommand,
  ScanCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { idempotencyKey } from '../../../server/idempotency/key.ts';
import { startDatabase } from '../support/database.ts';
import { type Fault, withFaults } from '../support/faulty-port.ts';
import { startService } from '../support/service.ts';

const database = await startDatabase();
const { client, tableName } = database;
const service = await startService(database);
const otherServer = await startService(database);

interface Request {
  readonly path?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly url?: string;
}

async function post({ path = '/app', key, body, url = service.url }: Request) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, string>,
  };
}

/** A key as the draft requires it: a string in quotes. */
function freshKey() {
  return `"${randomUUID()}"`;
}

async function records(): Promise<{ id: string }[]> {
  const response = await fetch(`${service.url}/app?limit=1000&consistent=true`);
  return ((await response.json()) as { timestamps: { id: string }[] }).timestamps;
}

/** The items of all keys. */
async function keyItems() {
  const { Items = [] } = await client.send(
    new ScanCommand({
      TableName: tableName,
      FilterExpression: 'begins_with(pk, :key)',
      ExpressionAttributeValues: { ':key': { S: 'key#' } },
    }),
  );
  return Items;
}

/** A server whose calls to the database have these faults. */
function serverWithFaults(faultOf: (command: object) => Fault | undefined) {
  const port = withFaults(client, faultOf) as typeof client;
  return startService({ ...database, client: Object.assign(Object.create(client), port) }, { DIRECT_PUT: 'off' });
}

const isTransaction = (command: object) => command instanceof TransactWriteItemsCommand;

describe('POST /app with an Idempotency-Key', () => {
  it('answers a repeated request with the same record, also on another server', async () => {
    const [key, before] = [freshKey(), (await records()).length];
    const first = await post({ key });
    assert.equal(first.status, 201);
    for (const url of [service.url, otherServer.url]) {
      const again = await post({ key, url });
      assert.deepEqual([again.status, again.body], [first.status, first.body]);
      assert.equal(again.headers.get('location'), first.headers.get('location'));
    }
    assert.equal((await records()).length, before + 1);
  });

  it('answers each key with its own record, and lists it with the others', async () => {
    const [plain, one, two] = [await post({}), await post({ key: freshKey() }), await post({ key: freshKey() })];
    const ids = new Set([plain, one, two].map(({ body }) => body['id']));
    assert.equal(ids.size, 3);
    const listed = (await records()).map(({ id }) => id);
    for (const id of ids) assert.ok(listed.includes(String(id)));
    assert.deepEqual(await (await fetch(`${service.url}/app/${one.body['id']}`)).json(), one.body);
  });

  it('writes many keys together, some of which exist, and records each once', async () => {
    const keys = Array.from({ length: 150 }, freshKey);
    const known = await Promise.all(keys.slice(0, 50).map((key) => post({ key, url: otherServer.url })));
    const before = (await records()).length;
    const release = database.hold();
    const arrived = service.arrived(keys.length);
    const asked = keys.map((key) => post({ key }));
    await arrived;
    release();
    const answers = await Promise.all(asked);
    assert.ok(answers.every(({ status }) => status === 201));
    assert.deepEqual(
      answers.slice(0, 50).map(({ body }) => body),
      known.map(({ body }) => body),
    );
    const listed = new Set((await records()).map(({ id }) => id));
    assert.equal(listed.size, before + 100);
    assert.equal(new Set(answers.map(({ body }) => body['id'])).size, keys.length);
    for (const { body } of answers) assert.ok(listed.has(String(body['id'])));
  });

  it('answers 409 while a request with the key is processed, and then with its record', async () => {
    const key = freshKey();
    const release = database.hold();
    const arrived = service.arrived(1);
    const first = post({ key });
    await arrived;
    const second = await post({ key });
    assert.equal(second.status, 409);
    assert.equal(second.body['type'], '/docs#key-in-use');
    assert.equal(second.headers.get('retry-after'), '1');
    release();
    const { body } = await first;
    assert.deepEqual((await post({ key })).body, body);
  });

  it('gives simultaneous requests to two servers one record', async () => {
    const [key, before] = [freshKey(), (await records()).length];
    const [one, other] = await Promise.all([post({ key }), post({ key, url: otherServer.url })]);
    assert.deepEqual([one.status, other.status], [201, 201]);
    assert.deepEqual(one.body, other.body);
    assert.equal((await records()).length, before + 1);
  });

  it('answers 422 to the key of another request', async () => {
    const key = freshKey();
    await post({ key, body: { a: 1 } });
    assert.equal((await post({ key, body: { a: 1 } })).status, 201);
    const others = [
      { key, body: { a: 2 } },
      { key },
      { key, path: '/users', body: { username: 'a', email: 'a@x.org' } },
    ];
    for (const other of others) {
      const { status, body } = await post(other);
      assert.deepEqual([status, body['type']], [422, '/docs#key-reused']);
    }
  });

  it('accepts keys with and without quotes, and answers 400 to malformed ones', async () => {
    const uuid = randomUUID();
    const { body } = await post({ key: `"${uuid}"` });
    assert.deepEqual((await post({ key: uuid })).body, body);
    for (const key of ['"a \\"quoted\\" \\\\ key"', `"${'x'.repeat(255)}"`, 'K:1/2.3_4~5+6=='])
      assert.equal((await post({ key })).status, 201, key);
    for (const key of [
      '""',
      '',
      '"open',
      'two words',
      `"${'x'.repeat(256)}"`,
      '"a", "b"',
      '"a";p=1',
      '"\\x"',
      ':YQ==:,',
    ]) {
      const answer = await post({ key });
      assert.deepEqual([answer.status, answer.body['type']], [400, '/docs#key-invalid'], key);
    }
  });

  for (const happens of [true, false])
    it(`records once if the first answer of the database is lost and the write ${happens ? 'happened' : 'did not'}`, async () => {
      const [key, before] = [freshKey(), (await records()).length];
      const faults: Fault[] = [{ happens, answer: 'error' }];
      const { url } = await serverWithFaults((command) => (isTransaction(command) ? faults.shift() : undefined));
      const first = await post({ key, url });
      assert.equal(first.status, 201);
      assert.deepEqual((await post({ key })).body, first.body);
      assert.equal((await records()).length, before + 1);
    });

  it('answers 503 while the database is away, and records once when the client repeats', async () => {
    const [key, before] = [freshKey(), (await records()).length];
    let isAway = true;
    const { url } = await serverWithFaults(() => (isAway ? { happens: false, answer: 'error' } : undefined));
    const away = await post({ key, url });
    assert.deepEqual([away.status, away.headers.get('retry-after')], [503, '1']);
    isAway = false;
    const first = await post({ key, url });
    assert.equal(first.status, 201);
    assert.deepEqual((await post({ key })).body, first.body);
    assert.equal((await records()).length, before + 1);
  });

  it('acknowledges nothing if a transaction is cancelled without the existing item', async () => {
    const [key, before] = [freshKey(), (await records()).length];
    const cancelled = new TransactionCanceledException({
      message: 'Transaction cancelled',
      $metadata: { httpStatusCode: 400 },
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
    });
    const { url } = await serverWithFaults((command) => {
      if (isTransaction(command)) throw cancelled;
      return undefined;
    });
    assert.equal((await post({ key, url })).status, 503);
    assert.equal((await records()).length, before);
  });

  it('records again once the key has expired, even if DynamoDB has not deleted it yet', async () => {
    const text = randomUUID();
    const key = `"${text}"`;
    const first = await post({ key });
    const { digest } = idempotencyKey(text, 'POST /app', '');
    const expires = String(Math.floor(Date.now() / 1_000) - 60);
    await client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: { S: `key#${digest}` }, sk: { S: 'key' } },
        UpdateExpression: 'SET expires = :past',
        ConditionExpression: 'expires > :future',
        ExpressionAttributeValues: {
          ':past': { N: expires },
          ':future': { N: String(Date.now() / 1_000 + 23 * 3_600) },
        },
      }),
    );
    const second = await post({ key });
    assert.equal(second.status, 201);
    assert.notEqual(second.body['id'], first.body['id']);
    assert.deepEqual((await post({ key })).body, second.body);
  });

  it('stores neither the key nor the body, and an expiry a day ahead', async () => {
    const key = randomUUID();
    await post({ key, body: { secret: 'swordfish' } });
    const items = await keyItems();
    assert.ok(items.length > 0);
    assert.ok(!JSON.stringify(items).includes(key) && !JSON.stringify(items).includes('swordfish'));
    for (const item of items)
      assert.deepEqual(Object.keys(item).toSorted(), ['expires', 'fingerprint', 'pk', 'result', 'sk']);
  });

  it('counts two write units for each KB of a block, and two for each key', async () => {
    const before = metric(await metricsOf(service.url), 'write_units_total');
    await post({ key: freshKey() });
    assert.equal(metric(await metricsOf(service.url), 'write_units_total') - before, 4);
  });
});

describe('POST /app without a key', () => {
  it('writes no item of a key and no transaction', async () => {
    const before = (await keyItems()).length;
    const commands: object[] = [];
    const { url } = await serverWithFaults((command) => void commands.push(command));
    assert.equal((await post({ url })).status, 201);
    assert.ok(commands.some((command) => command instanceof PutItemCommand) && !commands.some(isTransaction));
    assert.equal((await keyItems()).length, before);
  });
});

describe('POST /users with an Idempotency-Key', () => {
  const userOf = (name: string) => ({ username: name, email: `${name}@example.com` });
  const freshUser = () => userOf(`u${randomUUID().slice(0, 8)}`);

  it('answers a repeated request with the same user, also on another server', async () => {
    const [key, body] = [freshKey(), freshUser()];
    const first = await post({ path: '/users', key, body });
    assert.equal(first.status, 201);
    for (const url of [service.url, otherServer.url]) {
      const again = await post({ path: '/users', key, body, url });
      assert.deepEqual([again.status, again.body], [201, first.body]);
    }
    assert.equal((await post({ path: '/users', key: freshKey(), body })).status, 409);
    assert.equal((await post({ path: '/users', body })).status, 409);
  });

  it('answers 422 to another user, and may be repeated after an error', async () => {
    const [key, body] = [freshKey(), freshUser()];
    assert.equal((await post({ path: '/users', key, body: { ...body, email: 'nobody' } })).status, 400);
    await post({ path: '/users', key, body });
    const other = await post({ path: '/users', key, body: freshUser() });
    assert.deepEqual([other.status, other.body['type']], [422, '/docs#key-reused']);
  });

  it('creates one user for simultaneous requests to two servers', async () => {
    const [key, body] = [freshKey(), freshUser()];
    const urls = [service.url, otherServer.url];
    const [one, other] = await Promise.all(urls.map((url) => post({ path: '/users', key, body, url })));
    assert.deepEqual([one?.status, other?.status], [201, 201]);
    assert.deepEqual(one?.body, other?.body);
  });
});

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function metric(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`stampede_${name}`));
  assert.ok(line, `no metric ${name} in ${text}`);
  return Number(line.split(' ').at(-1));
}
