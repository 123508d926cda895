import assert from 'node:assert/strict';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { EC2, type RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SSM } from '@aws-sdk/client-ssm';
import { OUTPUTS, stackNames } from '../../../infra/contract.ts';
import { synthesize, theResource } from '../../infra/synthesize.ts';
import { MOTO_URL } from './moto-proxy.ts';

const settings = {
  region: 'eu-west-1',
  endpoint: MOTO_URL ?? 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
};
export const ec2 = new EC2(settings);
export const autoScaling = new AutoScaling(settings);
export const cloudFormation = new CloudFormation(settings);
export const ssm = new SSM(settings);
const elbv2 = new ElasticLoadBalancingV2(settings);

const ZONES = ['eu-west-1a', 'eu-west-1b'];

/** Makes another launch template of that of the synthesised dev stage. */
type Change = (data: Record<string, unknown>) => object;

/**
 * A stage in moto: network, launch template as our template has it, groups, load balancer, and stacks with our outputs.
 * CloudFormation makes only small stacks: moto fails at those of our templates.
 */
export async function makeStage(change: Change = (data) => data) {
  await fetch(`${MOTO_URL}/moto-api/reset`, { method: 'POST' });
  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.20.0.0/16' });
  const vpcId = Vpc?.VpcId ?? assert.fail('no VPC');
  const subnets: string[] = [];
  for (const [index, zone] of ZONES.entries()) {
    const request = { VpcId: vpcId, CidrBlock: `10.20.${index}.0/24`, AvailabilityZone: zone };
    subnets.push((await ec2.createSubnet(request)).Subnet?.SubnetId ?? assert.fail('no subnet'));
  }
  const group = { GroupName: 'app', Description: 'app', VpcId: vpcId };
  const groupId = (await ec2.createSecurityGroup(group)).GroupId ?? assert.fail('no security group');
  const image = await makeImage('1'.repeat(40), subnets[0] ?? '');
  const launchTemplateId = await makeLaunchTemplate('app', image, groupId, change);
  const bastionTemplateId = await makeLaunchTemplate('bastion', image, groupId);

  const target = { Name: 'app', Port: 8080, Protocol: 'HTTP' as const, VpcId: vpcId, TargetType: 'instance' as const };
  const { TargetGroups = [] } = await elbv2.createTargetGroup(target);
  const targetGroupArn = TargetGroups[0]?.TargetGroupArn ?? assert.fail('no target group');
  const { LoadBalancers = [] } = await elbv2.createLoadBalancer({ Name: 'app', Subnets: subnets });
  const loadBalancerArn = LoadBalancers[0]?.LoadBalancerArn ?? assert.fail('no load balancer');

  await autoScaling.createAutoScalingGroup({
    AutoScalingGroupName: 'stampede-dev-app',
    MinSize: 2,
    MaxSize: 3,
    VPCZoneIdentifier: subnets.join(','),
    TargetGroupARNs: [targetGroupArn],
    LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: '1' },
  });
  await ec2.modifySubnetAttribute({ SubnetId: subnets[0] ?? '', MapPublicIpOnLaunch: { Value: true } });
  await autoScaling.createAutoScalingGroup({
    AutoScalingGroupName: 'stampede-dev-bastion',
    MinSize: 0,
    MaxSize: 1,
    DesiredCapacity: 0,
    VPCZoneIdentifier: subnets[0] ?? '',
    LaunchTemplate: { LaunchTemplateId: bastionTemplateId, Version: '1' },
  });
  await ec2.modifySubnetAttribute({ SubnetId: subnets[0] ?? '', MapPublicIpOnLaunch: { Value: false } });

  await makeStack('data', { [OUTPUTS.data.tableName]: 'stampede-dev' });
  await makeStack('network', {
    [OUTPUTS.network.vpcId]: vpcId,
    [OUTPUTS.network.bastionGroup]: 'stampede-dev-bastion',
  });
  await makeStack('service', {
    [OUTPUTS.service.url]: 'http://stampede.example.org',
    [OUTPUTS.service.autoScalingGroup]: 'stampede-dev-app',
    [OUTPUTS.service.targetGroupArn]: targetGroupArn,
    [OUTPUTS.service.loadBalancerArn]: loadBalancerArn,
    [OUTPUTS.service.launchTemplateId]: launchTemplateId,
    [OUTPUTS.service.amiId]: image,
  });
  return { vpcId, subnets, groupId, image, launchTemplateId };
}

/** An image with the tags of a bake. */
export async function makeImage(commit: string, subnet: string): Promise<string> {
  const { Images = [] } = await ec2.describeImages({ Filters: [{ Name: 'architecture', Values: ['x86_64'] }] });
  const base = { ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1, SubnetId: subnet };
  const builder = (await ec2.runInstances(base)).Instances?.[0]?.InstanceId ?? assert.fail('no builder');
  const tags = { Service: 'stampede', Commit: commit, Architecture: 'amd64' };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { ImageId } = await ec2.createImage({
    InstanceId: builder,
    Name: `stampede-${commit}`,
    TagSpecifications: [{ ResourceType: 'image', Tags }],
  });
  await ec2.terminateInstances({ InstanceIds: [builder] });
  return ImageId ?? assert.fail('no image');
}

/** Synthesised once, and not at all while these tests are skipped. */
let launchTemplateData: Record<string, unknown> | undefined;

async function makeLaunchTemplate(name: string, image: string, groupId: string, change: Change = (data) => data) {
  launchTemplateData ??= theResource('AWS::EC2::LaunchTemplate', synthesize('dev').service).Properties
    .LaunchTemplateData as Record<string, unknown>;
  // What refers to other resources of the template is replaced by what the test has made.
  const own = { ImageId: image, SecurityGroupIds: [groupId], UserData: Buffer.from('#!/bin/bash').toString('base64') };
  const { IamInstanceProfile: _, ...data } = { ...launchTemplateData, ...own } as Record<string, unknown>;
  const request = {
    LaunchTemplateName: name,
    LaunchTemplateData: change(data) as RequestLaunchTemplateData,
    TagSpecifications: [{ ResourceType: 'launch-template' as const, Tags: [{ Key: 'Service', Value: 'stampede' }] }],
  };
  const { LaunchTemplate } = await ec2.createLaunchTemplate(request);
  return LaunchTemplate?.LaunchTemplateId ?? assert.fail('no launch template');
}

/** A stack with all outputs of our stack; those that no command of these tests uses have a text as their value. */
async function makeStack(part: keyof typeof OUTPUTS, given: Readonly<Record<string, string>>): Promise<void> {
  const Outputs = Object.fromEntries(
    Object.values(OUTPUTS[part]).map((name) => [name, { Value: given[name] ?? `example-${name}` }]),
  );
  const Resources = { Topic: { Type: 'AWS::SNS::Topic', DeletionPolicy: 'Retain' } };
  const TemplateBody = JSON.stringify({ Resources, Outputs });
  await cloudFormation.createStack({ StackName: stackNames('dev')[part], TemplateBody });
}
