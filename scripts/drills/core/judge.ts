import { faultSecond, type Health, timeToDetectS, timeToRecoverS } from './recovery.ts';
import type { DrillRun, Observation, VerdictLine } from './run-record.ts';

/** What a drill promises to its users. Leave out what a scenario does not promise. */
export interface Objectives {
  /** A second that is worse than this is not served well. */
  readonly health: Health;
  /** Largest share of errors over the whole run, between 0 and 1. */
  readonly errorRatio: number;
  /** @default - detection is not judged */
  readonly detectS?: number;
  /** @default - recovery is not judged */
  readonly recoverS?: number;
}

/** The judgement on one drill. */
export interface Verdict {
  readonly passed: boolean;
  readonly lines: readonly VerdictLine[];
  /** Undefined when nothing noticed the fault, or there was none. */
  readonly detectedAfterS: number | undefined;
  /** Undefined when the service did not recover, or there was no fault. */
  readonly recoveredAfterS: number | undefined;
}

/** Judges a run by its objectives; `proofs` are promises that the scenario checked by itself. */
export function judge(run: DrillRun, objectives: Objectives, proofs: readonly VerdictLine[] = []): Verdict {
  const detectedAfterS = timeToDetectS(run);
  const recoveredAfterS = timeToRecoverS(run, objectives.health);
  const lines = [
    steadyLine(run, objectives),
    errorLine(run, objectives),
    ...within('the fault is noticed', detectedAfterS, objectives.detectS),
    ...within('users are served well again', recoveredAfterS, objectives.recoverS),
    ...durabilityLine(run),
    ...proofs,
  ];
  return { passed: lines.every(({ kept }) => kept), lines, detectedAfterS, recoveredAfterS };
}

/** A fault proves nothing about a service that was not well before. */
function steadyLine(run: DrillRun, { health }: Objectives): VerdictLine {
  const before = run.observations.filter(({ second }) => second < (faultSecond(run) ?? Infinity));
  const { requests, ratio } = errorsOf(before);
  const p99Ms = median(before.flatMap((observation) => observation.p99Ms ?? []));
  return {
    promise: 'the steady state is healthy',
    kept: requests > 0 && ratio <= health.errorRatio && p99Ms <= health.p99Ms,
    measured: requests === 0 ? 'no requests' : `${percent(ratio)} errors, p99 ${Math.round(p99Ms)} ms`,
    expected: `at most ${percent(health.errorRatio)} errors, p99 ${health.p99Ms} ms`,
  };
}

function errorLine({ observations }: DrillRun, { errorRatio }: Objectives): VerdictLine {
  const { requests, errors, ratio } = errorsOf(observations);
  return {
    promise: 'requests are answered',
    kept: requests > 0 && ratio <= errorRatio,
    measured: `${Math.round(errors)} of ${Math.round(requests)} failed (${percent(ratio)})`,
    expected: `at most ${percent(errorRatio)}`,
  };
}

function within(promise: string, measuredS: number | undefined, limitS: number | undefined): VerdictLine[] {
  if (limitS === undefined) return [];
  return [
    {
      promise,
      kept: measuredS !== undefined && measuredS <= limitS,
      measured: measuredS === undefined ? 'never' : `after ${measuredS} s`,
      expected: `within ${limitS} s`,
    },
  ];
}

function durabilityLine({ durability }: DrillRun): VerdictLine[] {
  if (!durability) return [];
  const { acknowledged, stored } = durability;
  return [
    {
      promise: 'every acknowledged timestamp is stored',
      kept: acknowledged > 0 && stored === acknowledged,
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
