import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ObjectPage, SpillBucket } from '../../../server/spill/bucket.ts';
import { createDrainer } from '../../../server/spill/drainer.ts';
import { deadKey, objectText, spillKey } from '../../../server/spill/object.ts';
import { encodeBlock } from '../../../server/timestamps/block.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

const item = encodeBlock({
  shard: 0,
  writer: 'k3f9a2v0',
  sequence: 0,
  instance: 'i-1',
  arrivals: [
    {
      micros: 1_795_000_000_000_000,
      traceId: '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e',
      clientAddress: '203.0.113.7',
      protocol: 'https',
    },
  ],
});

/** A drainer of a bucket in memory, in virtual time, that is stopped when the test ends. */
function setUp() {
  const { runtime, pass, run } = createVirtualTime();
  const objects = new Map<string, string>();
  const listings: number[] = [];
  const failure: { now: Error | undefined } = { now: undefined };
  const seen = { states: [] as unknown[], changes: [] as boolean[] };
  const bucket: SpillBucket = {
    create: async () => true,
    get: async (key) => objects.get(key),
    async list(): Promise<ObjectPage> {
      listings.push(runtime.monotonicMs());
      if (failure.now) throw failure.now;
      return { objects: [...objects.keys()].map((key) => ({ key, modifiedMs: 1_795_000_000_000 })), more: false };
    },
    delete: async (key) => void objects.delete(key),
  };
  const table = { putBlock: async () => ({ writeUnits: 1, state: 'stored' as const }) };
  const drainer = createDrainer({
    bucket,
    table: { putBlock: () => table.putBlock() },
    isRefusal: () => false,
    runtime,
    onMoved: () => undefined,
    onDeadLetter: () => undefined,
    onState: (state) => seen.states.push(state),
    onChange: (failing) => seen.changes.push(failing),
  });
  const spillOne = () => objects.set(spillKey(item), objectText(item));
  return { drainer, runtime, pass, run, objects, listings, failure, seen, table, spillOne };
}

const gapsOf = (times: readonly number[]) => times.slice(1).map((ms, i) => ms - (times[i] as number));

describe('the drainer of a process', () => {
  it('lists once a minute while the bucket is empty, first within a second', async () => {
    const { drainer, pass, run, listings } = setUp();
    drainer.start();
    await pass(300_000);
    await run(drainer.stop());
    assert.ok((listings[0] as number) < 1_000);
    assert.deepEqual(gapsOf(listings), [60_000, 60_000, 60_000, 60_000]);
  });

  it('lists again at once after it has moved blocks', async () => {
    const { drainer, pass, run, listings, spillOne } = setUp();
    spillOne();
    drainer.start();
    await pass(1_000);
    await run(drainer.stop());
    assert.equal(listings.length, 2);
  });

  it('waits longer after each failure, at most a minute, and reports the first one and the recovery', async () => {
    const { drainer, pass, run, listings, failure, seen } = setUp();
    failure.now = new Error('away');
    drainer.start();
    await pass(200_000);
    failure.now = undefined;
    await pass(60_000);
    await run(drainer.stop());
    assert.deepEqual(gapsOf(listings).slice(0, 8), [750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000]);
    assert.deepEqual(seen.changes, [true, false]);
  });

  it('starts a round when it is woken', async () => {
    const { drainer, pass, run, listings } = setUp();
    drainer.start();
    await pass(1_000);
    drainer.wake();
    await pass(1);
    await run(drainer.stop());
    assert.equal(listings.length, 2);
  });

  it('reports the age of the oldest block, which grows while listings fail', async () => {
    const { drainer, pass, run, failure, seen, table, spillOne } = setUp();
    spillOne();
    table.putBlock = () => Promise.reject(new Error('away'));
    drainer.start();
    await pass(1_000);
    failure.now = new Error('away');
    await pass(10_000);
    await run(drainer.stop());
    const ages = seen.states.map((state) => (state as { oldestAgeS: number }).oldestAgeS);
    assert.ok(ages.length >= 3 && ages.every((age, i) => i === 0 || age > (ages[i - 1] as number)), String(ages));
  });
});

describe('what a process knows of the bucket', () => {
  it('is not the age of the oldest block while listings fail, so that an alarm notices it', async () => {
    const { drainer, pass, run, failure, seen } = setUp();
    drainer.start();
    await pass(1_000);
    assert.deepEqual(seen.states.at(-1), { oldestAgeS: 0, deadLetters: 0 });
    failure.now = new Error('access denied');
    drainer.wake();
    await pass(1);
    assert.deepEqual(seen.states.at(-1), { oldestAgeS: undefined });
    failure.now = undefined;
    await pass(60_000);
    assert.deepEqual(seen.states.at(-1), { oldestAgeS: 0, deadLetters: 0 });
    await run(drainer.stop());
  });

  it('is nothing before its first listing and after a failed one, so the table may be incomplete', async () => {
    const { drainer, pass, run, failure } = setUp();
    assert.deepEqual([drainer.isEmpty(), drainer.emptyAtMicros(0)], [false, undefined]);
    drainer.start();
    await pass(1_000);
    assert.equal(drainer.isEmpty(), true);
    const emptyAtMicros = drainer.emptyAtMicros(0);
    failure.now = new Error('away');
    drainer.wake();
    await pass(1);
    assert.equal(drainer.isEmpty(), false);
    assert.equal(drainer.emptyAtMicros(0), emptyAtMicros, 'what was in the table then still is');
    await run(drainer.stop());
  });

  it('is that it is not empty from the start of its own put until a listing after the end of the put', async () => {
    const { drainer, pass, run } = setUp();
    drainer.start();
    await pass(1_000);
    drainer.put('begun');
    assert.equal(drainer.isEmpty(), false);
    await pass(1);
    drainer.put('ended');
    assert.equal(drainer.isEmpty(), false);
    await pass(1);
    drainer.wake();
    await pass(1);
    assert.equal(drainer.isEmpty(), true);
    await run(drainer.stop());
  });

  it('is that the table lacks a dead letter, for which followers do not wait', async () => {
    const { drainer, pass, run, objects } = setUp();
    objects.set(deadKey(spillKey(item)), '{}');
    drainer.start();
    await pass(1_000);
    assert.equal(drainer.isEmpty(), false);
    assert.notEqual(drainer.emptyAtMicros(0), undefined);
    objects.clear();
    drainer.wake();
    await pass(1);
    assert.equal(drainer.isEmpty(), true);
    await run(drainer.stop());
  });

  it('is the time at which an empty listing began', async () => {
    const { drainer, pass, run, listings, runtime } = setUp();
    drainer.start();
    await pass(1_000);
    const startMicros = runtime.wallMicros() - (runtime.monotonicMs() - (listings[0] as number)) * 1_000;
    assert.equal(drainer.emptyAtMicros(0), startMicros);
    await run(drainer.stop());
  });
});
