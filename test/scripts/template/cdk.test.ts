import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { App, Duration, Stack } from 'aws-cdk-lib';
import {
  AdjustmentType,
  AutoScalingGroup,
  HealthChecks,
  type IAutoScalingGroup,
  StepScalingPolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  InstanceType,
  type IVpc,
  LaunchTemplate,
  MachineImage,
  SecurityGroup,
  UserData,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, ApplicationProtocol } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { groupSubnets, servingGroup } from '../../../scripts/template/group.ts';
import { readLaunchTemplate } from '../../../scripts/template/launch-template.ts';
import { readScaling } from '../../../scripts/template/scaling.ts';
import { StageTemplates } from '../../../scripts/template/stage.ts';
import { readTargetGroup } from '../../../scripts/template/target-group.ts';
import { template } from './stage-example.ts';

/** Average CPU of a group, a point a minute. */
const cpuOf = ({ autoScalingGroupName }: IAutoScalingGroup) =>
  new Metric({
    namespace: 'AWS/EC2',
    metricName: 'CPUUtilization',
    dimensionsMap: { AutoScalingGroupName: autoScalingGroupName },
    period: Duration.minutes(1),
  });

/** Two stacks of the installed CDK version, the second in the first one's network. */
function synthesize(): StageTemplates {
  const app = new App();
  const network = new Stack(app, 'network');
  const vpc = new Vpc(network, 'Vpc', { maxAzs: 2 }) as IVpc;
  const service = new Stack(app, 'service');
  const launchTemplate = new LaunchTemplate(service, 'Launch', {
    instanceType: new InstanceType('t4g.small'),
    machineImage: MachineImage.genericLinux(
      { 'us-east-1': 'ami-1' },
      { userData: UserData.custom('#!/bin/sh\ntrue\n') },
    ),
    securityGroup: new SecurityGroup(service, 'App', { vpc }),
    userData: UserData.custom('#!/bin/sh\ntrue\n'),
  });
  const group = new AutoScalingGroup(service, 'Fleet', {
    vpc,
    launchTemplate,
    minCapacity: 2,
    maxCapacity: 6,
    healthChecks: HealthChecks.ec2(),
  });
  const balancer = new ApplicationLoadBalancer(service, 'Balancer', { vpc });
  balancer.addListener('Http', { port: 80 }).addTargets('App', {
    port: 8080,
    protocol: ApplicationProtocol.HTTP,
    targets: [group],
    healthCheck: { path: '/health', interval: Duration.seconds(10) },
    deregistrationDelay: Duration.seconds(20),
  });
  new StepScalingPolicy(service, 'Cpu', {
    autoScalingGroup: group,
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    metric: cpuOf(group),
    estimatedInstanceWarmup: Duration.seconds(90),
    evaluationPeriods: 2,
    scalingSteps: [
      { upper: 40, change: -1 },
      { lower: 60, upper: 80, change: +1 },
      { lower: 80, change: +3 },
    ],
  });
  const assembly = app.synth();
  const templates = assembly.stacks.map(({ stackName, template: content }) => template(stackName, content));
  return new StageTemplates(templates);
}

describe('the templates of the installed CDK', () => {
  let stage: StageTemplates;
  before(() => {
    stage = synthesize();
  });

  it('give the alarms and steps that the constructs were asked for', () => {
    const { bounds, warmupS, rules } = readScaling(stage, servingGroup(stage));
    assert.deepEqual([bounds, warmupS], [{ min: 2, max: 6 }, 90]);
    const read = rules.map(({ alarm, policy }) => [alarm.comparison, alarm.threshold, alarm.periodS, policy.steps]);
    assert.deepEqual(read, [
      ['LessThanOrEqualToThreshold', 40, 60, [{ upperBound: 0, adjustment: -1 }]],
      [
        'GreaterThanOrEqualToThreshold',
        60,
        60,
        [
          { lowerBound: 0, upperBound: 20, adjustment: 1 },
          { lowerBound: 20, adjustment: 3 },
        ],
      ],
    ]);
  });

  it('give the subnets of the other stack', () => {
    const subnets = groupSubnets(stage, servingGroup(stage));
    assert.deepEqual(
      subnets.map(({ zone }) => zone),
      ['us-east-1a', 'us-east-1b'],
    );
  });

  it('give target group and launch template', () => {
    const group = servingGroup(stage);
    const { port, deregistrationDelayS, healthCheck } = readTargetGroup(stage, group);
    assert.deepEqual([port, deregistrationDelayS, healthCheck.path, healthCheck.intervalS], [8080, 20, '/health', 10]);
    const { instanceType, userData, securityGroups } = readLaunchTemplate(stage, group);
    assert.deepEqual([instanceType, userData, securityGroups.length], ['t4g.small', '#!/bin/sh\ntrue\n', 1]);
  });
});
