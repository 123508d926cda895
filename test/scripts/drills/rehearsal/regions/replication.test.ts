import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type ReplicatedWrite, Replication } from '../../../../../scripts/drills/rehearsal/regions/replication.ts';

const [HOME, OTHER] = ['eu-west-1', 'eu-central-1'];
const LAG_MS = 1_000;

function writeOf(region: string, partition: string, atMicros: number): ReplicatedWrite {
  return { table: 'rehearsal', key: `${partition}/${atMicros}`, value: { pk: { S: partition } }, atMicros, region };
}

describe('replication between two regions', () => {
  let [nowMs, timers] = [0, [] as { atMs: number; callback: () => void }[]];
  let arrived: { to: string; write: ReplicatedWrite; atMs: number }[] = [];
  let replication: Replication;

  const pass = (ms: number) => {
    const endMs = nowMs + ms;
    for (;;) {
      timers.sort((one, other) => one.atMs - other.atMs);
      if (timers[0] === undefined || timers[0].atMs > endMs) break;
      const { atMs, callback } = timers.shift() as (typeof timers)[number];
      nowMs = atMs;
      callback();
    }
    nowMs = endMs;
  };
  const receive = (write: ReplicatedWrite) => replication.receive(write.region, JSON.stringify(write));
  const store = (region: string) => replication.receive(region, JSON.stringify({ applied: 1 }));

  beforeEach(() => {
    [nowMs, timers, arrived] = [0, [], []];
    const replicas = [HOME, OTHER].map((to) => ({
      region: to,
      send: (write: ReplicatedWrite) => void arrived.push({ to, write, atMs: nowMs }),
    }));
    const clock = {
      now: () => nowMs,
      at: (atMs: number, callback: () => void) => void timers.push({ atMs, callback }),
    };
    replication = new Replication(replicas, LAG_MS, clock);
  });

  it('sends each write to the other region, not before half of the lag and not after the lag', () => {
    receive(writeOf(HOME, 'aaa', 1));
    receive(writeOf(OTHER, 'bbb', 2));
    pass(LAG_MS / 2 - 1);
    assert.equal(arrived.length, 0);
    pass(LAG_MS / 2 + 1);
    assert.deepEqual(
      arrived.map(({ to, write }) => [to, write.atMicros]).sort(),
      [
        [OTHER, 1],
        [HOME, 2],
      ].sort(),
    );
  });

  it('keeps the order of a partition; another one can overtake it', () => {
    const partitions = Array.from({ length: 20 }, (_, index) => index.toString(16).padStart(6, '0'));
    for (const [index, partition] of partitions.entries()) {
      receive(writeOf(HOME, partition, 10 * index));
      receive(writeOf(HOME, partition, 10 * index + 1));
    }
    pass(LAG_MS);
    const times = arrived.map(({ write }) => write.atMicros);
    assert.notDeepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
    for (const [index] of partitions.entries()) {
      assert.deepEqual(
        times.filter((time) => Math.floor(time / 10) === index),
        [10 * index, 10 * index + 1],
      );
    }
  });

  it('names the writes of a region that the other one has not stored', () => {
    receive(writeOf(HOME, 'aaa', 1));
    receive(writeOf(OTHER, 'bbb', 2));
    assert.deepEqual(
      replication.notReplicated(HOME).map(({ atMicros }) => atMicros),
      [1],
    );
    pass(LAG_MS);
    assert.equal(replication.notReplicated(HOME).length, 1, 'it is sent, but not stored');
    store(OTHER);
    assert.deepEqual(replication.notReplicated(HOME), []);
    assert.equal(replication.notReplicated(OTHER).length, 1);
  });

  it('sends nothing while it is paused, and everything once after it was resumed', () => {
    receive(writeOf(HOME, 'aaa', 1));
    replication.pause();
    receive(writeOf(HOME, 'aaa', 2));
    pass(60_000);
    assert.equal(arrived.length, 0);
    assert.equal(replication.notReplicated(HOME).length, 2);
    replication.resume();
    replication.pause();
    replication.resume();
    pass(LAG_MS);
    assert.deepEqual(
      arrived.map(({ write }) => write.atMicros),
      [1, 2],
    );
  });
});
