import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDynamoDBClient } from '../../../server/dynamodb/client.ts';
import { createDirectPut } from '../../../server/dynamodb/direct-put.ts';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { startDatabase } from '../support/database.ts';
import { type Fault, refusal, startOverTls } from '../support/dynamodb-over-tls.ts';
import { recordIds } from '../support/record-ids.ts';
import { storedIds } from '../support/stored.ts';

const FAULTS: readonly Fault[] = [
  refusal(500, 'com.amazonaws.dynamodb.v20120810#InternalServerError', 'Internal server error'),
  (_response, { socket }) => socket.destroy(),
];

const DAY = microsFromIso('2026-11-21') as number;
const BLOCKS = 100;

// They wait between attempts most of their time.
describe('after an outage, puts of which 30 % meet a fault', { concurrency: true }, async () => {
  const databases = { direct: await startDatabase(), SDK: await startDatabase() };
  for (const route of ['direct', 'SDK'] as const) {
    it(`are all stored by the ${route} route`, async (t) => {
      const database = databases[route];
      const proxy = await startOverTls(database);
      const client = createDynamoDBClient({ endpoint: proxy.endpoint });
      t.after(() => {
        client.destroy();
        return proxy.close();
      });
      const store = new DynamoTimestamps({
        client,
        table: database.tableName,
        runtime: systemRuntime,
        ids: recordIds,
        directPut: route === 'direct' ? createDirectPut({ client, runtime: systemRuntime }) : undefined,
      });
      const block = (sequence: number) => ({
        shard: sequence % 16,
        writer: 'k3f9a2v0',
        sequence,
        instance: 'i-0abc1234def567890',
        arrivals: [
          {
            micros: DAY + sequence,
            traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
            clientAddress: '2001:db8::1',
            protocol: 'https' as const,
          },
        ],
      });
      await store.putBlock(block(0), 8_000);
      proxy.faults.push(...Array.from({ length: 1_000 }, () => FAULTS[0]));
      const lost = await Promise.allSettled(
        Array.from({ length: 16 }, (_, i) => store.putBlock(block(1_000 + i), 400)),
      );
      assert.deepEqual(new Set(lost.map(({ status }) => status)), new Set(['rejected']));
      proxy.faults.splice(0);
      const met = (attempt: number) => ([0, 3, 4].includes(attempt % 10) ? FAULTS[attempt % 2] : undefined);
      proxy.faults.push(...Array.from({ length: 3 * BLOCKS }, (_, attempt) => met(attempt)));
      for (let i = 1; i <= BLOCKS; i++) await store.putBlock(block(i), 8_000);
      assert.equal((await storedIds(database)).size, BLOCKS + 1);
    });
  }
});
