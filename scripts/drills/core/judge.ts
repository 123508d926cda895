import { faultSecond, type Health, timeToDetectS, timeToRecoverS } from './recovery.ts';
import type { Check, DrillRun, Observation } from './run-record.ts';

/** What a drill is judged by. */
export interface Objectives {
  /** A second that is worse than this is unhealthy. */
  readonly health: Health;
  /** Largest share of errors over the whole run, between 0 and 1. */
  readonly errorRatio: number;
  /** @default - detection is not judged */
  readonly detectS?: number;
  /** @default - recovery is not judged */
  readonly recoverS?: number;
}

/** The judgement on one drill. */
export type Verdict = Readonly<ReturnType<typeof judge>>;

/** Judges a run by its objectives; `more` are the checks that the drill made by itself. */
export function judge(run: DrillRun, objectives: Objectives, more: readonly Check[] = []) {
  const detectedAfterS = timeToDetectS(run);
  const recoveredAfterS = timeToRecoverS(run, objectives.health);
  const checks: readonly Check[] = [
    steadyCheck(run, objectives),
    errorCheck(run, objectives),
    ...within('the fault is detected', detectedAfterS, objectives.detectS),
    ...within('the service recovers', recoveredAfterS, objectives.recoverS),
    ...durabilityCheck(run),
    ...more,
  ];
  return {
    passed: checks.every(({ passed }) => passed),
    checks,
    /** Undefined when nothing detected the fault, or there was none. */
    detectedAfterS,
    /** Undefined when the service did not recover, or there was no fault. */
    recoveredAfterS,
  };
}

/** The effect of a fault is unknown when the service was unhealthy before. */
function steadyCheck(run: DrillRun, { health }: Objectives): Check {
  const before = run.observations.filter(({ second }) => second < (faultSecond(run) ?? Infinity));
  const { requests, ratio } = errorsOf(before);
  const p99Ms = median(before.flatMap((observation) => observation.p99Ms ?? []));
  return {
    check: 'the steady state is healthy',
    passed: requests > 0 && ratio <= health.errorRatio && p99Ms <= health.p99Ms,
    measured: requests === 0 ? 'no requests' : `${percent(ratio)} errors, p99 ${Math.round(p99Ms)} ms`,
    expected: `at most ${percent(health.errorRatio)} errors, p99 ${health.p99Ms} ms`,
  };
}

function errorCheck({ observations }: DrillRun, { errorRatio }: Objectives): Check {
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
  return [
    {
      check,
      passed: measuredS !== undefined && measuredS <= limitS,
      measured: measuredS === undefined ? 'never' : `after ${measuredS} s`,
      expected: `within ${limitS} s`,
    },
  ];
}

function durabilityCheck({ durability }: DrillRun): Check[] {
  if (!durability) return [];
  const { acknowledged, stored } = durability;
  return [
    {
      check: 'every acknowledged timestamp is stored',
      passed: acknowledged > 0 && stored === acknowledged,
      measured: `${stored} of ${acknowledged} found`,
      expected: 'all of them, and one at least',
    },
  ];
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
