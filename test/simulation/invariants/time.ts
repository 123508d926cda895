import type { Recording } from '../actors/recording.ts';
import type { World } from '../world.ts';

/** Without a known error: that of the clock, which is read once a millisecond, and of its small steps. */
const UNKNOWN_ERROR_MICROS = 10_000;

/**
 * A recorded time is off by at most its error: the true time was within it at a moment between the arrival of the
 * request and the end of the clock's reading. A step of the clock is unknown only to processes that start after it.
 */
export function checkTime(world: World, recording: Recording): void {
  const {
    micros,
    errorMicros = UNKNOWN_ERROR_MICROS,
    arrivedMicros = 0,
    stampedMicros = 0,
    trace,
    process,
  } = recording;
  if (micros === undefined) return;
  const startMicros = world.plan.epochMicros + process.offsetMicros;
  const earlyMicros = startMicros + arrivedMicros - (micros + errorMicros);
  const lateMicros = micros - errorMicros - (startMicros + stampedMicros);
  if (earlyMicros > 0) world.violate('time', `…${trace} is recorded ${earlyMicros} µs too early, beyond its error`);
  if (lateMicros > 0) world.violate('time', `…${trace} is recorded ${lateMicros} µs too late, beyond its error`);
}
