import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DynamoTimestamps } from '../../../server/dynamodb/timestamps.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import { startDatabase } from '../support/database.ts';
import { recordIds, recordsOf } from '../support/record-ids.ts';
import { startService } from '../support/service.ts';
import { scanItems } from '../support/stored.ts';

const DAY_S = 86_400;
const DEADLINE_MS = 20_000;
const json = { accept: 'application/json' };

describe('with RETENTION_DAYS', async () => {
  const database = await startDatabase();
  const { url } = await startService(database, { RETENTION_DAYS: '30' });
  const { url: forever } = await startService(database);

  const post = async (base: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${base}/app`, { method: 'POST', headers: { ...json, ...headers } });
    assert.equal(response.status, 201);
    return (await response.json()) as { id: string; timestamp: string };
  };
  const list = async (base: string) => {
    const response = await fetch(`${base}/app?limit=100&consistent=true`, { headers: json });
    const body = (await response.json()) as { timestamps: { id: string }[] };
    return body.timestamps.map(({ id }) => id);
  };
  const expiries = async () => {
    const blocks = (await scanItems(database)).filter(({ lines }) => lines !== undefined);
    return new Map(blocks.map(({ sk, expires }) => [String(sk).slice(0, 27), expires]));
  };

  it('blocks expire, those of requests with an Idempotency-Key as well', async () => {
    for (const headers of [{}, { 'idempotency-key': '"retention"' }]) {
      const { timestamp } = await post(url, headers);
      const second = Math.ceil((microsFromIso(timestamp) ?? 0) / 1e6);
      assert.equal((await expiries()).get(timestamp), second + 30 * DAY_S);
    }
  });

  it('blocks of a stage without it do not', async () => {
    const { timestamp } = await post(forever);
    assert.equal((await expiries()).get(timestamp), undefined);
  });

  it('an expired record is not shown, although DynamoDB has not deleted it yet', async () => {
    const store = new DynamoTimestamps({
      client: database.client,
      table: database.tableName,
      runtime: systemRuntime,
      ids: recordIds,
    });
    const ids = [];
    for (const days of [29, 31]) {
      const micros = (Math.floor(systemRuntime.wallMicros() / 1e6) - days * DAY_S) * 1e6;
      const arrival = {
        traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
        clientAddress: '::1',
        protocol: 'https',
      } as const;
      const block = {
        shard: 0,
        writer: 'k3f9a2v0',
        sequence: days,
        instance: 'i-1',
        arrivals: [{ micros, ...arrival }],
      };
      await store.putBlock(block, DEADLINE_MS);
      ids.push(recordsOf(block)[0]?.id as string);
    }
    const [shown, expired] = ids as [string, string];
    const statuses = async (base: string) => [
      (await fetch(`${base}/app/${shown}`, { headers: json })).status,
      (await fetch(`${base}/app/${expired}`, { headers: json })).status,
    ];
    assert.deepEqual(await statuses(url), [200, 404]);
    assert.deepEqual(await statuses(forever), [200, 200]);
    const listed = await list(url);
    assert.deepEqual([listed.includes(shown), listed.includes(expired)], [true, false]);
    assert.ok((await list(forever)).includes(expired));
  });
});
