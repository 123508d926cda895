import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWaitLimit } from '../../../server/admission/wait-limit.ts';
import { TIMEOUTS_MS } from '../../../server/contract.ts';
import type { Block } from '../../../server/timestamps/block.ts';
import { createDurableBlocks } from '../../../server/timestamps/durable-blocks.ts';
import { GroupCommit } from '../../../server/timestamps/group-commit.ts';
import type { RecordState, TimestampRecord } from '../../../server/timestamps/record.ts';
import type { StoredBlock } from '../../../server/timestamps/store.ts';
import { recordIds, recordsOf } from '../support/record-ids.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

const STORED: StoredBlock = { writeUnits: 1, state: 'stored' };
const START = 1_795_000_000_000_000;
let sequence = 0;

function block(): Block {
  const traceId = '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e';
  const arrivals = [{ micros: START, traceId, clientAddress: '203.0.113.7', protocol: 'https' as const }];
  return { shard: 0, writer: 'k3f9a2v0', sequence: sequence++, instance: 'i-1', arrivals };
}

const refusal = new Error('refused');

/** Table and spill that answer as the test says, in virtual time. */
function setUp() {
  const time = createVirtualTime();
  const { runtime } = time;
  const after = (ms: number) => new Promise<void>((resolve) => void runtime.setTimer(resolve, ms));
  const hang = async (deadlineMs: number) => {
    await after(deadlineMs);
    throw new Error(`no answer in ${deadlineMs} ms`);
  };
  const calls: string[] = [];
  const changes: string[] = [];
  const table = {
    put: async (_deadlineMs: number): Promise<StoredBlock> => STORED,
    get: async (): Promise<TimestampRecord | undefined> => undefined,
  };
  const spill = {
    put: async (_deadlineMs: number): Promise<void> => undefined,
    get: async (): Promise<Block | undefined> => undefined,
  };
  const blocks = createDurableBlocks({
    table: {
      putBlock(_, deadlineMs) {
        calls.push(`table ${Math.round(deadlineMs)}`);
        return table.put(deadlineMs);
      },
      getRecord() {
        calls.push('table read');
        return table.get();
      },
    },
    spill: {
      putBlock(_, deadlineMs) {
        calls.push(`spill ${Math.round(deadlineMs)}`);
        return spill.put(deadlineMs);
      },
      getBlock() {
        calls.push('spill read');
        return spill.get();
      },
    },
    ids: recordIds,
    isRefusal: (error) => error === refusal,
    runtime,
    onChange: (state) => changes.push(state),
  });
  /** The state and the time that a put takes. */
  const put = async (deadlineMs = 8_000): Promise<[RecordState, number]> => {
    const startMs = runtime.monotonicMs();
    const { state } = await time.run(blocks.putBlock(block(), deadlineMs));
    return [state, runtime.monotonicMs() - startMs];
  };
  return { ...time, blocks, table, spill, calls, changes, put, hang, after };
}

describe('a durable block', () => {
  it('is stored in the table, and nothing else is asked', async () => {
    const { put, calls } = setUp();
    assert.deepEqual(await put(), ['stored', 0]);
    assert.deepEqual(calls, ['table 1000']);
  });

  it('is spilled if the table has not taken it within its share of the time', async () => {
    const { put, table, hang, changes } = setUp();
    table.put = hang;
    assert.deepEqual(await put(), ['accepted', TIMEOUTS_MS.tableShare]);
    assert.deepEqual(changes, ['unavailable']);
  });

  it('leaves most of a short time to the spill', async () => {
    const { put, table, hang, calls } = setUp();
    table.put = hang;
    assert.deepEqual(await put(900), ['accepted', 300]);
    assert.deepEqual(calls, ['table 300', 'spill 300']);
  });

  it('is spilled at once while the circuit breaker is open', async () => {
    const { put, table, hang, calls } = setUp();
    table.put = hang;
    await put();
    calls.length = 0;
    assert.deepEqual(await put(), ['accepted', 0]);
    assert.deepEqual(calls, ['spill 7000']);
  });

  it('is an error at once if the table refuses it, and the breaker stays closed', async () => {
    const { put, table, calls, changes } = setUp();
    table.put = () => Promise.reject(refusal);
    await assert.rejects(put(), refusal);
    assert.deepEqual(calls, ['table 1000']);
    assert.deepEqual(changes, []);
  });

  it('is tried in the table again, with what is left, if the spill fails', async () => {
    const { put, table, spill, hang, calls } = setUp();
    table.put = hang;
    await put();
    calls.length = 0;
    spill.put = hang;
    table.put = async () => STORED;
    assert.deepEqual(await put(), ['stored', 7_000]);
    assert.deepEqual(calls, ['spill 7000', 'table 1000']);
  });

  it('is an error at the deadline if neither takes it', async () => {
    const { put, table, spill, hang, runtime } = setUp();
    table.put = hang;
    spill.put = hang;
    await assert.rejects(put(), /neither the table nor the spill/);
    assert.equal(runtime.monotonicMs(), 8_000);
  });
});

describe('the circuit breaker', () => {
  it('sends one probe at a time, at growing intervals, without delaying the block', async () => {
    const { put, table, hang, calls, pass, runtime } = setUp();
    table.put = hang;
    await put();
    const probes: number[] = [];
    while (runtime.monotonicMs() < 60_000) {
      calls.length = 0;
      assert.deepEqual(await put(), ['accepted', 0]);
      if (calls.some((call) => call.startsWith('table'))) probes.push(runtime.monotonicMs());
      await pass(50);
    }
    // Each gap is the backoff, up to 10 s with jitter, and the second that the probe before took.
    const gaps = probes.map((ms, i) => Math.round((ms - (probes[i - 1] ?? 1_000)) / 100) / 10);
    assert.deepEqual(gaps.slice(0, 7), [0.4, 1.8, 2.5, 4, 7, 8.5, 8.5]);
  });

  it('closes at the first success', async () => {
    const { put, table, hang, changes, pass } = setUp();
    table.put = hang;
    await put();
    await pass(1_000);
    table.put = async () => STORED;
    assert.deepEqual(await put(), ['accepted', 0]);
    assert.deepEqual(await put(), ['stored', 0]);
    assert.deepEqual(changes, ['unavailable', 'available']);
  });
});

describe('reading a record', () => {
  const spilled = block();
  const [record] = recordsOf(spilled) as [TimestampRecord];

  it('asks the table alone if it has the record', async () => {
    const { blocks, table, calls, run } = setUp();
    table.get = async () => record;
    assert.deepEqual(await run(blocks.getRecord(record.id)), record);
    assert.deepEqual(calls, ['table read']);
  });

  it('finds an accepted record in the spill', async () => {
    const { blocks, spill, run } = setUp();
    spill.get = async () => spilled;
    assert.deepEqual(await run(blocks.getRecord(record.id)), { ...record, state: 'accepted' });
  });

  it('looks into the spill first while the breaker is open, and finds it if the table does not answer', async () => {
    const { blocks, table, spill, hang, put, calls, run } = setUp();
    spill.get = async () => spilled;
    table.get = () => Promise.reject(new Error('away'));
    assert.equal((await run(blocks.getRecord(record.id)))?.state, 'accepted');
    table.put = hang;
    await put();
    calls.length = 0;
    assert.equal((await run(blocks.getRecord(record.id)))?.state, 'accepted');
    assert.deepEqual(calls, ['spill read']);
  });

  it('asks the table again if neither has it, because it may have been moved in between', async () => {
    const { blocks, table, spill, run } = setUp();
    spill.get = async () => {
      table.get = async () => record;
      return undefined;
    };
    assert.equal((await run(blocks.getRecord(record.id)))?.state, 'stored');
  });

  it('is an error, not an absence, if one of the two does not answer', async () => {
    const { blocks, table, spill, run } = setUp();
    table.get = () => Promise.reject(new Error('away'));
    await assert.rejects(run(blocks.getRecord(record.id)), { code: 'unavailable' });
    table.get = async () => undefined;
    spill.get = () => Promise.reject(new Error('away'));
    await assert.rejects(run(blocks.getRecord(record.id)), { code: 'unavailable' });
  });
});

describe('an outage of the table at 1,000 timestamps a second', () => {
  for (const spillMs of [50, 200])
    it(`turns no client away if a put into the spill takes ${spillMs} ms`, async () => {
      const { blocks, table, spill, hang, after, pass, run, runtime } = setUp();
      table.put = hang;
      spill.put = () => after(spillMs);
      const commit = new GroupCommit({
        store: blocks,
        ids: recordIds,
        writer: 'k3f9a2v0',
        instance: 'i-1',
        shards: 16,
        windowMs: 50,
        runtime,
        observer: { blockCommitted: () => undefined, blockFailed: () => assert.fail('a block failed') },
      });
      // Intervals of the limit begin at any time before the outage.
      const limits = Array.from({ length: 10 }, (_, i) =>
        createWaitLimit({ max: 10_000, targetMs: 100, nowMs: -i * 100 }),
      );
      const recorded: Promise<TimestampRecord>[] = [];
      for (let n = 0; n < 3_000; n++) {
        const micros = runtime.wallMicros();
        const traceId = '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e';
        recorded.push(commit.record({ micros, traceId, clientAddress: '203.0.113.7', protocol: 'https' }));
        await pass(1);
        const [nowMs, waiting] = [runtime.monotonicMs(), commit.pending];
        for (const limit of limits) {
          assert.ok(limit.admits(waiting), `${waiting} wait after ${nowMs} ms, the limit is ${limit.limit()}`);
          if (n % 100 === 99) limit.sample({ nowMs, loopDelayMs: 0, queueMs: commit.oldestWaitMs });
        }
      }
      const records = await run(Promise.all(recorded));
      assert.deepEqual([...new Set(records.map(({ state }) => state))], ['accepted']);
    });
});
