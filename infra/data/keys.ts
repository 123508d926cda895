import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Encrypts the timestamps, spilled blocks, backups and the secret. IAM policies control who may decrypt. */
export function dataKey(scope: Construct, id: string, removalPolicy: RemovalPolicy): Key {
  return new Key(scope, id, {
    description: 'Stampede: timestamps and backups',
    enableKeyRotation: true,
    removalPolicy,
  });
}

/**
 * Encrypts logs and notifications, so AWS services must be able to use it. It is deleted with the log groups and the
 * topic; nothing else is encrypted by it.
 */
export function telemetryKey(scope: Construct, id: string, logGroupNames: readonly string[]): Key {
  const key = new Key(scope, id, {
    description: 'Stampede: logs and notifications',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const statements = [
    {
      // The statement of CloudWatch Logs' documentation.
      sid: 'LogGroups',
      principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      conditions: {
        ArnEquals: {
          'kms:EncryptionContext:aws:logs:arn': logGroupNames.map(
            (name) => `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${name}`,
          ),
        },
      },
    },
    {
      sid: 'AlarmsEventsAndBudgets',
      // No condition on the account, because EventBridge sends none; the topic's policy controls who may publish.
      principals: ['cloudwatch', 'events', 'budgets'].map((name) => new ServicePrincipal(`${name}.amazonaws.com`)),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    },
  ];
  for (const statement of statements) key.addToResourcePolicy(new PolicyStatement({ ...statement, resources: ['*'] }));
  return key;
}
