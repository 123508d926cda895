import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { systemRuntime } from '../../../server/runtime.ts';
import { isoFromMicros } from '../../../server/timestamps/iso-time.ts';
import { startDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { scanItems } from '../support/stored.ts';
import { until } from '../support/until.ts';
import { inRegion } from './two-regions.ts';

interface Page {
  readonly complete: boolean;
  readonly settledUntil?: string;
}

async function list(url: string, query = 'consistent=true'): Promise<Page> {
  return (await (await fetch(`${url}/app?${query}`)).json()) as Page;
}

/** A server of one region, which looks for heartbeats at once. */
async function startHere() {
  const database = await startDatabase();
  let passedMs = 0;
  const wallMicros = () => systemRuntime.wallMicros() + passedMs * 1_000;
  const monotonicMs = () => systemRuntime.monotonicMs() + passedMs;
  const runtime = { ...systemRuntime, wallMicros, monotonicMs, random: () => 0 };
  const pass = (ms: number) => {
    passedMs += ms;
  };
  const putHeartbeat = async (region: string, completeUntil?: number) => {
    const item = { pk: 'regions', sk: region, at: wallMicros(), since: wallMicros(), completeUntil, sees: {} };
    const Item = marshall(item, { removeUndefinedValues: true });
    await database.client.send(new PutItemCommand({ TableName: database.tableName, Item }));
  };
  const start = () => startService(database, inRegion('eu-west-1'), undefined, undefined, undefined, runtime);
  return { database, wallMicros, putHeartbeat, start, pass };
}

describe('in one of two regions, settledUntil', () => {
  it('is absent, and the list incomplete, while nothing is known of the other region', async () => {
    const { database, start } = await startHere();
    const { url } = await start();
    await until('a heartbeat is written', async () =>
      (await scanItems(database)).some(({ pk, sk }) => pk === 'regions' && sk === 'eu-west-1'),
    );
    const { complete, settledUntil } = await list(url);
    assert.deepEqual([complete, settledUntil], [false, undefined]);
  });

  it('is not later than the time before which the other region says that its records are in its table', async () => {
    const { wallMicros, putHeartbeat, start, pass } = await startHere();
    const completeUntil = wallMicros() - 90_000_000;
    await putHeartbeat('eu-central-1', completeUntil);
    const { url } = await start();
    await until('the other region is known', async () => (await list(url)).settledUntil !== undefined);
    const { complete, settledUntil } = await list(url);
    assert.deepEqual([complete, settledUntil], [true, isoFromMicros(completeUntil)]);
    assert.equal((await list(url, '')).settledUntil, undefined, 'this read may be behind what was heard just now');
    pass(40_000);
    assert.equal((await list(url, '')).settledUntil, isoFromMicros(completeUntil));
  });

  it('is that of its own region if it is earlier', async () => {
    const { wallMicros, putHeartbeat, start } = await startHere();
    const present = wallMicros();
    await putHeartbeat('eu-central-1', present);
    const { url } = await start();
    await until('the other region is known', async () => (await list(url)).settledUntil !== undefined);
    assert.ok(((await list(url)).settledUntil as string) < isoFromMicros(present));
  });
});
