import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { COMMIT_WINDOW_MS, TIMEOUTS_MS } from '../../../server/contract.ts';
import { ServiceError } from '../../../server/errors.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { BLOCK_LIMITS, type Block } from '../../../server/timestamps/block.ts';
import { type CommitObserver, GroupCommit } from '../../../server/timestamps/group-commit.ts';
import { microsFromIso } from '../../../server/timestamps/iso-time.ts';
import type { Arrival, RecordState } from '../../../server/timestamps/record.ts';
import type { StoredBlock } from '../../../server/timestamps/store.ts';
import { recordIds } from '../support/record-ids.ts';

const START = microsFromIso('2026-11-21T07:45:00Z') as number;
function arrival(micros: number): Arrival {
  return {
    micros,
    traceId: '1-6920060c-3f5c8a1b9d7e4c6f8a0b2d4e',
    clientAddress: '203.0.113.7',
    protocol: 'https',
  };
}
function arrivals(count: number, stepMicros = 1) {
  return Array.from({ length: count }, (_, i) => arrival(START + i * stepMicros));
}

/** A store whose writes are pending until the test lets them succeed or fail. */
class HeldStore {
  readonly writes: {
    block: Block;
    deadlineMs: number;
    succeed: (state?: RecordState) => void;
    fail: (error: Error) => void;
  }[] = [];
  #arrived: (() => void)[] = [];

  putBlock(block: Block, deadlineMs: number) {
    return new Promise<StoredBlock>((resolve, reject) => {
      this.writes.push({
        block,
        deadlineMs,
        succeed: (state = 'stored') => resolve({ writeUnits: 1, state }),
        fail: reject,
      });
      for (const wake of this.#arrived.splice(0)) wake();
    });
  }

  async written(count: number): Promise<void> {
    while (this.writes.length < count) await new Promise<void>((wake) => this.#arrived.push(wake));
  }
}

interface SetUpOptions {
  readonly monotonicMs?: () => number;
  readonly windowMs?: number;
}

function setUp({ monotonicMs, windowMs = 0 }: SetUpOptions = {}) {
  const store = new HeldStore();
  const seen = { committed: [] as unknown[], failed: [] as { error: unknown; timestamps: number }[] };
  const observer: CommitObserver = {
    blockCommitted: (facts) => seen.committed.push(facts),
    blockFailed: (facts) => seen.failed.push(facts),
  };
  const commit = new GroupCommit({
    store,
    ids: recordIds,
    writer: '00000000',
    instance: 'i-1',
    shards: 16,
    windowMs,
    observer,
    runtime: { ...systemRuntime, ...(monotonicMs && { monotonicMs }) },
  });
  return { store, seen, commit };
}

function sizes(store: HeldStore) {
  return store.writes.map(({ block }) => block.arrivals.length);
}
function code(expected: string) {
  return (error: unknown) => error instanceof ServiceError && error.code === expected;
}

describe('group commit', () => {
  it('gives a block the largest error of its timestamps, or none if one of them is unknown', async () => {
    const { commit, store } = setUp();
    const [first, second, third] = arrivals(3) as [Arrival, Arrival, Arrival];
    const known = [commit.record({ ...first, errorMicros: 300 }), commit.record({ ...second, errorMicros: 420 })];
    await store.written(1);
    const unknown = commit.record({ ...third, errorMicros: undefined });
    store.writes[0]?.succeed();
    assert.deepEqual(
      (await Promise.all(known)).map(({ errorMicros }) => errorMicros),
      [420, 420],
    );
    await store.written(2);
    store.writes[1]?.succeed();
    assert.equal((await unknown).errorMicros, undefined);
    assert.deepEqual(
      store.writes.map(({ block }) => block.errorMicros),
      [420, undefined],
    );
  });

  it('writes a single timestamp immediately, in its own block', async () => {
    const { store, commit } = setUp();
    const recorded = commit.record(arrival(START));
    await store.written(1);
    store.writes[0]?.succeed();
    assert.equal((await recorded).micros, START);
    assert.deepEqual(sizes(store), [1]);
  });

  it('puts clients that were answered together into the next block with waiting ones', async () => {
    const { store, commit } = setUp({ monotonicMs: () => 0 });
    const answered = commit.record(arrival(START));
    await store.written(1);
    const waited = arrivals(3).map(({ micros }) => commit.record(arrival(micros + 1)));
    store.writes[0]?.succeed();
    await answered;
    await nextTurn();
    const again = commit.record(arrival(START + 10));
    await store.written(2);
    store.writes[1]?.succeed();
    await Promise.all([...waited, again]);
    assert.deepEqual(sizes(store), [1, 4]);
  });

  it('keeps a block open for at most 1 ms, even if further timestamps arrive', async () => {
    let nowMs = 0;
    const { store, commit } = setUp({ monotonicMs: () => nowMs });
    void commit.record(arrival(START));
    for (let micros = START + 1; store.writes.length === 0 && nowMs < 10; nowMs += 0.25) {
      void commit.record(arrival(micros++));
      await nextTurn();
    }
    assert.ok(nowMs > 1 && nowMs <= 2, `written after ${nowMs} ms`);
  });

  it('puts timestamps that arrive during a write into the next one', async () => {
    const { store, commit, seen } = setUp();
    const first = commit.record(arrival(START));
    await store.written(1);
    const others = arrivals(100).map(({ micros }) => commit.record(arrival(micros + 1)));
    store.writes[0]?.succeed();
    await first;
    await store.written(2);
    store.writes[1]?.succeed();
    const ids = (await Promise.all(others)).map(({ id }) => id);
    assert.equal(new Set(ids).size, 100);
    assert.deepEqual(sizes(store), [1, 100]);
    assert.equal(seen.committed.length, 2);
  });

  it('returns records in the state of their block', async () => {
    const { store, commit } = setUp();
    const recorded = commit.record(arrival(START));
    await store.written(1);
    store.writes[0]?.succeed('accepted');
    assert.equal((await recorded).state, 'accepted');
  });

  it('answers no request before the block is stored', async () => {
    const { store, commit } = setUp();
    let answered = false;
    const recorded = commit.record(arrival(START)).then(() => {
      answered = true;
    });
    await store.written(1);
    await new Promise(setImmediate);
    assert.equal(answered, false);
    store.writes[0]?.succeed();
    await recorded;
  });

  it('rejects every timestamp of a failed block, and continues with the next', async () => {
    const { store, commit, seen } = setUp();
    const [a, b] = arrivals(2).map((each) => commit.record(each)) as [Promise<unknown>, Promise<unknown>];
    await store.written(1);
    const reason = new Error('no such host');
    store.writes[0]?.fail(reason);
    await assert.rejects(a, code('unavailable'));
    await assert.rejects(b, code('unavailable'));
    assert.deepEqual(seen.failed, [{ error: reason, timestamps: 2 }]);

    const later = commit.record(arrival(START + 10));
    await store.written(2);
    store.writes[1]?.succeed();
    await later;
  });

  it('never exceeds midnight, 250 ms, or 1,000 timestamps in a block', async () => {
    const midnight = microsFromIso('2026-11-22') as number;
    for (const [first, count, step] of [
      [midnight - 2, 4, 1],
      [START, 4, BLOCK_LIMITS.spanMicros / 2],
      [START, BLOCK_LIMITS.timestamps + 1, 1],
    ] as const) {
      const { store, commit } = setUp();
      for (let i = 0; i < count; i++) commit.record(arrival(first + i * step)).catch(() => {});
      for (let written = 1; sizes(store).reduce((a, b) => a + b, 0) < count; written++) {
        await store.written(written);
        store.writes[written - 1]?.succeed();
      }
      assert.equal(store.writes.length, 2);
      for (const { block } of store.writes) {
        const times = block.arrivals.map(({ micros }) => micros);
        assert.ok(Math.max(...times) - Math.min(...times) <= BLOCK_LIMITS.spanMicros);
        assert.equal(new Set(times.map((micros) => micros >= midnight)).size, 1);
        assert.ok(times.length <= BLOCK_LIMITS.timestamps);
      }
    }
  });

  it('does not wait for a write that hangs', async () => {
    const { store, commit } = setUp();
    commit.record(arrival(START)).catch(() => {});
    await store.written(1);
    const second = commit.record(arrival(START + 1));
    await store.written(2);
    store.writes[1]?.succeed();
    assert.equal((await second).micros, START + 1);
  });

  it('rejects timestamps that have waited too long, without writing them', async () => {
    let now = 0;
    const { store, commit, seen } = setUp({ monotonicMs: () => now });
    const first = commit.record(arrival(START));
    await store.written(1);
    const waiting = commit.record(arrival(START + 1));
    now = 60_000;
    store.writes[0]?.succeed();
    await first;
    await assert.rejects(waiting, code('unavailable'));
    assert.deepEqual(sizes(store), [1]);
    assert.equal(seen.failed.length, 1);
  });

  it('answers every timestamp within 8 s: what it waited shortens the deadline of its write', async () => {
    let now = 0;
    const { store, commit } = setUp({ monotonicMs: () => now });
    const recorded = commit.record(arrival(START));
    now = COMMIT_WINDOW_MS.max;
    await store.written(1);
    assert.equal(store.writes[0]?.deadlineMs, TIMEOUTS_MS.answer - COMMIT_WINDOW_MS.max);
    store.writes[0]?.succeed();
    await recorded;
  });

  it('waits for further timestamps within the window, and writes at once when it is flushed', async () => {
    const { store, commit } = setUp({ monotonicMs: () => 0, windowMs: 250 });
    const together = arrivals(250).map((each) => commit.record(each));
    await store.written(1);
    store.writes[0]?.succeed();
    await Promise.all(together);

    const waiting = commit.record(arrival(START + 300));
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    assert.deepEqual(sizes(store), [250], 'a single timestamp waits for others');
    commit.flush();
    await store.written(2);
    const later = commit.record(arrival(START + 301));
    store.writes[1]?.succeed();
    await waiting;
    await store.written(3);
    store.writes[2]?.succeed();
    await later;
    assert.deepEqual(sizes(store), [250, 1, 1]);
  });

  it('is drained when every timestamp is stored or rejected', async () => {
    const { store, commit } = setUp();
    await commit.drained();
    const recorded = commit.record(arrival(START));
    const drained = commit.drained();
    await store.written(1);
    store.writes[0]?.succeed();
    await drained;
    assert.equal((await recorded).instance, 'i-1');
  });

  it('distributes blocks over the shards', async () => {
    const { store, commit } = setUp();
    for (let i = 0; i < 32; i++) {
      const recorded = commit.record(arrival(START + i));
      await store.written(i + 1);
      store.writes[i]?.succeed();
      await recorded;
    }
    assert.deepEqual(new Set(store.writes.map(({ block }) => block.shard)).size, 16);
  });
});
