import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

interface KeyProps {
  readonly removalPolicy: RemovalPolicy;
}

/** Encrypts the timestamps and their backups; who may decrypt is decided by the roles' policies. */
export const dataKey = (scope: Construct, id: string, { removalPolicy }: KeyProps): Key =>
  new Key(scope, id, { description: 'Stampede: timestamps and backups', enableKeyRotation: true, removalPolicy });

/** Encrypts logs and notifications, for which AWS's own services must be able to use it. */
export function telemetryKey(scope: Construct, id: string, { removalPolicy }: KeyProps): Key {
  const key = new Key(scope, id, {
    description: 'Stampede: logs and notifications',
    enableKeyRotation: true,
    removalPolicy,
  });
  key.addToResourcePolicy(logsStatement());
  key.addToResourcePolicy(publishersStatement());
  key.addToResourcePolicy(autoScalingStatement());
  return key;
}

const USE = ['kms:Decrypt', 'kms:GenerateDataKey'];

const logsStatement = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'LogGroupsOfThisAccount',
    principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
    actions: [...USE, 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:DescribeKey'],
    resources: ['*'],
    conditions: {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*` },
    },
  });

const publishersStatement = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'AlarmsEventsAndBudgets',
    // No condition on the account: EventBridge sends none, and the topic's policy decides who may publish.
    principals: ['cloudwatch', 'events', 'budgets'].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
    actions: USE,
    resources: ['*'],
  });

/** Auto Scaling publishes as its service-linked role, which may not exist yet, so it is named by a condition. */
const autoScalingStatement = (): PolicyStatement =>
  new PolicyStatement({
    sid: 'AutoScalingNotifications',
    principals: [new AccountRootPrincipal()],
    actions: USE,
    resources: ['*'],
    conditions: {
      ArnEquals: {
        'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      },
    },
  });
