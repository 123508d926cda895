import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ServiceError } from '../../../server/errors.ts';
import { systemRuntime } from '../../../server/runtime.ts';
import { CLOCK_JUMP_MICROS, type ClockOptions, createClock, watchClock } from '../../../server/timestamps/clock.ts';

const HOUR_MICROS = 3_600_000_000;

/** A system with a variable offset between its clocks. Before each reading of a clock it may pause the process. */
function fakeSystem() {
  const system = { monotonicMs: 5, offsetMicros: 1_795_247_100_000_000, pausesMs: [] as number[] };
  const pause = () => {
    system.monotonicMs += system.pausesMs.shift() ?? 0;
  };
  const wallMicros = () => Math.floor(system.monotonicMs * 1000) + system.offsetMicros;
  const runtime = {
    monotonicMs: () => {
      pause();
      return system.monotonicMs;
    },
    wallMicros: () => {
      pause();
      return wallMicros();
    },
  };
  return { system, wallMicros, runtime };
}

/** A clock on a fake system, whose error is 300 µs unless options say otherwise. */
function fakeClock(options: Partial<ClockOptions> = {}) {
  const fake = fakeSystem();
  const jumps: number[] = [];
  const steps: number[] = [];
  const clock = createClock({
    runtime: fake.runtime,
    systemErrorMicros: () => 300,
    onStep: (micros) => steps.push(micros),
    onJump: (byMicros) => jumps.push(byMicros),
    ...options,
  });
  return { ...fake, clock, jumps, steps };
}

/** Steps of the system clock that are not jumps. */
const smallStep = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -CLOCK_JUMP_MICROS.backward + 200, max: CLOCK_JUMP_MICROS.forward - 200 }),
);
const pauses = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 200, noNaN: true })), { maxLength: 6 });

describe('the clock', () => {
  it('strictly increases, whatever the system clock does before it jumps', () => {
    const moment = fc.record({ advanceMs: fc.double({ min: 0, max: 500, noNaN: true }), stepMicros: smallStep });
    fc.assert(
      fc.property(fc.array(moment, { minLength: 2, maxLength: 50 }), (moments) => {
        const { system, clock } = fakeClock();
        const readings = moments.map(({ advanceMs, stepMicros }) => {
          system.monotonicMs += advanceMs + 1.01;
          system.offsetMicros += stepMicros;
          return clock.now();
        });
        assert.ok(readings.every((reading, i) => i === 0 || reading > (readings[i - 1] as number)));
        assert.ok(readings.every(Number.isSafeInteger));
      }),
    );
  });

  it('is never ahead of the system clock, however long the process is paused between two readings', () => {
    const { system, clock, wallMicros } = fakeClock();
    clock.now();
    for (const pausesMs of [
      [0, 60],
      [0, 0, 60],
      [0, 60, 60, 60, 60, 60],
    ]) {
      system.monotonicMs += 500;
      system.pausesMs = [...pausesMs];
      const before = wallMicros();
      const during = clock.now();
      system.pausesMs = [];
      assert.ok(during >= before && during <= wallMicros(), `${during - wallMicros()} µs ahead`);
      system.monotonicMs += 0.5;
      const afterwards = clock.now();
      assert.ok(afterwards <= wallMicros(), `${afterwards - wallMicros()} µs ahead`);
    }
  });

  it('is at most its error off the system clock, despite pauses and small steps', () => {
    const moment = fc.record({
      advanceMs: fc.double({ min: 0, max: 5, noNaN: true }),
      stepMicros: smallStep,
      pausesMs: pauses,
    });
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1, maxLength: 50 }), (moments) => {
        const { system, clock, wallMicros } = fakeClock({ systemErrorMicros: () => 0 });
        for (const { advanceMs, stepMicros, pausesMs } of moments) {
          // A step between two readings of the system clock is detected by the later one.
          system.monotonicMs += advanceMs + 1.01;
          system.offsetMicros += stepMicros;
          system.pausesMs = [...pausesMs];
          const before = wallMicros();
          const { micros, errorMicros = 0 } = clock.read();
          assert.ok(micros + errorMicros >= before && micros - errorMicros <= wallMicros());
        }
      }),
    );
  });

  it('returns the system time, rounded down by at most two microseconds', () => {
    const { system, wallMicros, clock } = fakeClock();
    for (let i = 0; i < 1000; i++) {
      system.monotonicMs += 0.731;
      const behind = wallMicros() - clock.now();
      assert.ok(behind >= 0 && behind <= 2, `${behind} µs behind`);
    }
  });

  it('follows a forward step of up to a second within a millisecond, and reports it', () => {
    const { system, wallMicros, clock, steps, jumps } = fakeClock();
    clock.now();
    system.offsetMicros += 900_000;
    system.monotonicMs += 1;
    assert.equal(clock.now(), wallMicros());
    assert.deepEqual({ steps, jumps }, { steps: [wallMicros()], jumps: [] });
  });

  it('adds what a small backward step makes it differ from the system clock to the error', () => {
    const { system, wallMicros, clock, steps } = fakeClock();
    system.monotonicMs += 10;
    const { micros: before, errorMicros: usual = 0 } = clock.read();
    system.offsetMicros -= 5_000;
    system.monotonicMs += 1;
    const { micros, errorMicros = 0 } = clock.read();
    assert.equal(micros, before + 1);
    assert.equal(errorMicros - usual, micros - wallMicros());
    assert.deepEqual(steps, [before + 1_000], 'the later time, from which the clock is trusted again');
  });

  it('has no known error while that of the system clock is unknown', () => {
    assert.equal(fakeClock({ systemErrorMicros: () => undefined }).clock.read().errorMicros, undefined);
  });

  for (const [title, byMicros] of [
    ['an hour forward', HOUR_MICROS],
    ['more than a second forward, as after a suspension of the machine', CLOCK_JUMP_MICROS.forward + 1_000],
    ['back by more than some milliseconds', -CLOCK_JUMP_MICROS.backward - 1_000],
  ] as const) {
    it(`refuses every reading after the system clock has jumped ${title}, and reports it once`, () => {
      const { system, clock, jumps } = fakeClock();
      clock.now();
      system.offsetMicros += byMicros;
      system.monotonicMs += 1;
      const refusal = (error: unknown) => error instanceof ServiceError && error.code === 'draining';
      assert.throws(clock.now, refusal);
      // The system clock is right again, but the process cannot know that.
      system.offsetMicros -= byMicros;
      system.monotonicMs += 150;
      assert.throws(clock.now, refusal);
      assert.equal(jumps.length, 1);
      assert.ok(Math.abs((jumps[0] as number) - byMicros) <= 2);
    });
  }

  it('does not mistake a pause of the process for a jump', () => {
    const { system, clock, jumps, steps } = fakeClock();
    clock.now();
    system.pausesMs = Array.from({ length: 40 }, () => 5_000);
    clock.now();
    assert.deepEqual({ jumps, steps }, { jumps: [], steps: [] });
  });

  it('works with the real clock', () => {
    const off = Math.abs(createClock({ runtime: systemRuntime }).now() / 1000 - Date.now());
    assert.ok(off < 1_000, `${off} ms off`);
  });
});

describe('the watch over the clock', () => {
  it('detects a jump without requests, until it is stopped', () => {
    const { system, clock, jumps } = fakeClock();
    const timers: (() => void)[] = [];
    let cancelled = 0;
    const stop = watchClock(clock, {
      setTimer: (callback) => {
        timers.push(callback);
        return () => cancelled++;
      },
    });
    timers.shift()?.();
    assert.deepEqual(jumps, []);
    system.offsetMicros += HOUR_MICROS;
    system.monotonicMs += 1_000;
    timers.shift()?.();
    assert.equal(jumps.length, 1);
    stop();
    assert.deepEqual({ cancelled, waiting: timers.length }, { cancelled: 1, waiting: 1 });
  });
});
