import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

const DEADLINE_MS = 2_000;

/** What chrony knows about the system clock. */
export interface Tracking {
  /** The largest possible error of the system clock, in microseconds. */
  readonly errorMicros: number;
  /** The last update from a time source, in microseconds since the epoch by the system clock. */
  readonly updatedMicros: number;
}

/** Asks chrony; `undefined` if it does not answer or has no time source. */
export async function readTracking(chronyc = 'chronyc'): Promise<Tracking | undefined> {
  try {
    const { stdout } = await run(chronyc, ['-n', '-c', 'tracking'], { timeout: DEADLINE_MS });
    return parseTracking(stdout);
  } catch {
    return undefined; // The alarm ClockUnknown counts the instances that do not report the metric.
  }
}

const Seconds = z.stringFormat('seconds', /^-?\d+\.\d+$/).transform(Number);

/**
 * Fields of chronyc(1), "tracking", by position: reference time, system time offset, root delay, root dispersion, leap
 * status. Without a time source the values of the others have no meaning.
 */
const TrackingSchema = z.object({
  3: Seconds,
  4: Seconds,
  10: Seconds,
  11: Seconds,
  13: z.string().refine((status) => status !== 'Not synchronised'),
});

/** chronyc(1), "tracking": error ≤ |system time offset| + root dispersion + root delay / 2. ClockBound does the same. */
export function parseTracking(line: string): Tracking | undefined {
  const { data } = TrackingSchema.safeParse({ ...line.trim().split(',') });
  return (
    data && {
      errorMicros: (Math.abs(data[4]) + data[11] + data[10] / 2) * 1e6,
      updatedMicros: Math.floor(data[3] * 1e6),
    }
  );
}
