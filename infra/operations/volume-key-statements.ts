import { Aws } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { allow } from '../statement.ts';

/** Permissions to launch instances and create images whose volumes are encrypted with a customer key, if there is one. */
export function volumeKeyStatements(keyArn: string): readonly PolicyStatement[] {
  if (!keyArn) return [];
  const throughEc2 = { StringEquals: { 'kms:ViaService': `ec2.${Aws.REGION}.amazonaws.com` } };
  const use = ['DescribeKey', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKeyWithoutPlaintext'];
  return [
    allow(
      'VolumeKeyThroughEc2',
      use.map((action) => `kms:${action}`),
      [keyArn],
      throughEc2,
    ),
    // EBS keeps the grant while the volume is attached.
    allow('GrantVolumeKeyToEbs', ['kms:CreateGrant'], [keyArn], {
      ...throughEc2,
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
    }),
  ];
}
