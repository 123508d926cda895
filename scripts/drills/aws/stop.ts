import { countRequests, type Period } from '../artillery/periods.ts';
import type { Snapshot } from './snapshot.ts';

/** When a drill gives up. */
export interface StopCondition {
  /** Largest share of errors over the last {@link STOP_PERIODS} periods, between 0 and 1. */
  readonly errorRatio: number;
  /** Alarms that end the drill when they ring. */
  readonly alarm: RegExp;
}

/** Periods of ten seconds that are looked at: one bad moment is what drills are for, half a minute is harm. */
const STOP_PERIODS = 3;

/** Why a drill must stop now; undefined while it may go on. */
export function stopReason(
  condition: StopCondition,
  periods: readonly Period[],
  snapshot: Snapshot,
): string | undefined {
  const ringing = snapshot.alarms.find(({ name, state }) => condition.alarm.test(name) && state === 'ALARM');
  if (ringing) return `the alarm ${ringing.name} rings`;
  if (periods.length < STOP_PERIODS) return undefined;
  const last = periods.slice(-STOP_PERIODS).map(countRequests);
  const requests = last.reduce((sum, period) => sum + period.requests, 0);
  const errors = last.reduce((sum, period) => sum + period.errors, 0);
  if (requests === 0 || errors / requests <= condition.errorRatio) return undefined;
  return `${errors} of ${requests} requests failed in the last ${STOP_PERIODS * 10} s`;
}
