import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ListedObject, SpillBucket } from '../../../server/spill/bucket.ts';
import { createDrainer } from '../../../server/spill/drainer.ts';
import { createSettledUntil } from '../../../server/timestamps/settled.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

/** A drainer in virtual time, of a bucket whose objects the table cannot take. */
function setUp() {
  const { runtime, pass } = createVirtualTime();
  const objects: ListedObject[] = [];
  let listingMs = 0;
  const bucket: SpillBucket = {
    create: async () => true,
    get: async () => {
      throw new Error('away');
    },
    list: async () => {
      if (listingMs > 0) await new Promise<void>((resolve) => void runtime.setTimer(resolve, listingMs));
      return { objects: [...objects], more: false };
    },
    delete: async () => undefined,
  };
  const drainer = createDrainer({
    bucket,
    table: { putBlock: async () => ({ writeUnits: 1, state: 'stored' }) },
    isRefusal: () => false,
    runtime,
    onMoved: () => undefined,
    onDeadLetter: () => undefined,
    onState: () => undefined,
    onChange: () => undefined,
  });
  const settled = createSettledUntil({ now: runtime.wallMicros, tableCompleteUntil: drainer.emptyAtMicros });
  const ageS = ({ consistent } = { consistent: true }) => {
    const until = settled({ consistent });
    return until === undefined ? undefined : (runtime.wallMicros() - until) / 1e6;
  };
  const listSlowly = (ms: number) => {
    listingMs = ms;
  };
  return { drainer, objects, pass, ageS, runtime, listSlowly };
}

describe('with a spill bucket, settledUntil', () => {
  it('is unknown until the bucket has been listed, then 20 s before the last listing that was empty', async () => {
    const { drainer, pass, ageS } = setUp();
    assert.equal(ageS(), undefined);
    drainer.start();
    await pass(501);
    assert.equal(ageS(), 20.001);
    await pass(59_000);
    assert.equal(ageS(), 79.001);
    await pass(1_000);
    assert.equal(ageS(), 20.001);
    await drainer.stop();
  });

  it('waits while a block of any process is spilled', async () => {
    const { drainer, objects, pass, ageS, runtime } = setUp();
    drainer.start();
    await pass(501);
    objects.push({ key: 'spill/2026-11-21/07/block.json', modifiedMs: runtime.wallMicros() / 1_000 });
    await pass(600_000);
    assert.equal(ageS(), 620.001);
    objects.pop();
    await pass(60_000);
    assert.ok((ageS() as number) < 110);
    await drainer.stop();
  });

  it('waits 40 s more for an eventually consistent read, which may lack a block that was moved just now', async () => {
    const { drainer, objects, pass, ageS, runtime } = setUp();
    const eventually = { consistent: false };
    drainer.start();
    await pass(501);
    assert.equal(ageS(eventually), undefined);
    objects.push({ key: 'spill/2026-11-21/07/block.json', modifiedMs: runtime.wallMicros() / 1_000 });
    await pass(3_600_000);
    objects.pop();
    while ((ageS() as number) > 3_600) await pass(1_000);
    assert.ok((ageS(eventually) as number) > 3_600);
    await pass(38_000);
    assert.ok((ageS(eventually) as number) > 3_600);
    await pass(2_000);
    assert.ok((ageS(eventually) as number) < 100);
    await drainer.stop();
  });

  it('counts these 40 s from the end of the listing, during which a block may have been moved', async () => {
    const { drainer, pass, ageS, listSlowly } = setUp();
    const eventually = { consistent: false };
    listSlowly(15_000);
    drainer.start();
    await pass(15_501);
    assert.equal(ageS(), 35.001);
    await pass(39_000);
    assert.equal(ageS(eventually), undefined);
    await pass(1_000);
    assert.equal(ageS(eventually), 75.001);
    await drainer.stop();
  });
});
