import { textTable } from '../../../cli/table.ts';
import type { Check } from '../run-record.ts';
import { hasPassed, type JudgedRun, predictionText, type Report } from './report.ts';

/** The report in a terminal: one line per check, failed ones with what was expected. */
export function renderTerminal(report: Report): string {
  const blocks = report.runs.map(({ run, verdict }: JudgedRun) =>
    [checksText(run.drill, verdict.checks), ...(run.prediction ? [`  ·  ${predictionText(run.prediction)}`] : [])].join(
      '\n',
    ),
  );
  const stageChecks = report.checks.length > 0 ? [checksText('stage checks', report.checks)] : [];
  const checks = [...report.checks, ...report.runs.flatMap(({ verdict }) => verdict.checks)];
  const passed = checks.filter((check) => check.passed).length;
  const end = `${report.title}: ${hasPassed(report) ? 'passed' : 'FAILED'}, ${passed} of ${checks.length} checks passed`;
  return [...stageChecks, ...blocks, end].join('\n\n');
}

/** Checks by name, failed ones with what was expected. */
export function checksText(name: string, checks: readonly Check[]): string {
  const rows = checks.map(({ check, passed, measured, expected }) => [
    passed ? '  ✓' : '  ✗',
    check,
    passed ? measured : `${measured}, expected ${expected}`,
  ]);
  return `${name}\n${textTable(rows)}`;
}
