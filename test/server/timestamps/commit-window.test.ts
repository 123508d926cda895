import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { COMMIT_WINDOW_MS } from '../../../server/contract.ts';
import { BLOCK_LIMITS, WRITE_UNIT_BYTES } from '../../../server/timestamps/block.ts';
import { bytesToWrite, createForecast } from '../../../server/timestamps/commit-window.ts';
import { LONGEST_WITHOUT_WINDOW_MS, simulateCommits } from '../support/commit-simulation.ts';

const EVERYTHING = Number.POSITIVE_INFINITY;
const waiting = fc.record({
  bytes: fc.integer({ min: 120, max: 60_000 }),
  lineBytes: fc.integer({ min: 30, max: 100 }),
  oldestMs: fc.constant(0),
});
const windowMs = fc.integer(COMMIT_WINDOW_MS);
const waitedMs = fc.double({ min: 0, max: 300, noNaN: true });

describe('the rule of the commit window', () => {
  it('writes everything at once if no further timestamps are expected', () => {
    fc.assert(
      fc.property(waiting, windowMs, waitedMs, (block, windowMs, nowMs) => {
        assert.equal(bytesToWrite(block, { windowMs, nowMs, moreExpected: false }), EVERYTHING);
      }),
    );
  });

  it('lets no timestamp wait longer than the window', () => {
    fc.assert(
      fc.property(waiting, windowMs, fc.double({ min: 0, max: 10, noNaN: true }), (block, windowMs, lateMs) => {
        assert.ok(bytesToWrite(block, { windowMs, nowMs: windowMs + lateMs, moreExpected: true }) > 0);
      }),
    );
  });

  it('writes less than a full write unit early only if no further timestamps are expected', () => {
    fc.assert(
      fc.property(waiting, windowMs, waitedMs, (block, windowMs, nowMs) => {
        fc.pre(block.bytes + block.lineBytes <= WRITE_UNIT_BYTES && nowMs < windowMs - 1);
        assert.equal(bytesToWrite(block, { windowMs, nowMs, moreExpected: true }), 0);
      }),
    );
  });

  it('writes a full block at once, cut at whole write units, so that less than a unit remains', () => {
    fc.assert(
      fc.property(waiting, windowMs, waitedMs, (block, windowMs, nowMs) => {
        fc.pre(block.bytes + block.lineBytes > WRITE_UNIT_BYTES);
        const bytes = bytesToWrite(block, { windowMs, nowMs, moreExpected: true });
        assert.equal(bytes % WRITE_UNIT_BYTES, 0);
        assert.ok(bytes > 0 && bytes < block.bytes + block.lineBytes);
        assert.ok(block.bytes - bytes < WRITE_UNIT_BYTES);
      }),
    );
  });

  it('has no window that is longer than a block may span', () => {
    assert.ok(COMMIT_WINDOW_MS.max * 1_000 <= BLOCK_LIMITS.spanMicros);
  });
});

describe('the forecast of arrivals', () => {
  const arrivals = fc.array(fc.record({ gapMs: fc.double({ min: 0, max: 700, noNaN: true }), others: fc.nat(100) }));

  it('expects none without a window', () => {
    fc.assert(
      fc.property(arrivals, fc.nat(100), (sequence, unanswered) => {
        const forecast = createForecast({ windowMs: 0, nowMs: 0 });
        const nowMs = replay(forecast, sequence);
        assert.equal(forecast.expectsMore(nowMs, unanswered), false);
      }),
    );
  });

  it('expects none while as many wait as recently waited at the same time, at any rate', () => {
    fc.assert(
      fc.property(arrivals, windowMs, (sequence, windowMs) => {
        const forecast = createForecast({ windowMs, nowMs: 0 });
        const nowMs = replay(forecast, sequence);
        const peak = Math.max(0, ...sequence.map(({ others }) => others + 1));
        assert.equal(forecast.expectsMore(nowMs, peak), false);
      }),
    );
  });

  it('expects more if fewer wait than recently, and at least one arrival is likely within the window', () => {
    const forecast = createForecast({ windowMs: 50, nowMs: 0 });
    for (let ms = 0; ms < 1_000; ms += 20) forecast.arrived(ms, 1 + (ms % 3));
    assert.equal(forecast.expectsMore(1_000, 1), true);
    const rare = createForecast({ windowMs: 10, nowMs: 0 });
    for (let ms = 0; ms < 1_000; ms += 20) rare.arrived(ms, 1 + (ms % 3));
    assert.equal(rare.expectsMore(1_000, 1), false);
  });

  it('expects none a second after the last arrival', () => {
    const forecast = createForecast({ windowMs: 250, nowMs: 0 });
    for (let ms = 0; ms < 500; ms++) forecast.arrived(ms, 64);
    assert.equal(forecast.expectsMore(999, 1), true);
    assert.equal(forecast.expectsMore(1_500, 1), false);
  });
});

/** Notes the arrivals; returns the time of the last one. */
function replay(forecast: ReturnType<typeof createForecast>, sequence: readonly { gapMs: number; others: number }[]) {
  let nowMs = 0;
  for (const { gapMs, others } of sequence) {
    nowMs += gapMs;
    forecast.arrived(nowMs, others + 1);
  }
  return nowMs;
}

describe('the group commit with a window, in virtual time and with writes of 4 ms', () => {
  it('stores more timestamps per write unit with a longer window, at 333 independent requests a second', async () => {
    const [none = 0, ...longer] = await perWriteUnit(333, [0, 10, 25, 50]);
    const ratios = longer.map((each) => each / none);
    assert.ok(
      ratios.every((ratio, i) => ratio > ([2, 4, 7][i] as number)),
      `${none} timestamps per write unit without a window, ${longer} with one`,
    );
  });

  it('lets no timestamp wait longer than the window', async () => {
    for (const windowMs of [0, 10, 50]) {
      const { latenciesMs } = await simulateCommits({ ratePerSecond: 333, windowMs, seconds: 2 });
      const longest = Math.max(...latenciesMs);
      assert.ok(longest <= windowMs + LONGEST_WITHOUT_WINDOW_MS, `${longest} ms with a window of ${windowMs} ms`);
    }
  });

  it('adds nothing at high load: a longer window changes no answer', async () => {
    const short = await simulateCommits({ ratePerSecond: 10_000, windowMs: 10, seconds: 1 });
    assert.deepEqual(await simulateCommits({ ratePerSecond: 10_000, windowMs: 250, seconds: 1 }), short);
    assert.ok(short.perWriteUnit > 16);
  });

  it('adds nothing for clients that send one request after the other, alone or together', async () => {
    for (const clients of [1, 2, 5, 64]) {
      const without = await simulateCommits({ clients, windowMs: 0, seconds: 1 });
      assert.deepEqual(await simulateCommits({ clients, windowMs: 250, seconds: 1 }), without);
    }
  });

  it('adds nothing for rare requests', async () => {
    const without = await simulateCommits({ ratePerSecond: 10, windowMs: 0, seconds: 5 });
    assert.deepEqual(await simulateCommits({ ratePerSecond: 10, windowMs: 50, seconds: 5 }), without);
  });
});

async function perWriteUnit(ratePerSecond: number, windowsMs: readonly number[]): Promise<number[]> {
  const results: number[] = [];
  for (const windowMs of windowsMs)
    results.push((await simulateCommits({ ratePerSecond, windowMs, seconds: 3 })).perWriteUnit);
  return results;
}
