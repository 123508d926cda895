import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { OperatorError } from '../../../scripts/cli/errors.ts';
import { becomesTrue, type Clock, waitQuietly, waitUntil } from '../../../scripts/cli/wait.ts';

/** A clock on which only pauses take time. */
function pausesOnly(): Clock & { readonly pauses: number[] } {
  let nowMs = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => nowMs,
    async sleep(ms) {
      pauses.push(ms);
      nowMs += ms;
    },
  };
}

describe('waitUntil', () => {
  const printed: string[] = [];
  beforeEach(() => {
    printed.length = 0;
    mock.method(console, 'error', (line: string) => printed.push(line));
  });
  afterEach(() => mock.restoreAll());

  it('returns the first answer, after growing pauses', async () => {
    const clock = pausesOnly();
    let looks = 0;
    const look = async () => (++looks === 4 ? 'ready' : undefined);
    assert.equal(await waitUntil('it', look, { deadlineMs: 60_000, maxPauseMs: 2_000, clock }), 'ready');
    assert.deepEqual(clock.pauses, [1_000, 1_500, 2_000]);
  });

  it('prints a state once, when it changes', async () => {
    const states = ['starting', 'starting', 'booting'];
    const look = async (seen: (state: string) => void) => {
      const state = states.shift();
      if (state) seen(state);
      return state ? undefined : true;
    };
    await waitUntil('the instance', look, { deadlineMs: 60_000, clock: pausesOnly() });
    assert.deepEqual(printed, ['Waiting for the instance (up to 60 s) ...', '  starting', '  booting']);
  });

  it('ends at the deadline with what it waited for, what it saw last, and the remedy', async () => {
    const clock = pausesOnly();
    const look = async (seen: (state: string) => void) => {
      seen('1 of 2 healthy');
      return undefined;
    };
    const waiting = waitUntil('2 healthy targets', look, { deadlineMs: 2_000, remedy: 'See status.', clock });
    await assert.rejects(waiting, (error) => {
      assert.ok(error instanceof OperatorError);
      assert.equal(error.message, 'waited 2 s for 2 healthy targets; last seen: 1 of 2 healthy. See status.');
      return true;
    });
    assert.deepEqual(clock.pauses, [1_000, 1_000]);
  });

  it('ends at once when looking fails', async () => {
    const clock = pausesOnly();
    const failing = waitUntil('it', () => Promise.reject(new Error('denied')), { deadlineMs: 2_000, clock });
    await assert.rejects(failing, /denied/);
    assert.deepEqual(clock.pauses, []);
  });
});

describe('waitQuietly', () => {
  it('checks until the condition is true, and prints nothing', async (t) => {
    const printed = t.mock.method(console, 'error', () => {});
    let looks = 0;
    await waitQuietly('the third look', () => ++looks === 3, 5_000, 1);
    assert.equal(looks, 3);
    assert.equal(printed.mock.callCount(), 0);
  });

  it('ends at the deadline with what it waited for', async () => {
    await assert.rejects(
      waitQuietly('nothing', () => false, 10),
      /^OperatorError: waited 0.01 s for nothing$/,
    );
  });
});

describe('becomesTrue', () => {
  it('answers whether the condition was true before the deadline', async () => {
    assert.deepEqual([await becomesTrue(() => true, 10), await becomesTrue(async () => false, 10)], [true, false]);
  });
});
