import type { Check, DrillRun, Observation } from './run-record.ts';

/** The largest share of errors, between 0 and 1, and the slowest answers of a healthy second. */
export type Health = Readonly<{ errorRatio: number; p99Ms: number }>;

/** What a drill is judged by. */
export interface Objectives {
  readonly health: Health;
  /** Largest share of errors over the whole run, between 0 and 1. */
  readonly errorRatio: number;
  /** @default - detection is not judged */
  readonly detectS?: number;
  /** @default - recovery is not judged */
  readonly recoverS?: number;
}

/** The service counts as recovered when it stays healthy this long. */
const LASTING_S = 10;

/** Judges a run by its objectives; `more` are the checks that the drill made by itself. */
export function judge(run: DrillRun, objectives: Objectives, more: readonly Check[] = []) {
  const { health, errorRatio, detectS, recoverS } = objectives;
  const detectedAfterS = timeToDetectS(run);
  const recoveredAfterS = timeToRecoverS(run, health);
  const checks: readonly Check[] = [
    steadyCheck(run, health),
    errorCheck(run, errorRatio),
    ...within('the fault is detected', detectedAfterS, detectS),
    ...within('the service recovers', recoveredAfterS, recoverS),
    ...durabilityCheck(run),
    ...more,
  ];
  return { passed: checks.every(({ passed }) => passed), checks, detectedAfterS, recoveredAfterS };
}

/** The effect of a fault is unknown when the service was unhealthy before. */
function steadyCheck(run: DrillRun, health: Health): Check {
  const faultS = faultSecond(run);
  const before = run.observations.filter(({ second }) => second < faultS);
  const { requests, ratio } = errorsOf(before);
  const p99Ms = median(before.flatMap((observation) => observation.p99Ms ?? []));
  return {
    check: 'the steady state is healthy',
    passed: requests > 0 && ratio <= health.errorRatio && p99Ms <= health.p99Ms,
    measured: requests === 0 ? 'no requests' : `${percent(ratio)} errors, p99 ${Math.round(p99Ms)} ms`,
    expected: `at most ${percent(health.errorRatio)} errors, p99 ${health.p99Ms} ms`,
  };
}

function errorCheck({ observations }: DrillRun, errorRatio: number): Check {
  const { requests, errors, ratio } = errorsOf(observations);
  return {
    check: 'requests are answered',
    passed: requests > 0 && ratio <= errorRatio,
    measured: `${Math.round(errors)} of ${Math.round(requests)} failed (${percent(ratio)})`,
    expected: `at most ${percent(errorRatio)}`,
  };
}

function within(check: string, measuredS: number | undefined, limitS: number | undefined): Check[] {
  if (limitS === undefined) return [];
  const passed = measuredS !== undefined && measuredS <= limitS;
  const measured = measuredS === undefined ? 'never' : `after ${measuredS} s`;
  return [{ check, passed, measured, expected: `within ${limitS} s` }];
}

function durabilityCheck({ durability }: DrillRun): Check[] {
  if (!durability) return [];
  const { acknowledged, stored } = durability;
  const check = 'every acknowledged timestamp is stored';
  const passed = acknowledged > 0 && stored === acknowledged;
  return [{ check, passed, measured: `${stored} of ${acknowledged} found`, expected: 'all of them, and one at least' }];
}

function errorsOf(observations: readonly Observation[]) {
  const requests = observations.reduce((sum, { requestsPerS }) => sum + requestsPerS, 0);
  const errors = observations.reduce((sum, { errorsPerS }) => sum + errorsPerS, 0);
  return { requests, errors, ratio: requests === 0 ? 0 : errors / requests };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(2)} %`;
}

/** Whether users were served well in a second. A second without requests counts as healthy. */
export function isHealthy({ requestsPerS, errorsPerS, p99Ms = 0 }: Observation, health: Health): boolean {
  return requestsPerS === 0 || (errorsPerS / requestsPerS <= health.errorRatio && p99Ms <= health.p99Ms);
}

/** Infinity in a drill without a fault. */
function faultSecond({ faults }: Pick<DrillRun, 'faults'>): number {
  return Math.min(...faults.map(({ fromS }) => fromS));
}

/** Seconds from the fault to the first sign that the system detected it; undefined without one. */
export function timeToDetectS(run: Pick<DrillRun, 'faults' | 'events'>): number | undefined {
  const faultS = faultSecond(run);
  const sign = run.events.find(({ detection, second }) => detection && second >= faultS);
  return sign && sign.second - faultS;
}

/** Seconds from the fault to lasting health; 0 when users were never affected, undefined when it was not seen. */
export function timeToRecoverS(run: Pick<DrillRun, 'faults' | 'observations'>, health: Health): number | undefined {
  const faultS = faultSecond(run);
  const after = run.observations.filter(({ second }) => second >= faultS);
  const unhealthy = after.filter((observation) => !isHealthy(observation, health)).map(({ second }) => second);
  if (unhealthy.length === 0) return after.length === 0 ? undefined : 0;
  const last = unhealthy.find((second, index) => (unhealthy[index + 1] ?? Infinity) - second > LASTING_S) ?? Infinity;
  const recovered = after.find(({ second }) => second > last);
  return recovered && recovered.second - faultS;
}
