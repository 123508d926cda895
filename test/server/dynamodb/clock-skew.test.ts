import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createDynamoDBClient } from '../../../server/dynamodb/client.ts';
import { createDirectPut } from '../../../server/dynamodb/direct-put.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { startDatabase } from '../support/database.ts';
import { refusal, startOverTls } from '../support/dynamodb-over-tls.ts';
import { createNumberedBlocks } from '../support/numbered-blocks.ts';
import { recordIds } from '../support/record-ids.ts';

const DEADLINE_MS = 8_000;
const UPDATE = 'DynamoDB_20120810.UpdateItem';
const PUT = 'DynamoDB_20120810.PutItem';

const nextBlock = createNumberedBlocks(microsFromIso('2026-11-21') as number);

describe('puts of a process whose clock differs from DynamoDB’s', async () => {
  const database = await startDatabase();

  /** A process that starts when the day is in the index already. */
  async function startStore(t: TestContext, clockOffsetMs: number) {
    const proxy = await startOverTls(database, { clockOffsetMs });
    const client = createDynamoDBClient({ endpoint: proxy.endpoint });
    t.after(() => {
      client.destroy();
      return proxy.close();
    });
    const options = { client, table: database.tableName, runtime: systemRuntime, ids: recordIds };
    await new DynamoTimestamps({ ...options, client: database.client }).putBlock(nextBlock(), DEADLINE_MS);
    const directPut = createDirectPut({ client, runtime: systemRuntime });
    return { store: new DynamoTimestamps({ ...options, directPut }), proxy };
  }

  for (const minutes of [-10, 5, 60]) {
    it(`need no repetition if it is ${minutes} minutes off, although conditions fail`, async (t) => {
      const { store, proxy } = await startStore(t, minutes * 60_000);
      const block = nextBlock();
      await store.putBlock(block, DEADLINE_MS);
      assert.deepEqual(proxy.targets, [UPDATE, PUT]);
      await store.putBlock(block, DEADLINE_MS);
      const [direct, bySdk, read] = proxy.targets.slice(2);
      assert.deepEqual([direct, bySdk, read], [PUT, PUT, 'DynamoDB_20120810.GetItem']);
      assert.equal(proxy.targets.length, 5);
    });

    it(`are signed with DynamoDB’s time after a refused signature if it is ${minutes} minutes off`, async (t) => {
      const { store, proxy } = await startStore(t, minutes * 60_000);
      const expired = refusal(400, 'com.amazon.coral.service#InvalidSignatureException', 'Signature expired');
      proxy.faults.push(expired, expired);
      await store.putBlock(nextBlock(), DEADLINE_MS);
      const signedAt = proxy.puts.at(-1)?.headers['x-amz-date'] as string;
      const [date = '', time = ''] = signedAt.split('T');
      const at = Date.parse(date.replace(/(....)(..)(..)/, '$1-$2-$3T') + time.replace(/(..)(..)(..)Z/, '$1:$2:$3Z'));
      assert.ok(Math.abs(at - Date.now() - minutes * 60_000) < 60_000, signedAt);
    });
  }
});
