import { timeLabel } from '../../../cli/chart-axes.ts';
import { textTable } from '../../../cli/table.ts';
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

/** The report in a terminal: one line per check, failed ones with what was expected. */
export function renderTerminal(report: Report): string {
  const { title, runs } = report;
  const stageChecks = report.checks.length > 0 ? [checksText('stage checks', report.checks)] : [];
  const blocks = runs.map(({ run: { drill, prediction }, verdict }) => {
    const text = checksText(drill, verdict.checks);
    return prediction ? `${text}\n  ·  ${predictionText(prediction)}` : text;
  });
  const checks = [...report.checks, ...runs.flatMap(({ verdict }) => verdict.checks)];
  const passed = checks.filter((check) => check.passed).length;
  const end = `${title}: ${hasPassed(report) ? 'passed' : 'FAILED'}, ${passed} of ${checks.length} checks passed`;
  return [...stageChecks, ...blocks, end].join('\n\n');
}

/** Checks by name, failed ones with what was expected. */
export function checksText(name: string, checks: readonly Check[]): string {
  const rows = checks.map(({ check, passed, measured, expected }) =>
    passed ? ['  ✓', check, measured] : ['  ✗', check, `${measured}, expected ${expected}`],
  );
  return `${name}\n${textTable(rows)}`;
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
