import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toItem } from '../../server/dynamodb/timestamps.ts';
import { encodeBlock } from '../../server/timestamps/block.ts';
import { startDatabase } from '../server/support/database.ts';
import { startFakeAws } from './aws/fake-aws.ts';
import { stageOnAws } from './aws/stage-on-aws.ts';
import { runEntry } from './run-entry.ts';
import { blockAt, createTestTable, put } from './table/tables.ts';

const BLOCK = blockAt([1, 2, 3]);

const database = await startDatabase();

/** Compares two tables of a database that is not on AWS. */
const compare = (...args: string[]) =>
  runEntry('scripts/verify.ts', ['--endpoint', database.endpoint, '--table', 'first', ...args]);

await put(await createTestTable(database, 'first'), BLOCK, { pk: 'days', sk: '2026-11-21', shards: 16 });
await put(await createTestTable(database, 'equal'), { pk: 'days', sk: '2026-11-21', shards: 16 }, BLOCK);
await put(await createTestTable(database, 'other'), { ...encodeBlock(BLOCK), lines: 'damaged' }, { pk: 'x', sk: 'y' });

describe('npm run verify', () => {
  it('reads the table of the stage, and calls nothing that is not listed for it', async () => {
    const page = { Items: [toItem(encodeBlock(BLOCK))], Count: 1, ConsumedCapacity: { CapacityUnits: 0.5 } };
    await using aws = await startFakeAws({
      ...stageOnAws(),
      DescribeTable: { body: { Table: { ItemCount: 1 } } },
      Scan: ({ params }) => ({ body: params['Segment'] === 7 ? page : { Items: [], Count: 0 } }),
    });
    const { code, stdout, stderr } = await runEntry('scripts/verify.ts', ['--rate', '1000'], { env: aws.env });
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^stampede-dev\n2026-11-21 {2}1 blocks {2}3 timestamps {2}[0-9a-f]{32}\n1 days, 1 blocks, 3 timestamps\n\n$/,
    );
    assert.match(stderr, /^Reading the table stampede-dev \.\.\.\n1 items in [\d.]+ s\n$/);
    const scans = aws.requests.filter(({ operation }) => operation === 'Scan').map(({ params }) => params);
    assert.deepEqual(
      scans.map(({ TableName, ConsistentRead, TotalSegments }) => ({ TableName, ConsistentRead, TotalSegments })),
      scans.map(() => ({ TableName: 'stampede-dev', ConsistentRead: false, TotalSegments: 8 })),
    );
  });

  it('exits with 0 and says what it compared if two tables are equal', async () => {
    const some = await compare('--against', 'equal', '--from', '2026-11-01', '--to', '2026-11-21');
    assert.equal(some.code, 0, some.stderr);
    assert.match(
      some.stdout,
      /\nfirst and equal are equal in their days from 2026-11-01 to 2026-11-21: 1 days with 3 timestamps, 0 users\n$/,
    );
    const whole = await compare('--against', 'equal');
    assert.match(whole.stdout, /\nfirst and equal are equal as a whole: 1 days with 3 timestamps, 1 other items\n$/);
  });

  it('exits with 1 if there was nothing to compare', async () => {
    const { code, stderr } = await compare('--against', 'other', '--from', '2026-12-01');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /\nverify: nothing was compared: first and other have no blocks and no users in their days from 2026-12-01 on\n$/,
    );
  });

  it('exits with 1 and names the first differences if they are not', async () => {
    const { code, stdout, stderr } = await compare('--against', 'other');
    const { pk, sk } = encodeBlock(BLOCK);
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`\ncannot be decoded: ${pk} ${sk}: a block's line should be `));
    assert.match(stdout, /\n1 items are of no known kind:\n {2}x y\n/);
    const [day, index] = stdout.trimEnd().split('\n').slice(-3);
    assert.equal(
      day,
      '2026-11-21: 1 items with 3 timestamps, the other table has 1 items with 0 timestamps; ' +
        `first difference: ${pk} ${sk} is different in the other table`,
    );
    assert.match(
      index ?? '',
      /^days: 1 items .*the other table has nothing; first difference: days 2026-11-21 is miss/,
    );
    assert.match(stderr, /\nverify: first and other differ in 2026-11-21, days, unknown\n$/);
  });

  it('says which table does not exist', async () => {
    const { code, stderr } = await compare('--against', 'none');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /\nReading the table none \.\.\.\nverify: there is no table none in this account and region: check the name, /,
    );
  });

  it('does not read a table of the stage from a database that is not on AWS', async () => {
    const { code, stderr } = await runEntry('scripts/verify.ts', ['--endpoint', database.endpoint]);
    assert.equal(code, 2);
    assert.match(stderr, /^verify: --endpoint is 'http.*': expected it with --table only/);
  });
});
