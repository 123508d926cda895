import { Aws, Stack, Tags } from 'aws-cdk-lib';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../server/contract.ts';
import type { Ami } from '../ami.ts';
import { fleetName, LAUNCH_HOOK } from '../contract.ts';
import type { DataStack } from '../data/stack.ts';
import type { Firewall } from '../network/firewall.ts';
import { sessionManagerStatement } from '../network/operator-access.ts';
import type { Settings } from '../settings/table.ts';
import { allow } from '../statement.ts';
import type { CanarySecret } from './canary-secret.ts';
import { instanceEnvironment, writeEnvironmentScript } from './user-data.ts';
import { volumeKey } from './volume-key.ts';

export interface InstanceTemplateProps {
  readonly firewall: Firewall;
  readonly stage: string;
  readonly settings: Settings;
  readonly data: DataStack;
  readonly ami: Ami;
  readonly canarySecret: CanarySecret;
}

/** Launch template and role of the fleet's instances. */
export class InstanceTemplate extends Construct {
  readonly launchTemplate: LaunchTemplate;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: InstanceTemplateProps) {
    super(scope, id);
    const { firewall, stage, settings, data, ami, canarySecret } = props;
    const environment = instanceEnvironment({
      ...settings,
      stage,
      region: Aws.REGION,
      tableName: data.timestamps.table.tableName,
      secretId: data.secret.arn,
      canarySecretId: canarySecret.arn,
      spillBucket: data.spill.bucket.bucketName,
      groupName: fleetName(stage),
      launchHook: LAUNCH_HOOK,
    });
    this.role = instanceRole(this, 'Role', props);
    const kmsKey = volumeKey(this, 'VolumeKey', settings.volumeKeyArn);
    this.launchTemplate = new LaunchTemplate(this, 'Template', {
      machineImage: MachineImage.genericLinux({ [settings.region]: ami.id }),
      instanceType: new InstanceType(settings.instanceType),
      role: this.role,
      userData: UserData.custom(writeEnvironmentScript(environment)),
      // Without associatePublicIpAddress: it adds network interfaces, next to which EC2 refuses the subnet of a boot test.
      securityGroup: firewall.app,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      // One hop: only the instance itself, but no container on it, can request its credentials.
      httpPutResponseHopLimit: 1,
      // One-minute CPU metrics: without them, a 60 s alarm has a value in only one of five periods.
      detailedMonitoring: true,
      ebsOptimized: true,
      blockDevices: [
        {
          // The root device of Debian's images: the image takes 2 GiB, the rest is for logs.
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(8, {
            volumeType: EbsDeviceVolumeType.GP3,
            encrypted: true,
            ...(kmsKey && { kmsKey }),
          }),
        },
      ],
    });
    Tags.of(this.launchTemplate).add('Name', fleetName(stage));
  }
}

const TRACING_ACTIONS = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];

/** The instance role: the table, the spill bucket, the secret, the metric namespace, the log groups, the lifecycle hook, and sessions. */
function instanceRole(
  scope: Construct,
  id: string,
  { stage, settings, data, canarySecret }: InstanceTemplateProps,
): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  data.timestamps.grantRecord(role);
  data.secret.grantRead(role);
  canarySecret.grantRead(role);
  data.spill.grantSpill(role);
  // PutMetricData does not support resources; the condition limits it.
  const ownMetrics = { StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE } };
  role.addToPolicy(allow('OwnMetrics', ['cloudwatch:PutMetricData'], ['*'], ownMetrics));
  role.addToPolicy(
    allow(
      'OwnLogGroups',
      ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      [data.logs.app.logGroupArn, data.logs.system.logGroupArn],
    ),
  );
  // AWS generates part of the ARN when it creates the group.
  const ownGroup = Stack.of(scope).formatArn({
    service: 'autoscaling',
    resource: `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`,
  });
  role.addToPolicy(allow('CompleteOwnLaunch', ['autoscaling:CompleteLifecycleAction'], [ownGroup]));
  role.addToPolicy(sessionManagerStatement());
  // X-Ray's write actions do not support resources.
  if (settings.tracing) role.addToPolicy(allow('Traces', TRACING_ACTIONS, ['*']));
  return role;
}
