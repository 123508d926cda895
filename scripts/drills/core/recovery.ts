import type { DrillRun, Observation } from './run-record.ts';

/** What a second must be like to count as healthy. */
export interface Health {
  /** Largest share of errors, between 0 and 1. */
  readonly errorRatio: number;
  readonly p99Ms: number;
}

/** The service counts as recovered when it stays healthy this long. */
const LASTING_S = 10;

/** Whether users were served well in a second. A second without requests counts as healthy. */
export function isHealthy({ requestsPerS, errorsPerS, p99Ms = 0 }: Observation, health: Health): boolean {
  if (requestsPerS === 0) return true;
  return errorsPerS / requestsPerS <= health.errorRatio && p99Ms <= health.p99Ms;
}

/** Second of the first fault; undefined in a drill without one. */
export function faultSecond({ faults }: Pick<DrillRun, 'faults'>): number | undefined {
  return faults.length === 0 ? undefined : Math.min(...faults.map(({ fromS }) => fromS));
}

/** Seconds from the fault to the first sign that the system detected it. */
export function timeToDetectS(run: Pick<DrillRun, 'faults' | 'events'>): number | undefined {
  const fault = faultSecond(run);
  if (fault === undefined) return undefined;
  const signs = run.events
    .filter(({ detection, second }) => detection && second >= fault)
    .map(({ second }) => second - fault);
  return signs.length === 0 ? undefined : Math.min(...signs);
}

/**
 * Seconds from the fault until the service recovers: it is healthy to the end, or for {@link LASTING_S}. 0 when users were
 * never affected, undefined when it did not recover.
 */
export function timeToRecoverS(run: Pick<DrillRun, 'faults' | 'observations'>, health: Health): number | undefined {
  const fault = faultSecond(run);
  if (fault === undefined) return undefined;
  const after = run.observations.filter(({ second }) => second >= fault);
  if (after.length === 0) return undefined;
  const lastBad = lastUnhealthySecond(after, health);
  if (lastBad === undefined) return 0;
  const next = after.find(({ second }) => second > lastBad);
  return next === undefined ? undefined : next.second - fault;
}

/** The last unhealthy second before the first lasting recovery; undefined when all seconds were healthy. */
function lastUnhealthySecond(observations: readonly Observation[], health: Health): number | undefined {
  let last: number | undefined;
  for (const observation of observations) {
    if (last !== undefined && observation.second - last > LASTING_S) return last;
    if (!isHealthy(observation, health)) last = observation.second;
  }
  return last;
}
