import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { describe, it } from 'node:test';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { S3 } from '@aws-sdk/client-s3';
import { createS3Server } from '../../scripts/machine/s3/server.ts';
import { readCall } from '../../scripts/rights/call.ts';
import { S3Bucket } from '../../server/spill/s3-bucket.ts';
import { startDatabase } from '../server/support/database.ts';
import { listenDuringTests } from '../server/support/listen.ts';
import { startService } from '../server/support/service.ts';
import { isListed } from './aws/allowed-calls.ts';
import { startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { runEntry } from './run-entry.ts';

const BUCKET = 'stampede-dev-spill';
const BLOCK = {
  pk: '2026-11-21#07',
  sk: '2026-11-21T07:45:00.123456Z#k3f9a2v0#000001a',
  instance: 'i-0a1111111111111aa',
  count: 1,
  lines: ['00.123456 3f5c8a1b9d7e4c6f8a0b2d4e 203.0.113.7'],
};
const NAME = '2026-11-21/07/2026-11-21T074500.123456Z_k3f9a2v0_000001a.json';
const REASON = 'ValidationException: Item size has exceeded the maximum allowed size';
const LETTER = `${JSON.stringify({ reason: REASON, refusals: 20, ...BLOCK }, undefined, 2)}\n`;

/** What the servers of the stage do with a block that is spilled. */
type Servers = (s3: S3, key: string) => Promise<unknown>;

const STORE: Servers = (s3, Key) => s3.deleteObject({ Bucket: BUCKET, Key });

const REFUSE: Servers = async (s3, Key) => {
  await s3.putObject({ Bucket: BUCKET, Key: Key.replace('spill/', 'dead/'), Body: LETTER });
  await s3.deleteObject({ Bucket: BUCKET, Key });
};

/** A stage with these objects in its spill bucket, and servers that drain it. */
async function stageWith(objects: Readonly<Record<string, string>>, servers: Servers = async () => {}) {
  const { listener, objectsOf } = createS3Server([BUCKET]);
  const unlisted: string[] = [];
  const spilled: string[] = [];
  const listen: RequestListener = (request, response) => {
    const { operation, params } = readCall(request, Buffer.alloc(0));
    const isOfReplay = String(request.headers['user-agent']).includes('app/replay');
    if (isOfReplay && !isListed('replay', `s3:${operation}`)) unlisted.push(operation);
    const key = String(params['Key']);
    if (isOfReplay && operation === 'DeleteObject') {
      const name = key.replace('dead/', 'spill/');
      const text = objectsOf(BUCKET).get(name)?.body.toString('utf8');
      // What was put back must be there before the dead letter is deleted.
      spilled.push(text ?? `${name} is missing`);
      response.once('finish', () => void servers(s3, name));
    }
    listener(request, response);
  };
  const endpoint = await listenDuringTests(createServer(listen));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const s3 = new S3({ endpoint, region: 'local', credentials });
  for (const [Key, Body] of Object.entries(objects)) await s3.putObject({ Bucket: BUCKET, Key, Body });
  return {
    /** What was put back, as the servers read it. */
    spilled,
    keys: () =>
      objectsOf(BUCKET)
        .list({ prefix: '', after: '', limit: 1_000 })
        .objects.map(({ key }) => key),
    run: async (...args: string[]) => {
      await using aws = await startFakeAws(stageOnAws());
      const env = { ...aws.env, AWS_ENDPOINT_URL_S3: endpoint };
      const finished = await runEntry('scripts/replay.ts', args, { env });
      assert.deepEqual(unlisted, []);
      return finished;
    },
  };
}

/** A server of the stage, which stores the block in a real table: it looks into the bucket when it starts. */
function startServer(database: Awaited<ReturnType<typeof startDatabase>>): Servers {
  return async (s3) => void (await startService(database, {}, undefined, undefined, new S3Bucket(s3, BUCKET)));
}

describe('npm run replay', () => {
  it('lists the dead letters with their reasons, and changes nothing', async () => {
    const { run, keys } = await stageWith({
      [`dead/${NAME}`]: LETTER,
      'dead/other.json': JSON.stringify({ reason: 'InvalidObjectError: not a block', refusals: 20, text: 'hello' }),
      'spill/waiting.json': '{}',
    });
    const { code, stdout, stderr } = await run();
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      `dead/${NAME}  1 timestamps  refused 20 times  ${REASON}
${'dead/other.json'.padEnd(`dead/${NAME}`.length)}  not a block   refused 20 times  InvalidObjectError: not a block

2 dead letters. Remove the cause, then add --apply
`,
    );
    assert.deepEqual(keys(), [`dead/${NAME}`, 'dead/other.json', 'spill/waiting.json']);
  });

  it('prints them as JSON', async () => {
    const { run } = await stageWith({ [`dead/${NAME}`]: LETTER });
    const [letter] = JSON.parse((await run('--json')).stdout);
    assert.equal(letter.name, `dead/${NAME}`);
    assert.equal(letter.reason, REASON);
    assert.equal(letter.timestamps, 1);
  });

  it('has nothing to do without dead letters', async () => {
    const { run } = await stageWith({ 'spill/waiting.json': '{}' });
    const { code, stdout } = await run('--apply');
    assert.deepEqual([code, stdout], [0, `There are no dead letters in ${BUCKET}\n`]);
  });

  it('needs the stage', async () => {
    const { run } = await stageWith({});
    const { code, stderr } = await run('--stage', 'other');
    assert.equal(code, 1);
    assert.match(stderr, /^replay: stage other is not deployed/);
  });
});

describe('npm run replay -- --apply', () => {
  it('puts each block back without its reason, and waits until the servers have stored it', async () => {
    const { run, keys, spilled } = await stageWith({ [`dead/${NAME}`]: LETTER }, STORE);
    const { code, stdout, stderr } = await run('--apply');
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      spilled.map((text) => JSON.parse(text)),
      [BLOCK],
    );
    assert.match(stderr, new RegExp(`^Put back 1 of 1: dead/${NAME}\n`));
    assert.match(stdout, /\n1 of 1 blocks are in the table\n$/);
    assert.deepEqual(keys(), []);
  });

  it('has the block in the table and in the list of its day at the end', async () => {
    const database = await startDatabase();
    const { run, keys } = await stageWith({ [`dead/${NAME}`]: LETTER }, startServer(database));
    const { code, stderr } = await run('--apply');
    assert.equal(code, 0, stderr);
    const key = { pk: { S: BLOCK.pk }, sk: { S: BLOCK.sk } };
    const { Item = {} } = await database.client.send(
      new GetItemCommand({ TableName: database.tableName, Key: key, ConsistentRead: true }),
    );
    assert.equal(Item['lines']?.S, BLOCK.lines[0]);
    assert.equal(Item['reason'], undefined);
    const day = { pk: { S: 'days' }, sk: { S: '2026-11-21' } };
    const indexed = await database.client.send(new GetItemCommand({ TableName: database.tableName, Key: day }));
    assert.ok(indexed.Item, 'lists find the day');
    assert.deepEqual(keys(), []);
  });

  it('gives an object that is no block back as it was', async () => {
    const letter = JSON.stringify({ reason: 'InvalidObjectError: not a block', refusals: 20, text: 'hello' });
    const { run, spilled } = await stageWith({ 'dead/other.json': letter }, STORE);
    assert.equal((await run('--apply')).code, 0);
    assert.deepEqual(spilled, ['hello']);
  });

  it('ends a replay that was interrupted between put and delete', async () => {
    const { run, keys, spilled } = await stageWith({ [`dead/${NAME}`]: LETTER, [`spill/${NAME}`]: 'first' }, STORE);
    assert.equal((await run('--apply')).code, 0);
    assert.deepEqual(spilled, ['first']);
    assert.deepEqual(keys(), []);
  });

  it('fails if the servers refuse a block again', async () => {
    const { run, keys } = await stageWith({ [`dead/${NAME}`]: LETTER }, REFUSE);
    const { code, stderr } = await run('--apply');
    assert.equal(code, 1);
    assert.match(stderr, /\nreplay: 1 of 1 blocks were refused again: npm run replay shows the reasons\n$/);
    assert.deepEqual(keys(), [`dead/${NAME}`]);
  });

  it('fails if no server takes the blocks, and says where they are', async () => {
    const { run, keys } = await stageWith({ [`dead/${NAME}`]: LETTER });
    const { code, stderr } = await run('--apply', '--wait-seconds', '1');
    assert.equal(code, 1);
    assert.match(stderr, /last seen: 0 stored, 0 refused again, 1 waiting\. The blocks are safe below spill\//);
    assert.deepEqual(keys(), [`spill/${NAME}`]);
  });
});
