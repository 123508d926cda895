import { Stack, TimeZone } from 'aws-cdk-lib';
import { CfnRestoreTestingPlan, CfnRestoreTestingSelection, type IBackupVault } from 'aws-cdk-lib/aws-backup';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { SERVICE_NAME } from '../../server/contract.ts';
import { allow } from '../statement.ts';
import { restoreCheckDefinition } from './restore-check.ts';

export interface RestoreTestingProps {
  readonly stage: string;
  readonly table: ITableV2;
  readonly vault: IBackupVault;
}

/** The backup is made on the first of the month at 3:00. A large one takes hours, and so does its restore. */
const TEST_DAY = '2';
const CHECK_DAY = '5';

/**
 * Restores the newest backup of the table every month, and deletes the restored table again. AWS Backup has no metric
 * that tells when a test did not run, hence the check some days later (decision 0049).
 */
export class RestoreTesting extends Construct {
  /** Fails if this month's test did not restore a table. */
  readonly check: StateMachine;

  constructor(scope: Construct, id: string, { stage, table, vault }: RestoreTestingProps) {
    super(scope, id);
    const plan = new CfnRestoreTestingPlan(this, 'Plan', {
      // AWS Backup accepts letters, digits and underscores.
      restoreTestingPlanName: `${SERVICE_NAME}_${stage.replaceAll('-', '_')}`,
      scheduleExpression: `cron(0 5 ${TEST_DAY} * ? *)`,
      startWindowHours: 1,
      recoveryPointSelection: {
        algorithm: 'LATEST_WITHIN_WINDOW',
        includeVaults: [vault.backupVaultArn],
        recoveryPointTypes: ['SNAPSHOT'],
        selectionWindowDays: 31,
      },
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('backup.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSBackupServiceRolePolicyForRestores')],
    });
    new CfnRestoreTestingSelection(this, 'Selection', {
      restoreTestingPlanName: plan.ref,
      restoreTestingSelectionName: 'timestamps',
      iamRoleArn: role.roleArn,
      protectedResourceType: 'DynamoDB',
      protectedResourceArns: [table.tableArn],
      // The restored table is deleted this long after the restore; nothing else validates it.
      validationWindowHours: 1,
    });
    this.check = this.#check(vault, plan);
  }

  #check(vault: IBackupVault, plan: CfnRestoreTestingPlan): StateMachine {
    const role = new Role(this, 'CheckRole', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(allow('RestoreTestBackups', ['backup:ListRecoveryPointsByBackupVault'], [vault.backupVaultArn]));
    // This action supports no resources.
    role.addToPolicy(allow('RestoreTestJobs', ['backup:ListRestoreJobs'], ['*']));
    const definition = restoreCheckDefinition({
      vaultName: vault.backupVaultName,
      planArn: plan.attrRestoreTestingPlanArn,
    });
    const check = new StateMachine(this, 'Check', {
      role,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
    });
    new Schedule(this, 'Monthly', {
      description: 'Checks that the restore test of this month restored a table',
      schedule: ScheduleExpression.cron({ day: CHECK_DAY, hour: '5', minute: '0', timeZone: TimeZone.ETC_UTC }),
      target: new StepFunctionsStartExecution(check, {}),
    });
    return check;
  }
}
