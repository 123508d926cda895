import { call, jsonata } from '../workflow.ts';

/** What the check needs to know, as text or as tokens. */
export interface RestoreCheckTarget {
  readonly vaultName: string;
  readonly planArn: string;
}

const DAY_MS = 86_400_000;

/** A test takes hours with a large table. Jobs of the month before are older than this. */
const TEST_DAYS = 7;

/** A backup that is older than this existed before the test began. */
const BACKUP_DAYS = 3;

const TIMEOUT_S = 3_600;

function daysBefore(days: number): string {
  return jsonata(`$fromMillis($toMillis($states.context.Execution.StartTime) - ${days * DAY_MS})`);
}

/**
 * The state machine, in Amazon States Language with JSONata: succeeds if the restore test of this month restored a table,
 * or if there was no backup yet. It fails if the test failed, has not ended, or did not run.
 */
export function restoreCheckDefinition({ vaultName, planArn }: RestoreCheckTarget) {
  return {
    QueryLanguage: 'JSONata',
    TimeoutSeconds: TIMEOUT_S,
    StartAt: 'ListBackups',
    States: {
      ListBackups: call(
        'backup:listRecoveryPointsByBackupVault',
        { BackupVaultName: vaultName, ByCreatedBefore: daysBefore(BACKUP_DAYS), MaxResults: 1 },
        'HasBackup',
        { backups: jsonata('$count($states.result.RecoveryPoints)') },
      ),
      HasBackup: {
        Type: 'Choice',
        Choices: [{ Condition: jsonata('$backups > 0'), Next: 'ListTests' }],
        Default: 'NothingToTest',
      },
      NothingToTest: { Type: 'Succeed' },
      ListTests: call(
        'backup:listRestoreJobs',
        { ByRestoreTestingPlanArn: planArn, ByCreatedAfter: daysBefore(TEST_DAYS) },
        'IsRestored',
        { tests: jsonata("[$states.result.RestoreJobs.(Status & (StatusMessage ? ' (' & StatusMessage & ')' : ''))]") },
      ),
      IsRestored: {
        Type: 'Choice',
        Choices: [{ Condition: jsonata("'COMPLETED' in $tests.$substringBefore(' (')"), Next: 'Restored' }],
        Default: 'NotRestored',
      },
      Restored: { Type: 'Succeed' },
      NotRestored: {
        Type: 'Fail',
        Error: 'RestoreTestFailed',
        Cause: jsonata("$count($tests) = 0 ? 'no restore test has run' : 'restore tests: ' & $join($tests, ', ')"),
      },
    },
  };
}
