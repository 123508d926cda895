import type { RestoreRecord } from '../../restore/record.ts';
import type { Check } from '../core/run-record.ts';
import { type Answer, acknowledgedIn, compareWithTable } from './answers.ts';

/** When a copy of a table was made, when the table was deleted, and when the stage had recovered: epoch milliseconds. */
export interface RestoreTimes {
  readonly copy: { readonly beganMs: number; readonly endedMs: number };
  readonly deletion: { readonly beganMs: number; readonly endedMs: number };
  /** Every instance used the restored table. */
  readonly recoveredMs: number;
}

/**
 * The answers whose timestamps must be in the restored table: those that arrived before the copy, and those to requests
 * that were sent after the deletion. A copy does not have what was written after it.
 */
export function coveredAnswers(answers: readonly Answer[], { copy, deletion }: RestoreTimes): Answer[] {
  return answers.filter(({ atMs, sentAtMs }) => atMs < copy.beganMs || sentAtMs >= deletion.endedMs);
}

/** What the recovery point objective allows to lose: each timestamp that was acknowledged between copy and deletion. */
export function lossCheck(answers: readonly Answer[], stored: readonly string[], times: RestoreTimes): Check {
  const { copy, deletion } = times;
  const covered = new Set(coveredAnswers(answers, times));
  const uncovered = answers.filter((answer) => !covered.has(answer));
  // Requests that were being answered while the copy was made, or the table deleted, may be in the copy or in the bucket.
  const between = uncovered.filter(({ atMs, sentAtMs }) => sentAtMs >= copy.endedMs && atMs < deletion.beganMs);
  const lost = missingFrom(uncovered, stored);
  const lostBetween = missingFrom(between, stored);
  const acknowledged = acknowledgedIn(between).length;
  return {
    check: 'what is lost was acknowledged between the copy and the deletion',
    passed: acknowledged > 0 && lostBetween === acknowledged,
    measured: `${lost} lost, ${lostBetween} of ${acknowledged} acknowledged between ${timeOf(copy.endedMs)} and ${timeOf(deletion.beganMs)}`,
    expected: 'all of those, one at least, and no other but requests in flight at either time',
  };
}

/** The recovery point and the recovery time that were measured. */
export function objectivesCheck({ copy, deletion, recoveredMs }: RestoreTimes, limitS: number): Check {
  const [rpoS, rtoS] = [deletion.endedMs - copy.beganMs, recoveredMs - deletion.endedMs].map((ms) => ms / 1_000);
  return {
    check: 'every instance records in the restored table',
    passed: Number(rtoS) <= limitS,
    measured: `RTO ${rtoS?.toFixed(1)} s, RPO ${rpoS?.toFixed(1)} s`,
    expected: `RTO at most ${limitS} s; RPO: the age of the copy`,
  };
}

/** The steps of `npm run restore` that let a stage use a restored table. */
const STEPS = ['requested', 'restored', 'configured', 'verified', 'used'] as const;

/** What `npm run restore` recorded of the restore. The table it restored, `deleted`, cannot be compared any more. */
export function commandCheck({ source, comparison, steps, verdict }: RestoreRecord, deleted: string): Check {
  const missing = STEPS.filter((step) => steps[step] === undefined);
  return {
    check: 'npm run restore configures, verifies and deploys the restored table',
    passed: missing.length === 0 && source === deleted && comparison === 'not compared' && verdict !== undefined,
    measured: missing.length === 0 ? (verdict ?? 'no verdict') : `without the steps ${missing.join(', ')}`,
    expected: `a verdict on a copy of ${deleted}, which is gone`,
  };
}

/** DynamoDB's own copy of a deleted table has everything that the table had. */
export function systemBackupCheck(answers: readonly Answer[], stored: readonly string[], times: RestoreTimes): Check {
  const before = acknowledgedIn(answers.filter(({ atMs }) => atMs < times.deletion.beganMs));
  const { stored: found } = compareWithTable(before, stored);
  return {
    check: 'the system backup of the deleted table has every timestamp acknowledged before (RPO 0)',
    passed: before.length > 0 && found === before.length,
    measured: `${found} of ${before.length} found`,
    expected: 'all of them, and one at least',
  };
}

function missingFrom(answers: readonly Answer[], stored: readonly string[]): number {
  const { acknowledged, stored: found } = compareWithTable(acknowledgedIn(answers), stored);
  return acknowledged - found;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}
