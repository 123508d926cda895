import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Schedule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Settings } from '../settings/table.ts';

/** What to back up, with which key and for how long. */
export interface BackupsProps {
  readonly table: TableV2;
  readonly key: IKey;
  readonly settings: Settings;
  readonly removalPolicy: RemovalPolicy;
}

/** Daily backups that outlast point-in-time recovery's 35 days, in a vault from which nobody deletes by mistake. */
export class Backups extends Construct {
  constructor(scope: Construct, id: string, { table, key, settings, removalPolicy }: BackupsProps) {
    super(scope, id);
    const vault = new BackupVault(this, 'Vault', {
      encryptionKey: key,
      removalPolicy,
      // A throwaway stage must be able to empty its vault, or destroy would fail.
      blockRecoveryPointDeletion: settings.retainData,
    });
    const plan = new BackupPlan(this, 'Plan', { backupVault: vault });
    plan.addRule(
      new BackupPlanRule({
        ruleName: 'Daily',
        scheduleExpression: Schedule.cron({ hour: '3', minute: '0' }),
        startWindow: Duration.hours(1),
        completionWindow: Duration.hours(8),
        deleteAfter: Duration.days(settings.backupRetentionDays),
      }),
    );
    plan.addSelection('Timestamps', { resources: [BackupResource.fromArn(table.tableArn)] });
  }
}
