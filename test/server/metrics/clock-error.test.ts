import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseTracking, readTracking, type Tracking } from '../../../server/metrics/chrony.ts';
import { watchClockError } from '../../../server/metrics/clock-error.ts';

const scratch = await mkdtemp(join(tmpdir(), 'stampede-clock-'));
after(() => rm(scratch, { recursive: true }));

/** A line of `chronyc -c tracking` on an instance with the Amazon Time Sync Service. */
const TRACKING =
  'A9FEA97B,169.254.169.123,4,1795261637.123456789,-0.000012000,0.000001500,0.000009000,-12.345,0.001,0.050,0.000400000,0.000150000,16.2,Normal\n';
/** The same without a time source. */
const UNSYNCHRONISED =
  '00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised\n';

describe('what chrony knows about the system clock', () => {
  it('is |offset| + root dispersion + root delay / 2, and the time of the last update', () => {
    const { errorMicros = 0, updatedMicros } = parseTracking(TRACKING) ?? {};
    assert.equal(errorMicros.toFixed(3), '362.000');
    assert.equal(updatedMicros, 1_795_261_637_123_456);
  });

  it('is nothing without a time source, and for any other input', () => {
    for (const text of [UNSYNCHRONISED, '', '506 Cannot talk to daemon\n', 'a,b,c,d,e,f,g,h,i,j,k,l,m,n'])
      assert.equal(parseTracking(text), undefined, text);
  });

  it('is read from chronyc, and nothing if chronyc is absent or fails', async () => {
    const chronyc = join(scratch, 'chronyc');
    await writeFile(chronyc, `#!/bin/sh\n[ "$*" = "-n -c tracking" ] && echo '${TRACKING.trim()}'\n`);
    await chmod(chronyc, 0o755);
    assert.equal((await readTracking(chronyc))?.updatedMicros, 1_795_261_637_123_456);
    await writeFile(chronyc, '#!/bin/sh\necho 506 Cannot talk to daemon; exit 1\n');
    assert.equal(await readTracking(chronyc), undefined);
    assert.equal(await readTracking(join(scratch, 'absent')), undefined);
  });
});

const START_MICROS = 1_795_261_637_000_000;

/** The error of a fake system clock in virtual time. `elapse` lets time pass and chrony be read where that is due. */
function watchFakeClock(first: Tracking | undefined) {
  const system = { ms: 0, stepMicros: 0, tracking: first };
  const timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const error = watchClockError({
    runtime: {
      monotonicMs: () => system.ms,
      wallMicros: () => START_MICROS + system.ms * 1_000 + system.stepMicros,
      setTimer: (callback, ms) => {
        const timer = { atMs: system.ms + ms, callback };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
    readTracking: async () => system.tracking,
  });
  const settle = async () => {
    for (let i = 0; i < 4; i++) await Promise.resolve();
  };
  const elapse = async (ms: number) => {
    await settle();
    const untilMs = system.ms + ms;
    while (timers[0] && timers[0].atMs <= untilMs) {
      const { atMs, callback } = timers.shift() as (typeof timers)[number];
      system.ms = atMs;
      callback();
      await settle();
    }
    system.ms = untilMs;
  };
  const updatedAfterMs = (ms: number, errorMicros = 300) => {
    system.tracking = { errorMicros, updatedMicros: START_MICROS + ms * 1_000 };
  };
  return { error, system, timers, elapse, updatedAfterMs };
}

describe('the error of the system clock', () => {
  it('is unknown until chrony has updated the clock after the start of the process', async () => {
    const { error, elapse, updatedAfterMs } = watchFakeClock({ errorMicros: 300, updatedMicros: START_MICROS - 1 });
    await elapse(10_000);
    assert.equal(error.micros(), undefined);
    updatedAfterMs(8_000);
    await elapse(5_000);
    assert.equal(error.micros(), 300);
  });

  it('grows by 50 µs a second until chrony is read again', async () => {
    const { error, elapse, updatedAfterMs } = watchFakeClock(undefined);
    updatedAfterMs(1);
    await elapse(5_000);
    assert.equal(error.micros(), 300);
    await elapse(4_000);
    assert.equal(error.micros(), 500);
    await elapse(1_000);
    assert.equal(error.micros(), 300);
  });

  it('continues to grow while chrony does not answer, and is unknown after a minute', async () => {
    const { error, system, elapse, updatedAfterMs } = watchFakeClock(undefined);
    updatedAfterMs(1);
    await elapse(5_000);
    system.tracking = undefined;
    await elapse(60_000);
    assert.equal(error.micros(), 3_300);
    await elapse(1);
    assert.equal(error.micros(), undefined);
  });

  it('is unknown after a step of the clock, until chrony has updated the clock again', async () => {
    const { error, system, elapse, updatedAfterMs } = watchFakeClock(undefined);
    updatedAfterMs(1);
    await elapse(5_000);
    system.stepMicros = 500_000;
    error.distrustUntil(START_MICROS + 5_500_000);
    assert.equal(error.micros(), undefined);
    await elapse(5_000);
    assert.equal(error.micros(), undefined, 'chrony still reports the error from before the step');
    updatedAfterMs(9_000, 500_300);
    await elapse(5_000);
    assert.equal(error.micros(), 500_300);
  });

  it('is read no more after closing', async () => {
    const { error, timers, elapse } = watchFakeClock(undefined);
    await elapse(5_000);
    assert.equal(timers.length, 1);
    error.close();
    assert.equal(timers.length, 0);
  });
});
