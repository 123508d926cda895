import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

const DEADLINE_MS = 2_000;

/** The largest possible error of the system clock in milliseconds; `undefined` if chrony does not answer. */
export async function readClockErrorBoundMs(chronyc = 'chronyc'): Promise<number | undefined> {
  try {
    const { stdout } = await run(chronyc, ['-n', '-c', 'tracking'], { timeout: DEADLINE_MS });
    return parseClockErrorBoundMs(stdout);
  } catch {
    return undefined; // The alarm ClockUnknown counts the instances that do not report the metric.
  }
}

const Seconds = z.stringFormat('seconds', /^-?\d+\.\d+$/).transform(Number);

/** Fields of chronyc(1), "tracking", by position: system time offset, root delay, root dispersion. */
const TrackingSchema = z.object({ 4: Seconds, 10: Seconds, 11: Seconds });

/** chronyc(1), "tracking": error ≤ |system time offset| + root dispersion + root delay / 2. */
export function parseClockErrorBoundMs(line: string): number | undefined {
  const { data } = TrackingSchema.safeParse({ ...line.trim().split(',') });
  return data && (Math.abs(data[4]) + data[11] + data[10] / 2) * 1_000;
}
