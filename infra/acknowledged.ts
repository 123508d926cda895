import { type App, Validations } from 'aws-cdk-lib';
import { SPILL_PREFIXES } from '../server/contract.ts';
import { alarmPrefixes, fleetName, stackNames } from './contract.ts';
import { isHome, replicaRegions } from './settings/regions.ts';
import type { Deployment } from './stampede.ts';

/** An accepted finding of cdk-nag. */
export interface Acknowledged {
  readonly stack: keyof ReturnType<typeof stackNames>;
  /** Path of the construct in its stack; includes its children. */
  readonly path: string;
  readonly id: string;
  readonly reason: string;
}

const STAR = 'AwsSolutions-IAM5[Resource::*]';

/** Session Manager, metrics and traces. */
const NO_RESOURCES = 'these actions do not support resources; a condition limits PutMetricData to our namespace';
const GENERATED_ID = 'the star matches an id that AWS generates when it creates the resource; the name is fixed';
const NO_NOTIFICATIONS = {
  id: 'AwsSolutions-AS3',
  reason: 'EventBridge publishes failures to the topic; a mail for each normal launch would hide them',
};
const DESCRIBE = 'describing does not support resources';
const BAKE = 'AWS generates the ids; conditions limit the actions to resources that Packer creates and tags';
const BOOT_TEST =
  'AWS generates the ids; conditions limit the actions to our launch template and to the tags of the stage';

/** How cdk-nag prints the ARN of the spill bucket, which the service stack imports. */
function spillBucketArn(stage: string): string {
  return `${stackNames(stage).data}:ExportsOutputFnGetAttSpillBucket95D36406Arn0B5DA7D8`;
}

function workflowFindings(path: string): readonly Acknowledged[] {
  const reason = 'Step Functions keeps each step of a standard workflow for 90 days, with input, output and times';
  return ['AwsSolutions-SF1', 'AwsSolutions-SF2'].map((id) => ({ stack: 'data', path, id, reason }));
}

/** The state machine of the daily export, which exists only if the archive is on. */
const EXPORT_FINDINGS: readonly Acknowledged[] = [
  {
    stack: 'data',
    path: 'Archive/Export/Role',
    id: 'AwsSolutions-IAM5[Resource::<TimestampsTable351B212D.Arn>/export/*]',
    reason: 'AWS generates the ids of exports',
  },
  {
    stack: 'data',
    path: 'Archive/Export/Role',
    id: 'AwsSolutions-IAM5[Resource::<ArchiveBucket49F1AC64.Arn>/exports/*]',
    reason: 'DynamoDB chooses the names of the objects below this prefix',
  },
  ...workflowFindings('Archive/Export/StateMachine'),
];

/** The monthly restore test and its check. */
const RESTORE_FINDINGS: readonly Acknowledged[] = [
  {
    stack: 'data',
    path: 'RestoreTesting/Role',
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores]',
    reason: 'AWS Backup documents this policy for its service role and keeps it up to date',
  },
  { stack: 'data', path: 'RestoreTesting/CheckRole', id: STAR, reason: NO_RESOURCES },
  ...workflowFindings('RestoreTesting/Check'),
];

/** The roles of the pipeline, which exist only if a repository is set. */
function pipelineFindings(stage: string, otherRegions: readonly string[]): readonly Acknowledged[] {
  const arn = (service: string, resource: string, region = '<AWS::Region>'): string =>
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${service}:${region}:<AWS::AccountId>:${resource}]`;
  const images = { id: arn('ssm', 'parameter/stampede/ami/*'), reason: 'one parameter for each baked commit' };
  const bake = { stack: 'operations', path: 'BakeRole' } as const;
  const deploy = { stack: 'operations', path: 'DeployRole' } as const;
  const image = 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ec2:<AWS::Region>::image/*]';
  const snapshot = image.replace('image', 'snapshot');
  const own = (...types: readonly string[]) => types.map((type) => arn('ec2', `${type}/*`));
  const launched = own('instance', 'volume', 'network-interface', 'security-group', 'subnet');
  const mutedAlarms = [
    `alarm-mute-rule:stampede-${stage}-drill-*`,
    ...alarmPrefixes(stage).map((prefix) => `alarm:${prefix}*`),
  ].map((resource) => arn('cloudwatch', resource));
  const stacks = [undefined, ...otherRegions].flatMap((region) =>
    Object.values(stackNames(stage)).map((name) => arn('cloudformation', `stack/${name}/*`, region)),
  );
  const copies = otherRegions.flatMap((region) => [
    ...[image, snapshot].map((id) => ({ id: id.replace('<AWS::Region>', region), reason: BAKE })),
    { id: arn('ssm', 'parameter/stampede/ami/*', region), reason: images.reason },
  ]);
  return [
    { ...bake, id: STAR, reason: DESCRIBE },
    { ...bake, ...images },
    ...copies.map((copy) => ({ ...bake, ...copy })),
    ...[image, snapshot, ...launched, ...own('key-pair', 'vpc')].map((id) => ({ ...bake, id, reason: BAKE })),
    { ...deploy, id: STAR, reason: DESCRIBE },
    { ...deploy, ...images },
    ...[image, ...launched].map((id) => ({ ...deploy, id, reason: BOOT_TEST })),
    ...stacks.map((id) => ({ ...deploy, id, reason: GENERATED_ID })),
    ...mutedAlarms.map((id) => ({
      ...deploy,
      id,
      reason: 'the alarms of the stage, and the mute rules of its drills',
    })),
  ];
}

/** The role that deploys the environments of branches, which exists only if the setting is on. */
const BRANCH_FINDINGS: readonly Acknowledged[] = [
  { id: STAR, reason: DESCRIBE },
  ...Object.values(stackNames('pr-*')).map((name) => ({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/${name}/*]`,
    reason: 'the stars match the number of a pull request, and an id that AWS generates',
  })),
  ...['', '/*'].map((objects) => ({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${stackNames('pr-*').data}-*${objects}]`,
    reason: 'the buckets of these environments, which are emptied before they are deleted',
  })),
].map((finding) => ({ stack: 'operations', path: 'BranchRole', ...finding }));

/** The rule fails on a group with several instance types; the invariants check the volumes of every launch template. */
const UNREADABLE_MIXED_POLICY: Acknowledged = {
  stack: 'service',
  path: 'Fleet/Group',
  id: 'AwsSolutions-EC26',
  reason: 'cdk-nag cannot read the launch template of a mixed instances policy; its volumes are encrypted',
};

const BACKUP_ROLE: Acknowledged = {
  stack: 'data',
  path: 'Backups/Plan/Timestamps/Role',
  id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]',
  reason: 'AWS Backup documents this policy for its service role and keeps it up to date',
};

/** What only the home region makes. */
const HOME_REGION: readonly Acknowledged[] = [
  {
    stack: 'data',
    path: 'StageSecret/Secret',
    id: 'AwsSolutions-SMG4',
    reason: 'npm run token rotates by overlap; a rotation without the owners of the tokens would cut them off',
  },
];

/** The token of the canary. */
const CANARY_SECRET: Acknowledged = {
  stack: 'service',
  path: 'Canary/Secret',
  id: 'AwsSolutions-SMG4',
  reason: 'the token only records and reads single records; a rotation would need a function that may write it',
};

/** All accepted findings of cdk-nag, each with its reason. */
export function acknowledged({ stage, settings }: Pick<Deployment, 'stage' | 'settings'>): readonly Acknowledged[] {
  return [
    ...(isHome(settings) ? HOME_REGION : []),
    {
      stack: 'network',
      path: 'Acls',
      id: 'AwsSolutions-VPC3',
      reason: 'the ACLs are a second security layer, and a test computes reachability through them and the groups',
    },
    {
      stack: 'network',
      path: 'Firewall/LoadBalancer',
      id: 'AwsSolutions-EC23',
      reason: 'the load balancer is the one public endpoint, for HTTP and HTTPS only',
    },
    { stack: 'network', path: 'Bastion/Group', ...NO_NOTIFICATIONS },
    { stack: 'service', path: 'Fleet/Group', ...NO_NOTIFICATIONS },
    { stack: 'network', path: 'Bastion/Role', id: STAR, reason: NO_RESOURCES },
    { stack: 'service', path: 'Instance/Role', id: STAR, reason: NO_RESOURCES },
    {
      stack: 'service',
      path: 'Instance/Role',
      id: `AwsSolutions-IAM5[Resource::arn:aws:autoscaling:${settings.region}:<AWS::AccountId>:autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}]`,
      reason: GENERATED_ID,
    },
    ...Object.values(SPILL_PREFIXES).map((prefix) => ({
      stack: 'service' as const,
      path: 'Instance/Role',
      id: `AwsSolutions-IAM5[Resource::${spillBucketArn(stage)}/${prefix}*]`,
      reason: 'each block is an object of its own below this prefix',
    })),
    ...(settings.alternativeFamilies.length > 0 ? [UNREADABLE_MIXED_POLICY] : []),
    CANARY_SECRET,
    ...(settings.archive && isHome(settings) ? EXPORT_FINDINGS : []),
    ...(settings.retainData && isHome(settings) ? [BACKUP_ROLE] : []),
    ...(settings.retainData && settings.restoreTests && isHome(settings) ? RESTORE_FINDINGS : []),
    ...(settings.githubRepository && isHome(settings) ? pipelineFindings(stage, replicaRegions(settings)) : []),
    ...(settings.branchEnvironments && isHome(settings) ? BRANCH_FINDINGS : []),
  ];
}

/** Acknowledges each accepted finding. Fails if its construct does not exist, so that the list stays current. */
export function acknowledge(app: App, deployment: Pick<Deployment, 'stage' | 'settings'>): void {
  const names = stackNames(deployment.stage);
  const made = new Set(app.node.children.map(({ node }) => node.id));
  for (const { stack, path, id, reason } of acknowledged(deployment).filter((one) => made.has(names[one.stack]))) {
    const fullPath = `${names[stack]}/${path}`;
    const construct = app.node.findAll().find(({ node }) => node.path === fullPath);
    if (!construct)
      throw new Error(
        `There is no construct ${fullPath}, for which ${id} is acknowledged. Remove it from infra/acknowledged.ts`,
      );
    Validations.of(construct).acknowledge({ id, reason });
  }
}
