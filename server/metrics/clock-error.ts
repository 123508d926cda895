import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const DEADLINE_MS = 2_000;

/**
 * The largest error that the system's clock can have, in milliseconds, as chrony knows it; `undefined` where chrony is
 * absent or does not answer.
 */
export async function readClockErrorBoundMs(chronyc = 'chronyc'): Promise<number | undefined> {
  try {
    const { stdout } = await run(chronyc, ['-n', '-c', 'tracking'], { timeout: DEADLINE_MS });
    return parseClockErrorBoundMs(stdout);
  } catch {
    return undefined; // The metric's absence says it; its alarm treats missing data as breaching.
  }
}

/**
 * chronyc(1), "tracking": error ≤ |system time offset| + root dispersion + root delay / 2. The fields of the line are
 * reference id, name, stratum, reference time, system time offset, last offset, RMS offset, frequency, residual
 * frequency, skew, root delay, root dispersion, update interval, leap status; times in seconds.
 */
export function parseClockErrorBoundMs(line: string): number | undefined {
  const fields = line.trim().split(',');
  const [offsetS, rootDelayS, rootDispersionS] = [fields[4], fields[10], fields[11]].map((field) => Number(field));
  const boundS = Math.abs(offsetS ?? Number.NaN) + (rootDispersionS ?? Number.NaN) + (rootDelayS ?? Number.NaN) / 2;
  return Number.isFinite(boundS) ? boundS * 1_000 : undefined;
}
