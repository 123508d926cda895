import { isWildcardOnlyAction } from '@cloud-copilot/iam-simulate';
import { type Account, arnIn, type Right } from './account.ts';
import type { AwsCall } from './call.ts';
import { runInstancesRights } from './run-instances.ts';

type Params = AwsCall['params'];
type ResourcesOf = (params: Params, account: Account) => readonly string[];

/** The last part of ARNs that AWS generates. */
const GENERATED = '5f0c1b5e-0000-4000-8000-000000000000';

const table: ResourcesOf = ({ TableName }, at) => [arnIn(at, 'dynamodb', `table/${TableName}`)];
const group: ResourcesOf = ({ AutoScalingGroupName: name }, at) => [
  arnIn(at, 'autoscaling', `autoScalingGroup:${GENERATED}:autoScalingGroupName/${name}`),
];
/** A stack by its name or its ARN. Without one, the request is for all stacks. */
const stack: ResourcesOf = ({ StackName }, at) => {
  if (String(StackName).startsWith('arn:')) return [String(StackName)];
  return [arnIn(at, 'cloudformation', StackName === undefined ? 'stack/*/*' : `stack/${StackName}/${GENERATED}`)];
};
const parameter: ResourcesOf = ({ Name, Path }, at) => [arnIn(at, 'ssm', `parameter${Name ?? Path}`)];
const instances: ResourcesOf = (params, at) =>
  listOf(params, 'InstanceId').map((id) => arnIn(at, 'ec2', `instance/${id}`));
const securityGroup: ResourcesOf = ({ GroupId }, at) => [arnIn(at, 'ec2', `security-group/${GroupId}`)];
const targetGroup: ResourcesOf = ({ TargetGroupArn }) => [String(TargetGroupArn)];
const quota: ResourcesOf = ({ ServiceCode, QuotaCode }, at) => [
  arnIn(at, 'servicequotas', `${ServiceCode}/${QuotaCode}`),
];
const object: ResourcesOf = ({ Bucket, Key }) => [`arn:aws:s3:::${Bucket}/${Key}`];
const bucket: ResourcesOf = ({ Bucket }) => [`arn:aws:s3:::${Bucket}`];
const secret: ResourcesOf = ({ SecretId }) => [String(SecretId)];

/** Members of a list in the query protocol: `InstanceId.1` ... or a single `InstanceId`. */
function listOf(params: Params, name: string): readonly string[] {
  const names = Object.keys(params).filter((key) => key === name || /^\.\d+$/.test(key.slice(name.length)));
  return names.filter((key) => key.startsWith(name)).map((key) => String(params[key]));
}

/** Actions that support resources, and the resources of a request. */
const RESOURCES: Readonly<Record<string, ResourcesOf>> = {
  ...rows(table, 'dynamodb:PutItem dynamodb:GetItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:Query'),
  ...rows(table, 'dynamodb:ConditionCheckItem dynamodb:DescribeTable dynamodb:Scan'),
  ...rows(
    group,
    'autoscaling:CompleteLifecycleAction autoscaling:SetDesiredCapacity autoscaling:UpdateAutoScalingGroup',
  ),
  ...rows(group, 'autoscaling:StartInstanceRefresh autoscaling:CancelInstanceRefresh'),
  ...rows(group, 'autoscaling:PutScheduledUpdateGroupAction'),
  ...rows(stack, 'cloudformation:DescribeStacks cloudformation:GetTemplate cloudformation:ListStackResources'),
  ...rows(stack, 'cloudformation:DescribeStackEvents cloudformation:DeleteStack'),
  ...rows(parameter, 'ssm:GetParameter ssm:PutParameter ssm:DeleteParameter ssm:GetParametersByPath'),
  ...rows(instances, 'ec2:TerminateInstances ec2:GetConsoleOutput ec2-instance-connect:SendSSHPublicKey'),
  ...rows(securityGroup, 'ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress'),
  ...rows(targetGroup, 'elasticloadbalancing:RegisterTargets elasticloadbalancing:DeregisterTargets'),
  ...rows(quota, 'servicequotas:GetServiceQuota'),
  ...rows(secret, 'secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:DescribeSecret'),
  ...rows(object, 's3:PutObject s3:GetObject s3:DeleteObject'),
  ...rows(bucket, 's3:ListBucket'),
  // Their only resources are data sets of OpenTelemetry.
  ...rows(() => ['*'], 'cloudwatch:PutMetricData cloudwatch:GetMetricData'),
  'cloudwatch:DeleteAlarmMuteRule': ({ AlarmMuteRuleName }, at) => [
    arnIn(at, 'cloudwatch', `alarm-mute-rule:${AlarmMuteRuleName}`),
  ],
  'cloudwatch:DescribeAlarms': (_, at) => [arnIn(at, 'cloudwatch', 'alarm:*')],
};

function rows(resources: ResourcesOf, actions: string): Readonly<Record<string, ResourcesOf>> {
  return Object.fromEntries(actions.split(' ').map((action) => [action, resources]));
}

/** The operation that each kind of item in a transaction corresponds to. */
const TRANSACT_OPERATIONS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** Operations that need other rights than the one of their name. The names of the objects to delete are in the body, so any stands for them. */
const OTHER_RIGHTS: Readonly<Record<string, (params: Params, at: Account) => readonly Right[]>> = {
  // A rule, and each alarm that it mutes.
  'cloudwatch:PutAlarmMuteRule': ({ Name, MuteTargets }, at) => {
    const { AlarmNames } = MuteTargets as { AlarmNames: readonly string[] };
    return [`alarm-mute-rule:${Name}`, ...AlarmNames.map((alarm) => `alarm:${alarm}`)].map((resource) => ({
      action: 'cloudwatch:PutAlarmMuteRule',
      resource: arnIn(at, 'cloudwatch', resource),
    }));
  },
  's3:ListObjectVersions': ({ Bucket }) => [{ action: 's3:ListBucketVersions', resource: `arn:aws:s3:::${Bucket}` }],
  's3:DeleteObjects': ({ Bucket }) =>
    ['s3:DeleteObject', 's3:DeleteObjectVersion'].map((action) => ({
      action,
      resource: `arn:aws:s3:::${Bucket}/any/object`,
    })),
};

/** Condition keys that a request itself sets. */
const CONTEXTS: Readonly<Record<string, (params: Params) => Readonly<Record<string, string>>>> = {
  'cloudwatch:PutMetricData': ({ Namespace }) => ({ 'cloudwatch:namespace': String(Namespace) }),
  's3:ListBucket': ({ Prefix }) => ({ 's3:prefix': String(Prefix) }),
};

/**
 * What AWS evaluates before it carries out a request.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 *
 * @throws Error for an action that supports resources but has no row above
 */
export async function rightsOf({ service, operation, params }: AwsCall, account: Account): Promise<readonly Right[]> {
  const action = `${service}:${operation}`;
  const others = OTHER_RIGHTS[action];
  if (others) return others(params, account);
  if (action === 'ec2:RunInstances') return runInstancesRights(params, account);
  if (action === 'dynamodb:TransactWriteItems') return transactionRights(params, account);
  if (await isWildcardOnlyAction(service, operation)) {
    return [{ action, resource: '*', ...contextOf(action, params, {}) }];
  }
  const resourcesOf = RESOURCES[action];
  if (!resourcesOf) throw new Error(`${action} supports resources: add a row for it to scripts/rights/right.ts`);
  return resourcesOf(params, account).map((resource) => ({
    action,
    resource,
    ...contextOf(action, params, account.tagsOf(resource)),
  }));
}

/**
 * What a caller of S3 must be allowed to learn that an object does not exist; without it S3 answers 403, not 404.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function existenceOf({ params }: AwsCall): Right {
  return { action: 's3:ListBucket', resource: `arn:aws:s3:::${params['Bucket']}` };
}

/** IAM has no action for a transaction: each item needs the right of its operation. */
async function transactionRights({ TransactItems }: Params, account: Account): Promise<readonly Right[]> {
  const rights = (TransactItems as readonly Readonly<Record<string, Params>>[])
    .flatMap((item) => Object.entries(item))
    .map(([kind, params]) =>
      rightsOf({ service: 'dynamodb', operation: TRANSACT_OPERATIONS[kind] ?? kind, params }, account),
    );
  return (await Promise.all(rights)).flat();
}

function contextOf(action: string, params: Params, tags: Readonly<Record<string, string>>): Pick<Right, 'context'> {
  const tagKeys = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
  const context = { ...Object.fromEntries(tagKeys), ...CONTEXTS[action]?.(params) };
  return Object.keys(context).length > 0 ? { context } : {};
}
