import { StageTemplates } from '../../../../scripts/scaling/template/stage.ts';
import { parseTemplate, type Template } from '../../../../scripts/scaling/template/template.ts';

/** A network stack as CDK writes it: two private subnets, exported to the other stacks. */
export const network = {
  Resources: {
    SubnetA: {
      Type: 'AWS::EC2::Subnet',
      Properties: { AvailabilityZone: { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, CidrBlock: '10.0.0.0/20' },
    },
    SubnetB: {
      Type: 'AWS::EC2::Subnet',
      Properties: { AvailabilityZone: { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] }, CidrBlock: '10.0.16.0/20' },
    },
  },
  Outputs: {
    ExportsSubnetA: { Value: { Ref: 'SubnetA' }, Export: { Name: 'network:SubnetA' } },
    ExportsSubnetB: { Value: { Ref: 'SubnetB' }, Export: { Name: 'network:SubnetB' } },
  },
};

const cpuAlarm = (policy: string, threshold: number, comparison: string) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmActions: [{ Ref: policy }],
    ComparisonOperator: comparison,
    Dimensions: [{ Name: 'AutoScalingGroupName', Value: { Ref: 'Fleet' } }],
    EvaluationPeriods: 2,
    MetricName: 'CPUUtilization',
    Namespace: 'AWS/EC2',
    Period: 60,
    Statistic: 'Average',
    Threshold: threshold,
  },
});

const stepPolicy = (steps: object[], warmup?: number) => ({
  Type: 'AWS::AutoScaling::ScalingPolicy',
  Properties: {
    AdjustmentType: 'ChangeInCapacity',
    AutoScalingGroupName: { Ref: 'Fleet' },
    PolicyType: 'StepScaling',
    StepAdjustments: steps,
    ...(warmup === undefined ? {} : { EstimatedInstanceWarmup: warmup }),
  },
});

/** A service stack as CDK writes it: a group of 2 to 8 behind a target group, scaled on CPU. */
export const service = {
  Resources: {
    Launch: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: {
        LaunchTemplateData: {
          InstanceType: 't4g.small',
          ImageId: 'ami-0123',
          SecurityGroupIds: [{ 'Fn::GetAtt': ['AppGroup', 'GroupId'] }],
          UserData: {
            'Fn::Base64': { 'Fn::Join': ['', ['#!/bin/bash\nTABLE_NAME=', { Ref: 'Table' }, '\n']] },
          },
        },
      },
    },
    Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
    AppGroup: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        SecurityGroupEgress: [
          { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Description: 'AWS "APIs"' },
          { CidrIpv6: '::/0', IpProtocol: '-1' },
        ],
      },
    },
    BalancerGroup: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { SecurityGroupIngress: [{ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 80, ToPort: 80 }] },
    },
    AppFromBalancer: {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: {
        GroupId: { 'Fn::GetAtt': ['AppGroup', 'GroupId'] },
        SourceSecurityGroupId: { 'Fn::GetAtt': ['BalancerGroup', 'GroupId'] },
        IpProtocol: 'tcp',
        FromPort: 8080,
        ToPort: 8080,
        Description: 'Load balancer to app',
      },
    },
    Balancer: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: {
        SecurityGroups: [{ 'Fn::GetAtt': ['BalancerGroup', 'GroupId'] }],
        Subnets: [{ 'Fn::ImportValue': 'network:SubnetA' }],
        LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '45' }],
      },
    },
    Http: { Type: 'AWS::ElasticLoadBalancingV2::Listener', Properties: { Port: 80, Protocol: 'HTTP' } },
    Targets: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: {
        Port: 8080,
        HealthCheckPath: '/health',
        HealthCheckIntervalSeconds: 10,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
        TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }],
      },
    },
    Fleet: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      Properties: {
        MinSize: '2',
        MaxSize: '8',
        LaunchTemplate: {
          LaunchTemplateId: { Ref: 'Launch' },
          Version: { 'Fn::GetAtt': ['Launch', 'LatestVersionNumber'] },
        },
        TargetGroupARNs: [{ Ref: 'Targets' }],
        VPCZoneIdentifier: [{ 'Fn::ImportValue': 'network:SubnetA' }, { 'Fn::ImportValue': 'network:SubnetB' }],
      },
    },
    Out: stepPolicy(
      [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 15, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 15, ScalingAdjustment: 2 },
      ],
      90,
    ),
    In: stepPolicy([{ MetricIntervalUpperBound: 0, ScalingAdjustment: -1 }]),
    High: cpuAlarm('Out', 60, 'GreaterThanOrEqualToThreshold'),
    Low: cpuAlarm('In', 40, 'LessThanOrEqualToThreshold'),
  },
};

/** A template out of an object, as if it had been read from a file. */
export function template(stack: string, content: object): Template {
  return parseTemplate(stack, JSON.stringify(content));
}

/** The example stage, each resource of the service stack replaceable. */
export function exampleStage(changes: Record<string, object> = {}): StageTemplates {
  const changed = { ...service, Resources: { ...service.Resources, ...changes } };
  return new StageTemplates([template('network', network), template('service', changed)]);
}
