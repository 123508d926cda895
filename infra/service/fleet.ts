import { Duration } from 'aws-cdk-lib';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  type CfnAutoScalingGroup,
  DefaultResult,
  DeletionProtection,
  GroupMetrics,
  HealthChecks,
  InstanceRefreshStrategy,
  LifecycleTransition,
  OnDemandAllocationStrategy,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { InstanceType, type IVpc, type LaunchTemplate, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { LAUNCH_S } from '../../ami/contract.ts';
import { fleetName, LAUNCH_HOOK } from '../contract.ts';
import { fleetBounds } from '../scaling/capacity.ts';
import { addSchedule } from '../scaling/schedule.ts';
import type { Settings } from '../settings/table.ts';
import type { LoadBalancer } from './load-balancer.ts';

export interface FleetProps {
  readonly vpc: IVpc;
  /** Full names, such as `eu-west-1a`. */
  readonly zones: readonly string[];
  readonly stage: string;
  readonly settings: Settings;
  readonly launchTemplate: LaunchTemplate;
  readonly loadBalancer: LoadBalancer;
  readonly rollbackAlarms: readonly Alarm[];
}

/** The Auto Scaling group: replaces failed instances, and refreshes all of them when their launch template changes. */
export class Fleet extends Construct {
  readonly group: AutoScalingGroup;
  readonly groupName: string;

  constructor(scope: Construct, id: string, props: FleetProps) {
    super(scope, id);
    const { vpc, zones, stage, settings, launchTemplate, loadBalancer, rollbackAlarms } = props;
    const { min, max } = fleetBounds(settings);
    this.group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS, availabilityZones: [...zones] },
      autoScalingGroupName: fleetName(stage),
      ...launches(launchTemplate, settings),
      // No desired capacity: a deployment must not undo a scale-out (aws/aws-cdk#5215).
      minCapacity: min,
      maxCapacity: max,
      // Without the load balancer's health check, an instance with a dead process would never be replaced.
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.seconds(settings.warmupS),
      }),
      defaultInstanceWarmup: Duration.seconds(settings.warmupS),
      maxInstanceLifetime: Duration.days(settings.maxInstanceLifetimeDays),
      // Launch before terminating, so that replacing instances does not reduce capacity.
      minHealthyPercentage: 100,
      maxHealthyPercentage: 150,
      // CloudFormation deletes a group without force, so only the strictest level protects it from a deleted stack.
      deletionProtection: settings.loadBalancerProtection
        ? DeletionProtection.PREVENT_ALL_DELETION
        : DeletionProtection.NONE,
      groupMetrics: [GroupMetrics.all()],
      updatePolicy: UpdatePolicy.instanceRefresh({
        strategy: InstanceRefreshStrategy.ROLLING,
        minHealthyPercentage: 100,
        maxHealthyPercentage: 150,
        instanceWarmup: Duration.seconds(settings.warmupS),
        skipMatching: true,
        // After the refresh, the alarms watch the new image for this long before the deployment completes.
        bakeTime: Duration.minutes(5),
        alarms: [...rollbackAlarms],
      }),
    });
    this.groupName = this.group.autoScalingGroupName;
    const group = this.group.node.defaultChild as CfnAutoScalingGroup;
    // Set directly, because CDK's attach method would add security group rules of its own.
    // Auto Scaling deregisters an instance and waits for its requests first, so no terminating hook is needed.
    group.targetGroupArns = [loadBalancer.targetGroup.targetGroupArn];
    this.group.node.addDependency(loadBalancer.listener);
    group.availabilityZoneImpairmentPolicy = {
      zonalShiftEnabled: settings.zonalShift,
      // The minimum carries the load without one zone: replacing all instances of an impaired zone at once would not help.
      impairedZoneHealthCheckBehavior: 'IgnoreUnhealthy',
    };
    addSchedule(this.group, settings.schedule);
    // The instance completes this hook when its own health check passes. Otherwise it is replaced.
    group.lifecycleHookSpecificationList = [
      {
        lifecycleHookName: LAUNCH_HOOK,
        lifecycleTransition: LifecycleTransition.INSTANCE_LAUNCHING,
        heartbeatTimeout: LAUNCH_S.heartbeat,
        defaultResult: DefaultResult.ABANDON,
      },
    ];
  }
}

/** One instance type, or several of the same size in the order of preference. All are on-demand instances. */
function launches(launchTemplate: LaunchTemplate, { instanceType, alternativeFamilies }: Settings) {
  if (alternativeFamilies.length === 0) return { launchTemplate };
  const [, size] = instanceType.split('.');
  const types = [instanceType, ...alternativeFamilies.map((family) => `${family}.${size}`)];
  return {
    mixedInstancesPolicy: {
      launchTemplate,
      launchTemplateOverrides: [...new Set(types)].map((type) => ({ instanceType: new InstanceType(type) })),
      instancesDistribution: {
        onDemandAllocationStrategy: OnDemandAllocationStrategy.PRIORITIZED,
        onDemandPercentageAboveBaseCapacity: 100,
      },
    },
  };
}
