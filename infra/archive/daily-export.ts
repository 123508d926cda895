import { Stack, TimeZone } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { allow } from '../statement.ts';
import { EXPORTS_PREFIX, exportDefinition } from './export-definition.ts';

export interface DailyExportProps {
  readonly table: Pick<ITable, 'tableName' | 'tableArn'>;
  readonly bucket: Bucket;
  readonly key: Key;
}

/**
 * Exports the changes of each UTC day to S3. EventBridge Scheduler cannot calculate a window, hence a state machine, which
 * has no program to patch (decision 0047).
 */
export class DailyExport extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { table, bucket, key }: DailyExportProps) {
    super(scope, id);
    const { tableName, tableArn } = table;
    const { bucketName } = bucket;
    const { keyArn } = key;
    const progress = new StringParameter(this, 'Progress', {
      description: 'The table, and the time until which the state machine has exported it',
      // Only the first value. No table has an empty name, so the first export is a full one.
      stringValue: JSON.stringify({ table: '' }),
    });
    const { parameterName, parameterArn } = progress;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const exports = bucket.arnForObjects(`${EXPORTS_PREFIX}/*`);
    for (const statement of [
      allow('ExportProgress', ['ssm:GetParameter', 'ssm:PutParameter'], [parameterArn]),
      allow('ExportTable', ['dynamodb:DescribeContinuousBackups', 'dynamodb:ExportTableToPointInTime'], [tableArn]),
      allow('ExportState', ['dynamodb:DescribeExport'], [`${tableArn}/export/*`]),
      // DynamoDB writes the objects with the rights of the caller.
      allow('ExportObjects', ['s3:AbortMultipartUpload', 's3:PutObject', 's3:PutObjectAcl'], [exports]),
      allow('ExportKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [keyArn]),
    ] satisfies PolicyStatement[])
      role.addToPolicy(statement);
    const definition = exportDefinition({ tableName, tableArn, bucketName, keyArn, parameterName });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      role,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
    });
    new Schedule(this, 'Daily', {
      description: 'Exports the previous UTC day',
      // Point-in-time recovery reaches to five minutes ago, so at one o'clock the day that has ended is complete.
      schedule: ScheduleExpression.cron({ hour: '1', minute: '0', timeZone: TimeZone.ETC_UTC }),
      target: new StepFunctionsStartExecution(this.stateMachine, {}),
    });
  }
}
