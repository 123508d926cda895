import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Encrypts the timestamps and their backups. IAM policies control who may decrypt. */
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
export function telemetryKey(scope: Construct, id: string): Key {
  const key = new Key(scope, id, {
    description: 'Stampede: logs and notifications',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const use = ['kms:Decrypt', 'kms:GenerateDataKey'];
  const statements = [
    {
      sid: 'LogGroupsOfThisAccount',
      principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      actions: [...use, 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:DescribeKey'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*`,
        },
      },
    },
    {
      sid: 'AlarmsEventsAndBudgets',
      // No condition on the account, because EventBridge sends none; the topic's policy controls who may publish.
      principals: ['cloudwatch', 'events', 'budgets'].map((name) => new ServicePrincipal(`${name}.amazonaws.com`)),
      actions: use,
    },
    {
      // Auto Scaling publishes by its service-linked role. A condition names it, because it may not exist yet.
      sid: 'AutoScalingNotifications',
      principals: [new AccountRootPrincipal()],
      actions: use,
      conditions: {
        ArnEquals: {
          'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
        },
      },
    },
  ];
  for (const statement of statements) key.addToResourcePolicy(new PolicyStatement({ ...statement, resources: ['*'] }));
  return key;
}
