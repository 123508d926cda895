/** Facts about the stack that the scripts also need. It imports nothing. */

/** Names of the stacks of one stage, by life cycle: data outlives compute. */
export function stackNames(stage: string) {
  return {
    network: `stampede-${stage}-network`,
    data: `stampede-${stage}-data`,
    service: `stampede-${stage}-service`,
    operations: `stampede-${stage}-operations`,
  };
}

/**
 * The prefixes of the names of a stage's alarms. CloudFormation names metric alarms after their stack; CDK names
 * composite ones itself, after the stack without its dashes. `stampede-dev-` would be too short: it also matches a
 * stage `dev-2`.
 */
export function alarmPrefixes(stage: string): readonly string[] {
  const { service, operations } = stackNames(stage);
  return [`${service}-`, `${operations}-`, operations.replaceAll('-', '')];
}

/** Rule for the name of the environment of a branch: that of its pull request. */
export const BRANCH_STAGE = {
  pattern: /^pr-[1-9]\d{0,8}$/,
  description: 'pr- and the number of a pull request, such as pr-123',
} as const;

/**
 * GitHub environments of the jobs that deploy and delete the environments of branches. The second one is limited to main,
 * and needs no reviewer.
 */
export const BRANCH_GITHUB_ENVIRONMENTS = ['branches', 'branches-cleanup'] as const;

/** Tag of the stacks of a temporary stage: the time in UTC after which `npm run destroy -- --expired` deletes them. */
export const EXPIRES_TAG = 'stampede:expires';

/** Order in which the stacks of a stage are deleted: each one before those that it imports from. */
export const DELETION_ORDER = ['operations', 'service', 'network', 'data'] as const;

/** Region of a stage whose setting `region` is not given. */
export const DEFAULT_REGION = 'eu-west-1';

/** Qualifier of `cdk bootstrap` without options. */
export const DEFAULT_QUALIFIER = 'hnb659fds';

/** CloudFormation outputs that the scripts read, by stack. */
export const OUTPUTS = {
  network: { vpcId: 'VpcId', bastionGroup: 'BastionAutoScalingGroupName' },
  data: { tableName: 'TableName', secretArn: 'SecretArn', spillBucket: 'SpillBucketName' },
  service: {
    url: 'Url',
    autoScalingGroup: 'AutoScalingGroupName',
    targetGroupArn: 'TargetGroupArn',
    loadBalancerArn: 'LoadBalancerArn',
    launchTemplateId: 'LaunchTemplateId',
    amiId: 'AmiId',
  },
  operations: { dashboard: 'DashboardName', pageTopicArn: 'PageTopicArn', ticketTopicArn: 'TicketTopicArn' },
} as const;

/** Output of the home region's data stack: the regions with a replica of the table, `a,b`. Absent if there are none. */
export const REPLICA_REGIONS = 'ReplicaRegions';

/** Display name of the topic for alarms of a priority. */
export function alarmTopicName(stage: string, priority: 'page' | 'ticket'): string {
  return `Stampede ${stage} ${priority}`;
}

/** Prefix of the logical id of the parameter to which the daily export writes its progress. The value drifts. */
export const EXPORT_PROGRESS = 'ArchiveExportProgress';

/** CloudWatch namespace of the canary's metrics. */
export const CANARY_NAMESPACE = 'Stampede/Canary';

/** Output of the service stack that is read from its template: the rate for which the stage is sized. */
export const SUSTAINED_RATE = 'SustainedRate';

/** Output of the service stack: the settings that its deployment overrode, as a JSON list of `name=value`. Absent if none. */
export const GIVEN_SETTINGS = 'Settings';

/** CloudWatch log groups of one stage, created by the stack and written by the image's log agent. */
export function logGroupNames(stage: string) {
  return { app: `/stampede/${stage}/app`, system: `/stampede/${stage}/system` };
}

/** Alias of the data key outside the home region, by which the home region's table and secret name it. */
export function dataKeyAlias(stage: string): string {
  return `alias/stampede-${stage}-data`;
}

/** The load balancer's health check of one target. */
export const HEALTH_CHECK = { intervalS: 10, timeoutS: 5, healthyThreshold: 2, unhealthyThreshold: 2 } as const;

/** Route 53's health check of one region, through the region's own load balancer. */
export const REGION_HEALTH_CHECK = { intervalS: 10, failureThreshold: 3 } as const;

/** Priorities of the rules of the HTTPS listener. The first is free for the rule by which people leave a region. */
export const LISTENER_PRIORITIES = { leaveRegion: 1, health: 2 } as const;

/** Name of the fleet's Auto Scaling group, fixed because user data and the instance role need it before it exists. */
export function fleetName(stage: string): string {
  return `stampede-${stage}-app`;
}

/** Name of the bastion's Auto Scaling group, fixed so that rules on its events can name it. */
export function bastionName(stage: string): string {
  return `stampede-${stage}-bastion`;
}

/** Name of the launching lifecycle hook. */
export const LAUNCH_HOOK = 'ready';
