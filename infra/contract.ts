/** Facts of the stack that the scripts need too. It imports nothing. */

/** Names of the stacks of one stage, by life cycle: data outlives compute. */
export function stackNames(stage: string) {
  return {
    network: `stampede-${stage}-network`,
    data: `stampede-${stage}-data`,
    service: `stampede-${stage}-service`,
    operations: `stampede-${stage}-operations`,
  };
}

/** CloudFormation outputs that the scripts read, by stack. */
export const OUTPUTS = {
  network: { vpcId: 'VpcId', bastionGroup: 'BastionAutoScalingGroupName' },
  data: { tableName: 'TableName' },
  service: {
    url: 'Url',
    autoScalingGroup: 'AutoScalingGroupName',
    targetGroupArn: 'TargetGroupArn',
    loadBalancerArn: 'LoadBalancerArn',
    launchTemplateId: 'LaunchTemplateId',
    amiId: 'AmiId',
  },
  operations: { dashboard: 'DashboardName', topicArn: 'TopicArn' },
} as const;

/** CloudWatch log groups of one stage: created by the stack with retention, written by the image's log agent. */
export function logGroupNames(stage: string) {
  return { app: `/stampede/${stage}/app`, system: `/stampede/${stage}/system` };
}

/** The load balancer's health check of one target. */
export const HEALTH_CHECK = { intervalS: 10, timeoutS: 5, healthyThreshold: 2, unhealthyThreshold: 2 } as const;

/**
 * Name of the fleet's Auto Scaling group. It is fixed because the instances need it before the group exists: their
 * environment file and their role's policy contain it.
 */
export function fleetName(stage: string): string {
  return `stampede-${stage}-app`;
}

/** Name of the launching lifecycle hook. */
export const LAUNCH_HOOK = 'ready';
