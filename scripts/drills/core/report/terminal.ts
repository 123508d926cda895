import { textTable } from '../../../cli/table.ts';
import type { VerdictLine } from '../run-record.ts';
import { hasPassed, type JudgedRun, type Report } from './page.ts';
import { predictionText } from './prediction-text.ts';

/** The report in a terminal: one line a promise, the broken ones with what was expected. */
export function renderTerminal(report: Report): string {
  const blocks = report.runs.map(({ run, verdict }: JudgedRun) =>
    [block(run.scenario, verdict.lines), ...(run.prediction ? [`  ·  ${predictionText(run.prediction)}`] : [])].join(
      '\n',
    ),
  );
  const proofs = report.proofs.length > 0 ? [block('proofs', report.proofs)] : [];
  const lines = [...report.proofs, ...report.runs.flatMap(({ verdict }) => verdict.lines)];
  const kept = lines.filter((line) => line.kept).length;
  const end = `${report.title}: ${hasPassed(report) ? 'passed' : 'FAILED'}, ${kept} of ${lines.length} promises kept`;
  return [...proofs, ...blocks, end].join('\n\n');
}

function block(name: string, lines: readonly VerdictLine[]): string {
  const rows = lines.map(({ promise, kept, measured, expected }) => [
    kept ? '  ✓' : '  ✗',
    promise,
    kept ? measured : `${measured}, expected ${expected}`,
  ]);
  return `${name}\n${textTable(rows)}`;
}
