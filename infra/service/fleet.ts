import { Duration } from 'aws-cdk-lib';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  type CfnAutoScalingGroup,
  DefaultResult,
  GroupMetrics,
  HealthChecks,
  InstanceRefreshStrategy,
  LifecycleTransition,
  ScalingEvents,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { type IVpc, type LaunchTemplate, SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { fleetName, LAUNCH_HOOK } from '../contract.ts';
import type { FleetBounds } from '../scaling/capacity.ts';
import { addSchedule } from '../scaling/schedule.ts';
import type { Settings } from '../settings/table.ts';
import type { LoadBalancer } from './load-balancer.ts';

/** What the fleet is made of, how large it may be, and what stops a deploy of it. */
export interface FleetProps {
  readonly vpc: IVpc;
  readonly stage: string;
  readonly settings: Settings;
  readonly bounds: FleetBounds;
  readonly launchTemplate: LaunchTemplate;
  readonly loadBalancer: LoadBalancer;
  readonly rollbackAlarms: readonly Alarm[];
  readonly alarmTopic: ITopic;
}

/** An instance that has not answered its own health check after this long is given up. Booting takes about 30 s. */
const LAUNCH_DEADLINE = Duration.minutes(5);

/** After a refresh, the alarms watch the new image for this long before CloudFormation calls the deploy done. */
const BAKE_TIME = Duration.minutes(5);

/** The instances, spread over the zones, replaced when they fail and refreshed when their template changes. */
export class Fleet extends Construct {
  readonly group: AutoScalingGroup;
  readonly groupName: string;

  constructor(scope: Construct, id: string, props: FleetProps) {
    super(scope, id);
    const { vpc, stage, settings, bounds, launchTemplate, loadBalancer, rollbackAlarms, alarmTopic } = props;
    this.group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      autoScalingGroupName: fleetName(stage),
      launchTemplate,
      // No desired capacity: a deploy must not undo a scale-out (aws/aws-cdk#5215).
      minCapacity: bounds.min,
      maxCapacity: bounds.max,
      // The load balancer's view counts, or a dead process on a living machine would stay for ever.
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.seconds(settings.warmupS),
      }),
      defaultInstanceWarmup: Duration.seconds(settings.warmupS),
      maxInstanceLifetime: Duration.days(settings.maxInstanceLifetimeDays),
      // Launch before terminating whenever instances are replaced, so that no replacement costs capacity.
      minHealthyPercentage: 100,
      maxHealthyPercentage: 150,
      groupMetrics: [GroupMetrics.all()],
      notifications: [{ topic: alarmTopic, scalingEvents: ScalingEvents.ALL }],
      updatePolicy: UpdatePolicy.instanceRefresh({
        strategy: InstanceRefreshStrategy.ROLLING,
        minHealthyPercentage: 100,
        maxHealthyPercentage: 150,
        instanceWarmup: Duration.seconds(settings.warmupS),
        skipMatching: true,
        bakeTime: BAKE_TIME,
        alarms: [...rollbackAlarms],
      }),
    });
    this.groupName = this.group.autoScalingGroupName;
    // Set directly: the library's attach method would write security group rules of its own beside those of the firewall.
    // Scale-in and refresh deregister an instance first and wait for its requests, so no terminating hook is needed.
    (this.group.node.defaultChild as CfnAutoScalingGroup).targetGroupArns = [loadBalancer.targetGroup.targetGroupArn];
    this.group.node.addDependency(loadBalancer.listener);
    addSchedule(this.group, settings.schedule);
    this.#holdUntilHealthy();
  }

  /** The instance completes this hook when its own health check answers, and joins only then; else it is replaced. */
  #holdUntilHealthy(): void {
    (this.group.node.defaultChild as CfnAutoScalingGroup).lifecycleHookSpecificationList = [
      {
        lifecycleHookName: LAUNCH_HOOK,
        lifecycleTransition: LifecycleTransition.INSTANCE_LAUNCHING,
        heartbeatTimeout: LAUNCH_DEADLINE.toSeconds(),
        defaultResult: DefaultResult.ABANDON,
      },
    ];
  }
}
