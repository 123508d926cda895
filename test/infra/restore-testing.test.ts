import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { restoreCheckDefinition } from '../../infra/data/restore-check.ts';
import { runStateMachine } from './archive/run-state-machine.ts';
import { EVERYTHING_ON, resourcesOf, synthesize, theResource } from './synthesize.ts';

const prod = synthesize('prod', EVERYTHING_ON);

describe('the monthly restore test', () => {
  it('restores the newest backup of the table, after the day of the backup', () => {
    const { Properties: plan } = theResource('AWS::Backup::RestoreTestingPlan', prod.data);
    assert.match(plan.RestoreTestingPlanName, /^[a-zA-Z0-9_]{1,50}$/);
    assert.equal(plan.ScheduleExpression, 'cron(0 5 2 * ? *)');
    assert.equal(plan.RecoveryPointSelection.Algorithm, 'LATEST_WITHIN_WINDOW');
    assert.match(
      plan.RecoveryPointSelection.IncludeVaults[0]['Fn::GetAtt'].join('.'),
      /^BackupsVault\w+\.BackupVaultArn$/,
    );
    assert.ok(plan.RecoveryPointSelection.SelectionWindowDays >= 31, 'a month has up to 31 days');
    const { Properties: selection } = theResource('AWS::Backup::RestoreTestingSelection', prod.data);
    assert.equal(selection.ProtectedResourceType, 'DynamoDB');
    assert.equal(selection.ProtectedResourceArns.length, 1);
  });

  it('raises its alarm for every check that did not end, as the archive does for its runs', () => {
    const countedBy = (name: string) => {
      const [, alarm] = Object.entries(prod.operations.Resources).find(([id]) => id.startsWith(name)) ?? [];
      return alarm?.Properties.Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: { MetricName: string } } }) =>
        MetricStat ? [MetricStat.Metric.MetricName] : [],
      ).toSorted();
    };
    const all = ['ExecutionsAborted', 'ExecutionsFailed', 'ExecutionsTimedOut'];
    assert.deepEqual([countedBy('AlarmsRestoreTestFailed'), countedBy('AlarmsArchiveFailed')], [all, all]);
  });

  it('can be turned off', () => {
    const { data } = synthesize('prod', { ...EVERYTHING_ON, restoreTests: 'false' });
    assert.deepEqual(resourcesOf('AWS::Backup::RestoreTestingPlan', data), []);
  });
});

describe('the check of the restore test', () => {
  const definition = restoreCheckDefinition({ vaultName: 'vault', planArn: 'arn:plan' });

  /** Runs the check on the fifth of December, with these backups and restore jobs. */
  function check(backups: readonly object[], jobs: readonly object[]) {
    const calls: Record<string, unknown>[] = [];
    const call = (action: string, args: Record<string, unknown>) => {
      calls.push({ action, ...args });
      return action.endsWith('BackupVault') ? { RecoveryPoints: backups } : { RestoreJobs: jobs };
    };
    return { ended: runStateMachine(definition, 'run', call, '2026-12-05T05:00:00.000Z'), calls };
  }

  it('succeeds if a test restored a table', async () => {
    for (const jobs of [[{ Status: 'COMPLETED' }], [{ Status: 'FAILED' }, { Status: 'COMPLETED' }]])
      assert.equal(await check([{}], jobs).ended, 'SUCCEEDED');
  });

  it('asks for the jobs of this month’s test only', async () => {
    const { ended, calls } = check([{}], [{ Status: 'COMPLETED' }]);
    await ended;
    assert.deepEqual(calls, [
      {
        action: 'backup:listRecoveryPointsByBackupVault',
        BackupVaultName: 'vault',
        ByCreatedBefore: '2026-12-02T05:00:00.000Z',
        MaxResults: 1,
      },
      {
        action: 'backup:listRestoreJobs',
        ByRestoreTestingPlanArn: 'arn:plan',
        ByCreatedAfter: '2026-11-28T05:00:00.000Z',
      },
    ]);
  });

  it('succeeds if there was nothing to restore yet', async () => {
    assert.equal(await check([], []).ended, 'SUCCEEDED');
  });

  it('fails if no test ran', async () => {
    await assert.rejects(check([{}], []).ended, /^Error: RestoreTestFailed: no restore test has run$/);
  });

  it('fails if the test failed or has not ended, and says so', async () => {
    const jobs = [{ Status: 'FAILED', StatusMessage: 'access denied' }, { Status: 'RUNNING' }];
    await assert.rejects(
      check([{}], jobs).ended,
      /RestoreTestFailed: restore tests: FAILED \(access denied\), RUNNING$/,
    );
  });
});
