import { AutoScalingGroup, GroupMetrics, ScalingEvents } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  type IVpc,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  SubnetType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { SERVICE_NAME } from '../../server/contract.ts';
import { sessionManagerStatement } from '../session-manager.ts';
import type { Firewall } from './firewall.ts';

/** Where the bastion stands. */
export interface BastionProps {
  readonly vpc: IVpc;
  readonly firewall: Firewall;
  readonly stage: string;
  /** Told of each waking. */
  readonly people: Topic;
}

/** Amazon Linux, newest patch level at each waking: the bastion lives for an hour, and brings ec2-instance-connect. */
const IMAGE_PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';

/**
 * The bastion: a group of at most one small instance, asleep until an operator wakes it, since a door that is only open
 * when somebody stands in it is attacked less, and costs less.
 */
export class Bastion extends Construct {
  readonly groupName: string;

  constructor(scope: Construct, id: string, { vpc, firewall, stage, people }: BastionProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    role.addToPolicy(sessionManagerStatement());
    const launchTemplate = new LaunchTemplate(this, 'Template', {
      instanceType: new InstanceType('t4g.nano'),
      machineImage: MachineImage.resolveSsmParameterAtLaunch(IMAGE_PARAMETER),
      role,
      userData: UserData.forLinux(),
      securityGroup: firewall.bastion,
      associatePublicIpAddress: true,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(8, { volumeType: EbsDeviceVolumeType.GP3, encrypted: true }),
        },
      ],
    });
    const group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      launchTemplate,
      autoScalingGroupName: `${SERVICE_NAME}-${stage}-bastion`,
      // No desired capacity: born asleep at the minimum, and a deploy leaves it as it finds it.
      minCapacity: 0,
      maxCapacity: 1,
      groupMetrics: [GroupMetrics.all()],
      notifications: [{ topic: people, scalingEvents: ScalingEvents.ALL }],
    });
    this.groupName = group.autoScalingGroupName;
  }
}
