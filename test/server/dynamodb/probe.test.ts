import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { recordIds } from '../support/record-ids.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

it('a probe of the table fails within two seconds if the database is away, so that its caller can log it', async () => {
  const { runtime, run } = createVirtualTime();
  const client = { send: () => Promise.reject(new Error('connect ECONNREFUSED')) };
  const store = new DynamoTimestamps({ client, table: 'table', runtime, ids: recordIds });
  await assert.rejects(run(store.probe()), /ECONNREFUSED/);
  assert.ok(runtime.monotonicMs() <= 2_000);
});
