import { AutoScalingGroup, GroupMetrics } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  CfnInstanceConnectEndpoint,
  EbsDeviceVolumeType,
  InstanceType,
  type IVpc,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  SubnetType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { bastionName } from '../contract.ts';
import { allow } from '../statement.ts';
import type { Firewall } from './firewall.ts';

export interface InstanceConnectProps {
  readonly vpc: IVpc;
  readonly firewall: Firewall;
}

/** Access to private instances without a bastion or a public address, free of charge and controlled by IAM. */
export function addInstanceConnectEndpoint(
  scope: Construct,
  id: string,
  { vpc, firewall }: InstanceConnectProps,
): void {
  const [subnet] = vpc.isolatedSubnets;
  if (!subnet) throw new Error('The network has no isolated subnet, expected one for the Instance Connect Endpoint');
  new CfnInstanceConnectEndpoint(scope, id, {
    subnetId: subnet.subnetId,
    securityGroupIds: [firewall.instanceConnect.securityGroupId],
    preserveClientIp: false,
  });
}

/**
 * Permissions of the Systems Manager agent for sessions and patch reports. AmazonSSMManagedInstanceCore would also
 * allow reading every parameter of the account. These actions do not support resources.
 */
export function sessionManagerStatement(): PolicyStatement {
  const channels = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'];
  const actions = ['ssm:UpdateInstanceInformation', ...channels.map((action) => `ssmmessages:${action}`)];
  return allow('SessionManager', actions, ['*']);
}

export interface BastionProps extends InstanceConnectProps {
  readonly stage: string;
}

/** Amazon Linux, which includes ec2-instance-connect, with the latest patches at each launch. */
const IMAGE_PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';

/** The bastion: an Auto Scaling group with a desired capacity of 0 until an operator needs it, for an hour at a time. */
export class Bastion extends Construct {
  readonly groupName: string;

  constructor(scope: Construct, id: string, { vpc, firewall, stage }: BastionProps) {
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
      autoScalingGroupName: bastionName(stage),
      // No desired capacity: it starts at the minimum, and a deployment does not change it.
      minCapacity: 0,
      maxCapacity: 1,
      groupMetrics: [GroupMetrics.all()],
    });
    this.groupName = group.autoScalingGroupName;
  }
}
