import { Annotations } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Operations of Auto Scaling and EBS on the key of a volume, as AWS documents them. */
const GRANT_OPERATIONS = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
  'CreateGrant',
];

/** The command that lets Auto Scaling launch instances whose volumes are encrypted with a customer key. */
export function grantCommand(keyArn: string): string {
  const [, partition, , region, account] = keyArn.split(':');
  const role = 'aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling';
  return (
    `aws kms create-grant --region ${region} --key-id ${keyArn} ` +
    `--grantee-principal arn:${partition}:iam::${account}:role/${role} --operations ${GRANT_OPERATIONS.join(' ')}`
  );
}

/**
 * The customer key of the volumes, if the settings have one. Auto Scaling launches by its service-linked role, which
 * needs a grant: without it each launch fails with Client.InternalError. CloudFormation has no resource for grants.
 */
export function volumeKey(scope: Construct, id: string, keyArn: string): IKey | undefined {
  if (!keyArn) return undefined;
  Annotations.of(scope).addWarningV2(
    'stampede:volume-key',
    `Auto Scaling needs a grant on volumeKeyArn before the deployment, once: ${grantCommand(keyArn)}`,
  );
  return Key.fromKeyArn(scope, id, keyArn);
}
