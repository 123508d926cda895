import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createClock } from '../../../server/timestamps/clock.ts';

/** A system with a variable offset between its wall clock and its monotonic clock. */
function fakeSystem() {
  const system = { monotonicMs: 5, offsetMicros: 1_795_247_100_000_000 };
  const wallMicros = () => Math.floor(system.monotonicMs * 1000) + system.offsetMicros;
  return { system, wallMicros, now: createClock({ wallMicros, monotonicMs: () => system.monotonicMs }) };
}

describe('the clock', () => {
  it('strictly increases, regardless of the system clock', () => {
    const step = fc.record({
      advanceMs: fc.double({ min: 0, max: 500, noNaN: true }),
      jumpMicros: fc.integer({ min: -5e9, max: 5e9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 50 }), (steps) => {
        const { system, now } = fakeSystem();
        const readings = steps.map(({ advanceMs, jumpMicros }) => {
          system.monotonicMs += advanceMs;
          system.offsetMicros += jumpMicros;
          return now();
        });
        assert.ok(readings.every((reading, i) => i === 0 || reading > (readings[i - 1] as number)));
        assert.ok(readings.every(Number.isSafeInteger));
      }),
    );
  });

  it('returns the system time to the microsecond', () => {
    const { system, wallMicros, now } = fakeSystem();
    for (let i = 0; i < 1000; i++) {
      system.monotonicMs += 0.731;
      assert.ok(Math.abs(now() - wallMicros()) <= 1);
    }
  });

  it('follows a forward step of the system clock within 100 ms', () => {
    const { system, wallMicros, now } = fakeSystem();
    now();
    system.offsetMicros += 3_600_000_000;
    system.monotonicMs += 100;
    assert.equal(now(), wallMicros());
  });

  it('works with the real clock', () => {
    const off = Math.abs(createClock()() / 1000 - Date.now());
    assert.ok(off < 1_000, `${off} ms off`);
  });
});
