import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { S3 } from '@aws-sdk/client-s3';
import { timestampsFromServer } from '../../scripts/export/server-timestamps.ts';
import { createS3Server } from '../../scripts/machine/s3/server.ts';
import { readCall } from '../../scripts/rights/call.ts';
import { startDatabase } from '../server/support/database.ts';
import { listenDuringTests } from '../server/support/listen.ts';
import { startService } from '../server/support/service.ts';
import { isListed } from './aws/allowed-calls.ts';
import { type Answers, startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { runEntry } from './run-entry.ts';
import { blockAt, createTestTable, put } from './table/tables.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z') * 1_000;

/** Heartbeats of a stage in two regions: the home region knows of the other one up to a time. */
const heartbeat = (region: string, other: string, completeUntil?: number) => ({
  ...{ pk: 'regions', sk: region, at: NOON, since: NOON },
  sees: { [other]: { at: NOON, catchUpUntil: NOON, ...(completeUntil && { completeUntil }) } },
});
const DAY = ['--from', '2026-11-21', '--to', '2026-11-22'];

const folder = mkdtempSync(join(tmpdir(), 'export-'));
after(() => rmSync(folder, { recursive: true }));

const database = await startDatabase();
const table = await createTestTable(database, 'stampede-dev');
// Two and a half pages of a listing, in two shards.
const offsets = Array.from({ length: 2_500 }, (_, n) => n * 200);
const halves = [offsets.slice(0, 1_000), offsets.slice(1_000, 2_000), offsets.slice(2_000)];
const blocks = halves.map((half, shard) => blockAt(half, { shard: shard % 2, sequence: shard }));
await put(table, { pk: 'days', sk: '2026-11-21', shards: 2 }, ...blocks);

/** The times in the first column of a CSV file, without its header. */
const timesOf = (csv: string) =>
  csv
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.slice(0, 27));

const pair = await createTestTable(database, 'stampede-pair');
await put(pair, heartbeat('eu-west-1', 'eu-central-1', NOON), heartbeat('eu-central-1', 'eu-west-1'));

/** Answers of CloudFormation: the bucket of each region has a name of its own. */
const STACKS: Answers = {
  DescribeStacks: (request) => {
    const example = stageOnAws({ stage: String(request.params['StackName']).split('-')[1] ?? '' })['DescribeStacks'];
    assert.ok(typeof example === 'function');
    const { body, ...answer } = example(request);
    return { ...answer, body: String(body).replaceAll('-spill', `-spill-${request.region}`) };
  },
};

/** Exports from the stage, whose spill buckets have these objects. */
async function exportStage(objects: readonly string[], ...args: string[]) {
  const buckets = ['dev-spill-eu-west-1', 'pair-spill-eu-west-1', 'pair-spill-eu-central-1'];
  const { listener } = createS3Server(buckets.map((bucket) => `stampede-${bucket}`));
  const unlisted: string[] = [];
  const checked: RequestListener = (request, response) => {
    const { operation } = readCall(request, Buffer.alloc(0));
    const isOfExport = String(request.headers['user-agent']).includes('app/export');
    if (isOfExport && !isListed('export', `s3:${operation}`)) unlisted.push(operation);
    listener(request, response);
  };
  const endpoint = await listenDuringTests(createServer(checked));
  const s3 = new S3({ endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  for (const object of objects) {
    const [Bucket = '', ...key] = object.split('/');
    await s3.putObject({ Bucket, Key: key.join('/'), Body: '{}' });
  }
  await using aws = await startFakeAws(STACKS);
  const env = { ...aws.env, AWS_ENDPOINT_URL_S3: endpoint, AWS_ENDPOINT_URL_DYNAMODB: database.endpoint };
  const finished = await runEntry('scripts/export.ts', [...DAY, ...args], { env });
  assert.deepEqual(unlisted, []);
  return finished;
}

describe('npm run export', () => {
  it('writes the timestamps of a stage, oldest first', async () => {
    const output = join(folder, 'stage.csv');
    const { code, stdout, stderr } = await exportStage([], '--output', output, '--rate', '100000');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^2,500 timestamps in [\d.]+ s\n$/);
    const times = timesOf(readFileSync(output, 'utf8'));
    assert.deepEqual(
      [times.length, times[0], times.at(-1)],
      [2_500, '2026-11-21T12:00:00.000000Z', '2026-11-21T12:00:00.499800Z'],
    );
    assert.deepEqual(times, times.toSorted());
  });

  it('warns of timestamps that wait in the spill bucket', async () => {
    const output = ['--output', join(folder, 'warned.csv')];
    const { code, stderr } = await exportStage(['stampede-dev-spill-eu-west-1/spill/a.json'], ...output);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^Warning: spill\/ in the bucket stampede-dev-spill-eu-west-1 of eu-west-1 has timestamps that the table and the /,
    );
  });

  it('looks into the spill buckets of all regions, and knows how far the others are replicated', async () => {
    const spilled = ['stampede-pair-spill-eu-central-1/dead/a.json'];
    const { code, stdout, stderr } = await exportStage(spilled, '--stage', 'pair');
    assert.equal(code, 0, stderr);
    assert.equal(timesOf(stdout).length, 0);
    assert.deepEqual(stderr.split('\n').slice(0, -2), [
      'Warning: timestamps after 2026-11-21T12:00:00.000000Z can still appear: the export may lack them',
      'Warning: dead/ in the bucket stampede-pair-spill-eu-central-1 of eu-central-1 has timestamps that the table and the export lack',
    ]);
  });

  it('reads a table by its name, such as the former one of a stage, without reading the stage', async () => {
    const { env, [Symbol.asyncDispose]: close } = await startFakeAws({});
    const ofDatabase = { env: { ...env, AWS_ENDPOINT_URL_DYNAMODB: database.endpoint } };
    const { code, stdout, stderr } = await runEntry(
      'scripts/export.ts',
      [...DAY, '--table', 'stampede-dev'],
      ofDatabase,
    );
    await close();
    assert.equal(code, 0, stderr);
    assert.equal(timesOf(stdout).length, 2_500);
    assert.match(stderr, /^2,500 timestamps in [\d.]+ s\n$/);
  });

  it('warns if the range ends so late that timestamps can still appear in it', async () => {
    const { stderr } = await exportStage([], '--from', '2099-11-21', '--to', '2099-11-22');
    assert.match(stderr, /^Warning: timestamps after 2\d{3}-\S+Z can still appear: the export may lack them\n/);
  });

  it('reads consistently', async () => {
    await using aws = await startFakeAws({
      ...STACKS,
      ListObjectsV2: { body: '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>' },
      Query: { body: { Items: [], Count: 0 } },
    });
    const { code, stderr } = await runEntry('scripts/export.ts', DAY, { env: aws.env });
    assert.equal(code, 0, stderr);
    const queries = aws.requests.filter(({ operation }) => operation === 'Query');
    assert.deepEqual(
      queries.map(({ params }) => params['ConsistentRead']),
      [true, true],
    );
  });

  it('writes the timestamps of a server, newest first, to standard output', async () => {
    const service = await startService({ ...database, tableName: 'stampede-dev' });
    const args = [...DAY, '--url', service.url, '--format', 'ndjson'];
    const { code, stdout, stderr } = await runEntry('scripts/export.ts', args);
    assert.equal(code, 0, stderr);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([records.length, records[0].timestamp], [2_500, '2026-11-21T12:00:00.499800Z']);
    assert.deepEqual(Object.keys(records[0]), [
      'timestamp',
      'traceId',
      'clientAddress',
      'protocol',
      'instance',
      'errorMicros',
    ]);
  });

  it('leaves no file if the server fails on the way', async () => {
    const listener: RequestListener = ({ url }, response) => {
      if (!url?.includes('limit=1000')) return void response.writeHead(500).end('broken');
      response.end(JSON.stringify({ timestamps: [], complete: true, next: '/app?cursor=x' }));
    };
    const url = await listenDuringTests(createServer(listener));
    const output = join(folder, 'failed.parquet');
    const args = [...DAY, '--url', url, '--format', 'parquet', '--output', output];
    const { code, stderr } = await runEntry('scripts/export.ts', args);
    assert.equal(code, 1);
    assert.equal(stderr, `export: ${url}/app?cursor=x answered 500, expected 200: broken\n`);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('failed')),
      [],
    );
  });

  it('refuses a command line that names no range, or no file for Parquet', async () => {
    const wrong = [
      [['--to', '2026-11-22'], '--from is missing: expected the first time'],
      [['--from', 'noon', '--to', '2026-11-22'], "--from is 'noon': expected a UTC day or a time in ISO 8601"],
      [['--from', '2026-11-22', '--to', '2026-11-22'], '--to is not after --from: expected a later time'],
      [[...DAY, '--format', 'parquet'], "--format is 'parquet': expected it with --output only"],
      [[...DAY, '--url', 'http://localhost', '--table', 'old'], "--table is 'old': expected it without --url only"],
    ] as const;
    for (const [args, message] of wrong) {
      const { code, stderr } = await runEntry('scripts/export.ts', args);
      assert.equal(code, 2);
      assert.ok(stderr.startsWith(`export: ${message}`), stderr);
    }
  });
});

describe('the listing of a server', () => {
  const EMPTY = JSON.stringify({ timestamps: [], complete: false, settledUntil: '2026-11-21T12:00:00.000000Z' });
  const warnings: string[] = [];
  const exportFrom = async (url: string, pauses: number[] = []) =>
    await Array.fromAsync(
      timestampsFromServer(
        {
          url,
          token: async () => 'read-token-0123456789',
          warn: (text) => warnings.push(text),
          pause: async (ms) => void pauses.push(ms),
        },
        { from: NOON, to: NOON + 1 },
      ),
    );

  it('is asked again when the server is overloaded, after the time that it states', async () => {
    const answers = [503, 429, 200];
    const listener: RequestListener = (_, response) =>
      void response.writeHead(answers.shift() ?? 500, { 'retry-after': '3' }).end(EMPTY);
    const pauses: number[] = [];
    await exportFrom(await listenDuringTests(createServer(listener)), pauses);
    assert.deepEqual(pauses, [3_000, 3_000]);
  });

  it('gets a token only if the server requires one', async () => {
    const sent: (string | undefined)[] = [];
    const listener: RequestListener = ({ headers: { authorization } }, response) => {
      sent.push(authorization);
      response.writeHead(authorization ? 200 : 401).end(EMPTY);
    };
    await exportFrom(await listenDuringTests(createServer(listener)));
    assert.deepEqual(sent, [undefined, 'Bearer read-token-0123456789']);
  });

  it('warns of timestamps that are not in the table yet, and of those that can still appear', async () => {
    warnings.length = 0;
    await exportFrom(await listenDuringTests(createServer((_, response) => void response.end(EMPTY))));
    assert.deepEqual(warnings, [
      'the server knows of timestamps that are not in the table yet: the export may lack them',
      'timestamps after 2026-11-21T12:00:00.000000Z can still appear: the export may lack them',
    ]);
  });

  it('is not taken from something that is no Stampede', async () => {
    const url = await listenDuringTests(createServer((_, response) => void response.end('<html>')));
    await assert.rejects(
      exportFrom(url),
      /^OperatorError: the answer of .* is no list of timestamps, is this Stampede\?/,
    );
  });
});
