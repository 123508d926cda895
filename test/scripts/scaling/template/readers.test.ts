import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupSubnets, servingGroup } from '../../../../scripts/scaling/template/group.ts';
import { readLaunchTemplate } from '../../../../scripts/scaling/template/launch-template.ts';
import { readTargetGroup } from '../../../../scripts/scaling/template/load-balancer.ts';
import { readScaling } from '../../../../scripts/scaling/template/scaling.ts';
import { StageTemplates } from '../../../../scripts/scaling/template/stage.ts';
import { exampleStage, network, service, template } from './stage-example.ts';

const { High, Out, Fleet, Targets } = service.Resources;

/** A copy of a resource with some properties replaced; undefined takes one away. */
function changed(resource: { Type: string; Properties: object }, properties: object) {
  return { ...resource, Properties: { ...resource.Properties, ...properties } };
}

const scalingOf = (stage: StageTemplates) => readScaling(stage, servingGroup(stage));

describe('servingGroup', () => {
  it('is the group with a target group', () => {
    const bastion = changed(Fleet, { TargetGroupARNs: undefined });
    assert.equal(servingGroup(exampleStage({ Bastion: bastion })).logicalId, 'Fleet');
  });

  it('must be the only one', () => {
    assert.throws(() => servingGroup(exampleStage({ Second: Fleet })), /found Fleet, Second/);
    assert.throws(() => servingGroup(new StageTemplates([template('network', network)])), /found none/);
  });

  it('lies in the subnets of another stack', () => {
    const stage = exampleStage();
    assert.deepEqual(groupSubnets(stage, servingGroup(stage)), [
      { logicalId: 'SubnetA', zone: 'us-east-1a', cidr: '10.0.0.0/20' },
      { logicalId: 'SubnetB', zone: 'us-east-1b', cidr: '10.0.16.0/20' },
    ]);
  });
});

describe('readScaling', () => {
  it('reads bounds, zones, alarms and steps', () => {
    const alarm = {
      metric: 'AWS/EC2 CPUUtilization',
      periodS: 60,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      treatMissingData: 'missing',
    };
    const policy = { adjustmentType: 'ChangeInCapacity', aggregation: 'Average' };
    assert.deepEqual(scalingOf(exampleStage()), {
      bounds: { min: 2, max: 8 },
      zones: ['us-east-1a', 'us-east-1b'],
      warmupS: 90,
      rules: [
        {
          alarm: { ...alarm, name: 'High', threshold: 60, comparison: 'GreaterThanOrEqualToThreshold' },
          policy: {
            ...policy,
            name: 'Out',
            steps: [
              { lowerBound: 0, upperBound: 15, adjustment: 1 },
              { lowerBound: 15, adjustment: 2 },
            ],
          },
        },
        {
          alarm: { ...alarm, name: 'Low', threshold: 40, comparison: 'LessThanOrEqualToThreshold' },
          policy: { ...policy, name: 'In', steps: [{ upperBound: 0, adjustment: -1 }] },
        },
      ],
    });
  });

  it('falls back to the warm-up of the group, its cooldown, and the default of 300 s', () => {
    const warmupWith = (group: object) =>
      scalingOf(
        exampleStage({ Out: changed(Out, { EstimatedInstanceWarmup: undefined }), Fleet: changed(Fleet, group) }),
      ).warmupS;
    assert.equal(warmupWith({ DefaultInstanceWarmup: 45, Cooldown: '200' }), 45);
    assert.equal(warmupWith({ Cooldown: '200' }), 200);
    assert.equal(warmupWith({}), 300);
  });

  it('ignores the policies of another group', () => {
    const bastion = changed(Fleet, { TargetGroupARNs: undefined });
    const policy = changed(Out, { AutoScalingGroupName: { Ref: 'Bastion' } });
    assert.equal(scalingOf(exampleStage({ Bastion: bastion, BastionOut: policy })).rules.length, 2);
  });

  it('says which policy or alarm it cannot model', () => {
    const tracking = changed(Out, { PolicyType: 'TargetTrackingScaling' });
    assert.throws(() => scalingOf(exampleStage({ Out: tracking })), /service\/Out: PolicyType: .*StepScaling only/);
    const math = changed(High, { MetricName: undefined, Metrics: [{}] });
    assert.throws(
      () => scalingOf(exampleStage({ High: math })),
      /service\/High starts a scaling policy, but is no alarm on/,
    );
    const idle = changed(High, { AlarmActions: [] });
    assert.throws(() => scalingOf(exampleStage({ High: idle })), /service\/Out is started by no alarm/);
  });
});

describe('readTargetGroup', () => {
  it('reads health check and deregistration delay', () => {
    const stage = exampleStage();
    assert.deepEqual(readTargetGroup(stage, servingGroup(stage)), {
      port: 8080,
      deregistrationDelayS: 20,
      algorithm: 'round_robin',
      healthCheck: {
        path: '/health',
        port: 8080,
        intervalS: 10,
        timeoutS: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        codes: '200',
      },
    });
  });

  it('knows the defaults of AWS', () => {
    const stage = exampleStage({ Targets: { Type: Targets.Type, Properties: { Port: 80 } } });
    const { deregistrationDelayS, healthCheck } = readTargetGroup(stage, servingGroup(stage));
    assert.deepEqual([deregistrationDelayS, healthCheck.intervalS, healthCheck.healthyThreshold], [300, 30, 5]);
  });
});

describe('readLaunchTemplate', () => {
  it('reads instance type, security groups and the text of the user data', () => {
    const stage = exampleStage();
    assert.deepEqual(readLaunchTemplate(stage, servingGroup(stage)), {
      instanceType: 't4g.small',
      securityGroups: ['{{service/AppGroup.GroupId}}'],
      userData: '#!/bin/bash\nTABLE_NAME={{service/Table}}\n',
      requiresMetadataToken: false,
    });
  });

  it('reads the launch template of a group with several instance types', () => {
    const { LaunchTemplate: specification, ...others } = Fleet.Properties;
    const launches = { LaunchTemplateSpecification: specification, Overrides: [{ InstanceType: 'c8g.medium' }] };
    const properties = { ...others, MixedInstancesPolicy: { LaunchTemplate: launches } };
    const stage = exampleStage({ Fleet: { Type: Fleet.Type, Properties: properties } });
    assert.equal(readLaunchTemplate(stage, servingGroup(stage)).instanceType, 't4g.small');
  });

  it('reads whether the metadata service requires a token', () => {
    const { Launch } = service.Resources;
    const data = { ...Launch.Properties.LaunchTemplateData, MetadataOptions: { HttpTokens: 'required' } };
    const stage = exampleStage({ Launch: changed(Launch, { LaunchTemplateData: data }) });
    assert.equal(readLaunchTemplate(stage, servingGroup(stage)).requiresMetadataToken, true);
  });

  it('must be in the stage', () => {
    const stage = exampleStage({ Fleet: changed(Fleet, { LaunchTemplate: { LaunchTemplateId: { Ref: 'Targets' } } }) });
    assert.throws(
      () => readLaunchTemplate(stage, servingGroup(stage)),
      /TargetGroup: expected an AWS::EC2::LaunchTemplate/,
    );
  });
});
