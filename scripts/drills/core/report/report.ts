import { timeLabel } from '../../../cli/chart-axes.ts';
import type { judge } from '../judge.ts';
import type { Check, DrillRun, Prediction } from '../run-record.ts';

/** A drill and its verdict. */
export type JudgedRun = Readonly<{ run: DrillRun; verdict: ReturnType<typeof judge> }>;

/** What a report shows. */
export interface Report {
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Facts that a reader needs to compare reports: commit, image, machine, time factor. */
  readonly facts: Readonly<Record<string, string>>;
  /** Those outside of a drill. */
  readonly checks: readonly Check[];
  readonly runs: readonly JudgedRun[];
}

/** Whether every check of a report passed. A report without any check has failed. */
export function hasPassed({ checks, runs }: Report): boolean {
  const passed = checks.every((check) => check.passed) && runs.every(({ verdict }) => verdict.passed);
  return passed && checks.length + runs.length > 0;
}

/** The prediction beside the measurement, in one line. */
export function predictionText({ predicted, measured }: Prediction): string {
  return [
    `predicted peak ${predicted.peak} instances, measured ${measured.peak}`,
    ...changeText('out', predicted.outAtS, measured.outAtS),
    ...changeText('in', predicted.inAtS, measured.inAtS),
  ].join('; ');
}

function changeText(direction: 'out' | 'in', predictedS: number | undefined, measuredS: number | undefined): string[] {
  if (predictedS === undefined && measuredS === undefined) return [];
  const when = (second: number | undefined) => (second === undefined ? 'never' : `after ${timeLabel(second)}`);
  return [`predicted first scale-${direction} ${when(predictedS)}, measured ${when(measuredS)}`];
}

/** The assumptions of a prediction. */
export function assumptionsText({ requestsPerInstance, bootS }: Prediction): string {
  const rate = Number(requestsPerInstance.toPrecision(3));
  return `${rate} requests/s of an instance at 100 % CPU, ${Math.round(bootS)} s from launch to service`;
}
