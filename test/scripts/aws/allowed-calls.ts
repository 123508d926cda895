/** Roles of the pipeline, by the names of their constructs. */
type PipelineRole = 'BakeRole' | 'DeployRole';

/**
 * What the pipeline's commands call in AWS, and the role that they have. `test/infra/rights/` makes these calls against
 * the synthesised roles, and compares.
 */
export const PIPELINE_CALLS: Readonly<Record<string, { readonly role: PipelineRole; readonly calls: string }>> = {
  bake: { role: 'BakeRole', calls: 'ec2:DescribeImages ec2:DescribeVpcs ssm:GetParameter ssm:PutParameter' },
  promote: {
    role: 'DeployRole',
    calls:
      'autoscaling:DescribeAutoScalingGroups cloudformation:DescribeStacks ec2:DescribeImages ec2:GetConsoleOutput ' +
      'ec2:RunInstances ec2:TerminateInstances ssm:GetParameter ssm:PutParameter',
  },
  deploy: {
    role: 'DeployRole',
    calls:
      'autoscaling:DescribeAutoScalingGroups cloudformation:DescribeStackEvents cloudformation:DescribeStacks ' +
      'ec2:DescribeAddresses ec2:DescribeImages ec2:DescribeInstanceTypeOfferings ec2:DescribeInstanceTypes ' +
      'ec2:DescribeInstances ec2:DescribeSecurityGroups ec2:RevokeSecurityGroupEgress ' +
      'ec2:RevokeSecurityGroupIngress elasticloadbalancing:DescribeTargetHealth servicequotas:GetServiceQuota ' +
      'ssm:GetParameter',
  },
  post: { role: 'DeployRole', calls: 'cloudformation:DescribeStacks secretsmanager:GetSecretValue' },
  drill: {
    role: 'DeployRole',
    calls:
      'autoscaling:DescribeAutoScalingGroups autoscaling:DescribeInstanceRefreshes ' +
      'autoscaling:DescribeScalingActivities cloudformation:DescribeStacks ' +
      'cloudwatch:DeleteAlarmMuteRule cloudwatch:DescribeAlarms cloudwatch:GetMetricData ' +
      'cloudwatch:PutAlarmMuteRule ec2:DescribeInstances ec2:TerminateInstances ' +
      'elasticloadbalancing:DescribeTargetHealth secretsmanager:GetSecretValue',
  },
};

/** What the commands of the branch workflows call, with the role `BranchRole`. */
export const BRANCH_CALLS: Readonly<Record<string, string>> = {
  deploy:
    'autoscaling:DescribeAutoScalingGroups cloudformation:DescribeStackEvents cloudformation:DescribeStacks ' +
    'ec2:DescribeAddresses ec2:DescribeImages ec2:DescribeInstanceTypeOfferings ec2:DescribeInstanceTypes ' +
    'ec2:DescribeInstances elasticloadbalancing:DescribeTargetHealth servicequotas:GetServiceQuota ssm:GetParameter',
  destroy:
    'autoscaling:DescribeAutoScalingGroups cloudformation:DeleteStack cloudformation:DescribeStackEvents ' +
    'cloudformation:DescribeStacks cloudformation:GetTemplate cloudformation:ListStackResources ' +
    'elasticloadbalancing:DescribeLoadBalancerAttributes s3:DeleteObjects s3:ListBucket s3:ListObjectVersions',
  post: 'cloudformation:DescribeStacks',
};

/** Calls that no role of the stage needs, because only people make them, with the reason. */
const CALLS_OF_PEOPLE: Readonly<Record<string, { readonly reason: string; readonly calls: string }>> = {
  deploy: {
    reason: 'only people pass --remove-replicas',
    calls: 'dynamodb:DeleteItem dynamodb:Query',
  },
  bastion: {
    reason: 'a person needs the bastion to reach an instance',
    calls:
      'autoscaling:DescribeAutoScalingGroups autoscaling:PutScheduledUpdateGroupAction ' +
      'autoscaling:SetDesiredCapacity cloudformation:DescribeStacks ec2:DescribeInstances',
  },
  destroy: {
    reason: 'a stage is deleted by a person who types its name, and may end its protection',
    calls:
      'autoscaling:DescribeAutoScalingGroups autoscaling:UpdateAutoScalingGroup cloudformation:DeleteStack ' +
      'cloudformation:DescribeStackEvents cloudformation:DescribeStacks cloudformation:GetTemplate ' +
      'cloudformation:ListStackResources cloudformation:UpdateTerminationProtection dynamodb:DescribeTable ' +
      'elasticloadbalancing:DescribeLoadBalancerAttributes elasticloadbalancing:ModifyLoadBalancerAttributes ' +
      's3:DeleteObjects s3:ListBucket s3:ListObjectVersions',
  },
  drill: {
    reason: 'the pipeline runs kill-instance only; other drills change a group, a launch template or targets',
    calls:
      'autoscaling:CancelInstanceRefresh autoscaling:RollbackInstanceRefresh autoscaling:StartInstanceRefresh ' +
      'autoscaling:UpdateAutoScalingGroup cloudformation:DescribeStackDriftDetectionStatus ' +
      'cloudformation:DescribeStackResourceDrifts cloudformation:DetectStackDrift cloudformation:GetTemplate ' +
      'cloudformation:ListStackResources dynamodb:DescribeTable ec2:CreateLaunchTemplateVersion ' +
      'ec2:DeleteLaunchTemplateVersions ec2:DescribeSecurityGroupRules ec2:DescribeSubnets ' +
      'ec2:ModifySecurityGroupRules ecs:CreateCluster ecs:DeleteCluster ecs:DescribeClusters ecs:ListTasks ' +
      'ecs:StopTask elasticloadbalancing:DeregisterTargets elasticloadbalancing:RegisterTargets s3:GetObject ' +
      's3:ListBucket servicequotas:GetServiceQuota ssm:DeleteParameter ssm:PutParameter',
  },
  export: {
    reason: 'a person takes timestamps out of the stage',
    calls: 'cloudformation:DescribeStacks dynamodb:Query s3:ListBucket',
  },
  'images-prune': {
    reason: 'a person decides which images are deleted',
    calls:
      'autoscaling:DescribeAutoScalingGroups autoscaling:DescribeInstanceRefreshes ec2:DeleteLaunchTemplateVersions ' +
      'ec2:DeregisterImage ec2:DescribeImages ec2:DescribeInstances ec2:DescribeLaunchTemplateVersions ' +
      'ec2:DescribeLaunchTemplates ssm:DeleteParameter ssm:GetParametersByPath',
  },
  plan: {
    reason: 'the pipeline deploys without a plan; a person asks for the plan and for drift',
    calls:
      'cloudformation:DescribeStackDriftDetectionStatus cloudformation:DescribeStackResourceDrifts ' +
      'cloudformation:DescribeStacks cloudformation:DetectStackDrift ec2:DescribeAddresses ec2:DescribeImages ' +
      'ec2:DescribeInstanceTypeOfferings ec2:DescribeInstanceTypes ec2:DescribeInstances ' +
      'servicequotas:GetServiceQuota ssm:GetParameter',
  },
  probe: {
    reason: 'a person compares a stage with the expected state',
    calls:
      'autoscaling:DescribeAutoScalingGroups cloudformation:DescribeStacks ec2:DescribeInstances ' +
      'secretsmanager:GetSecretValue',
  },
  replay: {
    reason: 'a person removes the cause of the dead letters first',
    calls: 'cloudformation:DescribeStacks s3:DeleteObject s3:GetObject s3:ListBucket s3:PutObject',
  },
  restore: {
    reason: 'a person decides that the table is lost, and to which time it is restored',
    calls:
      'cloudformation:DescribeStacks cloudformation:GetTemplate cloudformation:ListStackResources ' +
      'dynamodb:DeleteItem dynamodb:DeleteTable dynamodb:DescribeBackup dynamodb:DescribeContinuousBackups ' +
      'dynamodb:DescribeContributorInsights dynamodb:DescribeTable dynamodb:DescribeTimeToLive ' +
      'dynamodb:ListBackups dynamodb:ListTagsOfResource dynamodb:Query dynamodb:RestoreTableFromBackup ' +
      'dynamodb:RestoreTableToPointInTime dynamodb:TagResource dynamodb:UpdateContinuousBackups ' +
      'dynamodb:UpdateContributorInsights dynamodb:UpdateTable dynamodb:UpdateTimeToLive',
  },
  rollback: {
    reason: 'a person decides to go back to the image before',
    calls: 'ec2:DescribeImages ssm:GetParameter ssm:PutParameter',
  },
  ssh: {
    reason: 'only people log in',
    calls:
      'autoscaling:DescribeAutoScalingGroups cloudformation:DescribeStacks ec2-instance-connect:SendSSHPublicKey ' +
      'ec2:DescribeInstanceConnectEndpoints ec2:DescribeInstances',
  },
  status: {
    reason: 'the report is for people',
    calls:
      'autoscaling:DescribeAutoScalingGroups autoscaling:DescribeInstanceRefreshes cloudformation:DescribeStacks ' +
      'cloudformation:GetTemplate cloudformation:ListStackResources cloudwatch:DescribeAlarms ' +
      'cloudwatch:GetMetricData dynamodb:DescribeTable ec2:DescribeImages ec2:DescribeInstances elasticloadbalancing:DescribeTargetHealth',
  },
  token: {
    reason: 'a person adds and removes tokens',
    calls: 'cloudformation:DescribeStacks secretsmanager:GetSecretValue secretsmanager:PutSecretValue',
  },
  verify: {
    reason: 'a person reads a whole table, which costs money',
    calls: 'cloudformation:DescribeStacks dynamodb:DescribeTable dynamodb:Query dynamodb:Scan',
  },
  zone: {
    reason: 'a person takes a zone out of service',
    calls:
      'autoscaling:DescribeAutoScalingGroups cloudformation:DescribeStacks ec2:DescribeAvailabilityZones ' +
      'elasticloadbalancing:DescribeLoadBalancers',
  },
};

/** `--role`, which people give to any command. */
const OF_ANY_COMMAND = ['sts:AssumeRole'];

/** Whether a command may call an action. Without a command, as a test calls a function itself, any command counts. */
export function isListed(command: string | undefined, action: string): boolean {
  const rows = [PIPELINE_CALLS, CALLS_OF_PEOPLE].flatMap((table) => Object.entries(table));
  const own = rows.filter(([name]) => command === undefined || name === command);
  return OF_ANY_COMMAND.includes(action) || own.some(([, { calls }]) => calls.split(' ').includes(action));
}
