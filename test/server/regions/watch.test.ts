import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Heartbeat } from '../../../server/regions/heartbeat.ts';
import { type Heartbeats, startRegionWatch } from '../../../server/regions/watch.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

interface Process {
  readonly region: string;
  /** How far its own region is complete; `undefined` while it does not know. */
  readonly settledAgeS?: number | undefined;
  /** By how much its clock is ahead. */
  readonly aheadS?: number;
}

/** One table that both regions see at once, in virtual time. */
function setUp() {
  const { runtime, pass } = createVirtualTime();
  const items = new Map<string, Heartbeat>();
  let writes = 0;
  let isAway = false;
  const heartbeats: Heartbeats = {
    read: async () => {
      if (isAway) throw new Error('away');
      return new Map(items);
    },
    write: async (heartbeat, previous) => {
      if (items.get(heartbeat.region)?.at !== previous?.at) return;
      writes++;
      items.set(heartbeat.region, heartbeat);
    },
  };
  const start = ({ region, settledAgeS, aheadS = 0 }: Process) => {
    const lags: (number | undefined)[] = [];
    const changes: boolean[] = [];
    const now = () => runtime.wallMicros() + aheadS * 1e6;
    const watch = startRegionWatch({
      own: region,
      others: ['a', 'b'].filter((name) => name !== region),
      heartbeats,
      now,
      settledUntil: () => (settledAgeS === undefined ? undefined : now() - settledAgeS * 1e6),
      runtime,
      onLag: (lag) => lags.push(lag),
      onChange: (failing) => changes.push(failing),
    });
    const ageS = (knownForMs = 0) => {
      const until = watch.completeUntil(knownForMs);
      return until === undefined ? undefined : (runtime.wallMicros() - until) / 1e6;
    };
    return { ...watch, ageS, lags, changes };
  };
  const setAway = (away: boolean) => {
    isAway = away;
  };
  return { start, pass, items, runtime, setAway, writes: () => writes };
}

describe('a process of one of two regions', () => {
  it('knows nothing of the other one until what that says has been true for a minute', async () => {
    const { start, pass } = setUp();
    const [here, there] = [start({ region: 'a', settledAgeS: 20 }), start({ region: 'b', settledAgeS: 20 })];
    await pass(60_000);
    assert.equal(here.ageS(), undefined);
    assert.ok(!here.isCurrent());
    await pass(15_000);
    const age = here.ageS() as number;
    assert.ok(age >= 80 && age <= 95, `${age} s`);
    assert.ok(here.isCurrent());
    await Promise.all([here.stop(), there.stop()]);
  });

  it('also says what it knew some time ago, for reads that may be that far behind', async () => {
    const { start, pass } = setUp();
    const here = start({ region: 'a', settledAgeS: 20 });
    const silent = start({ region: 'b', settledAgeS: 3_600 });
    await pass(120_000);
    assert.ok((here.ageS(40_000) as number) > 3_600);
    await silent.stop();
    const drained = start({ region: 'b', settledAgeS: 20 });
    while ((here.ageS() as number) > 3_600) await pass(1_000);
    await pass(39_000);
    assert.ok((here.ageS(40_000) as number) > 3_600);
    await pass(6_000);
    assert.ok((here.ageS(40_000) as number) < 150);
    await Promise.all([here.stop(), drained.stop()]);
  });

  it('does not say what it did not know a minute ago, although its spill bucket is empty now', async () => {
    const { start, pass, items, runtime } = setUp();
    const early = start({ region: 'b', settledAgeS: 600 });
    await pass(70_000);
    await early.stop();
    const drained = start({ region: 'b', settledAgeS: 20 });
    const ageOfStatement = () => (runtime.wallMicros() - (items.get('b')?.completeUntil as number)) / 1e6;
    await pass(55_000);
    assert.ok(ageOfStatement() > 600);
    await pass(15_000);
    assert.ok(ageOfStatement() < 100);
    await drained.stop();
  });

  it('never takes back what another process of its region has said', async () => {
    const { start, pass, items } = setUp();
    const informed = start({ region: 'b', settledAgeS: 20 });
    await pass(80_000);
    await informed.stop();
    const said = items.get('b')?.completeUntil;
    assert.ok(said !== undefined);
    for (const settledAgeS of [undefined, 3_600]) {
      const uninformed = start({ region: 'b', settledAgeS });
      await pass(120_000);
      await uninformed.stop();
      assert.equal(items.get('b')?.completeUntil, said);
    }
  });

  it('writes a heartbeat only if no other process of its region did so within five seconds', async () => {
    const { start, pass, writes } = setUp();
    const processes = Array.from({ length: 8 }, () => start({ region: 'a', settledAgeS: 20 }));
    await pass(60_000);
    assert.ok(writes() <= 13, `${writes()} writes`);
    await Promise.all(processes.map((process) => process.stop()));
  });

  it('replaces and ignores a heartbeat from a clock that is ahead', async () => {
    const { start, pass, items, runtime } = setUp();
    const wrong = start({ region: 'b', settledAgeS: 20, aheadS: 3_600 });
    await pass(70_000);
    await wrong.stop();
    const here = start({ region: 'a', settledAgeS: 20 });
    await pass(10_000);
    assert.equal(here.ageS(), undefined);
    const right = start({ region: 'b', settledAgeS: 20 });
    await pass(80_000);
    assert.ok((items.get('b')?.at as number) <= runtime.wallMicros());
    assert.ok((here.ageS() as number) >= 80);
    await Promise.all([here.stop(), right.stop()]);
  });

  it('says that its region began to record when it started, although it looks later', async () => {
    const { start, pass, items, runtime } = setUp();
    const startedAt = runtime.wallMicros();
    const process = start({ region: 'b', settledAgeS: 20 });
    await pass(1_000);
    await process.stop();
    assert.equal(items.get('b')?.since, startedAt);
  });

  it('keeps when its region began to record while it replaces such a heartbeat', async () => {
    const { start, pass, items } = setUp();
    const first = start({ region: 'b', settledAgeS: 20 });
    await pass(70_000);
    await first.stop();
    const since = items.get('b')?.since as number;
    const wrong = start({ region: 'b', settledAgeS: 20, aheadS: 3_600 });
    await pass(70_000);
    await wrong.stop();
    const right = start({ region: 'b', settledAgeS: 20 });
    await pass(70_000);
    await right.stop();
    assert.equal(items.get('b')?.since, since);
  });

  it('measures the lag, reports a replica that does not answer, and keeps what it knew', async () => {
    const { start, pass, setAway } = setUp();
    const [here, there] = [start({ region: 'a', settledAgeS: 20 }), start({ region: 'b', settledAgeS: 20 })];
    await pass(80_000);
    assert.ok(here.lags.slice(2).every((lag) => lag !== undefined && lag <= 10e6));
    setAway(true);
    const known = here.completeUntil(0);
    await pass(20_000);
    assert.deepEqual([here.completeUntil(0), here.lags.at(-1), here.isCurrent()], [known, undefined, false]);
    setAway(false);
    await pass(10_000);
    assert.deepEqual(here.changes, [true, false]);
    await Promise.all([here.stop(), there.stop()]);
  });
});
