import { resourcesOf, type Synthesized } from './synthesize.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

/** An accepted wildcard, and the reason. */
export interface AllowedWildcard {
  /** Matches `statement: action on resource`. */
  readonly matches: RegExp;
  readonly reason: string;
}

/** All accepted wildcards in the roles' policies. Actions must not have wildcards. */
export const ALLOWED_WILDCARDS: readonly AllowedWildcard[] = [
  {
    matches: /^SessionManager: (ssm:UpdateInstanceInformation|ssmmessages:(Create|Open)(Control|Data)Channel) on \*$/,
    reason: 'these actions do not support resources',
  },
  {
    matches: /^OwnMetrics: cloudwatch:PutMetricData on \* if cloudwatch:namespace$/,
    reason: 'limited to our namespace',
  },
  { matches: /^Traces: xray:(Put|GetSampling)\w+ on \*$/, reason: 'these actions do not support resources' },
  {
    matches: /^CompleteOwnLaunch: autoscaling:\w+ on .*:autoScalingGroup:\*:autoScalingGroupName\/stampede-[\w-]+-app$/,
    reason: 'the star matches an id that AWS generates; the name is fixed',
  },
  {
    matches: /^(SpilledBlocks|DeadLetters): s3:\w+Object on .*SpillBucket\w+\/(spill|dead)\/\*$/,
    reason: 'each block is an object of its own below this prefix of the spill bucket',
  },
  { matches: /^RestoreTestJobs: backup:ListRestoreJobs on \*$/, reason: 'this action does not support resources' },
  {
    matches: /^ExportState: dynamodb:DescribeExport on .*TimestampsTable\w+\.Arn\/export\/\*$/,
    reason: 'AWS generates the ids of exports',
  },
  {
    matches: /^ExportObjects: s3:\w+ on .*ArchiveBucket\w+\.Arn\/exports\/\*$/,
    reason: 'DynamoDB chooses the names of the objects below this prefix',
  },
  {
    matches: /^ReadTheStage: cloudformation:\w+ on .*stack\/stampede-[\w-]+\/\*$/,
    reason: 'the star matches an id that AWS generates',
  },
  {
    matches: /^(ReadAndPromote|Publish)Images: ssm:\w+ on .*parameter\/stampede\/ami\/\*$/,
    reason: 'one parameter per commit',
  },
  { matches: /^WatchTheFleet: \w+:(Describe|Get)\w+ on \*$/, reason: 'these read actions do not support resources' },
  {
    matches: /^ReadTheDefaultSecurityGroup: ec2:DescribeSecurityGroups on \*$/,
    reason: 'this read action does not support resources',
  },
  {
    matches: /^MuteAlarmsForADrill: cloudwatch:\w+AlarmMuteRule on .*:alarm-mute-rule:stampede-[\w-]+-drill-\*$/,
    reason: 'the rules of a drill are numbered',
  },
  {
    matches: /^ChooseMutedAlarms: cloudwatch:PutAlarmMuteRule on .*:alarm:stampede-?[\w-]+\*$/,
    reason: 'the alarms of the stage',
  },
  {
    matches: /^EndInstances: ec2:\w+ on .*:instance\/\* if aws:ResourceTag\/Service,aws:ResourceTag\/Stage$/,
    reason: 'limited to instances with the tags of the stage',
  },
  {
    matches: /^LaunchBootTest: ec2:RunInstances on .*\/\* if ec2:IsLaunchTemplateResource,ec2:LaunchTemplate$/,
    reason: 'limited to what our launch template names or creates',
  },
  {
    matches: /^CreateBootTestInterface: ec2:RunInstances on .*network-interface\/\* if ec2:LaunchTemplate$/,
    reason: 'limited to launches from our launch template',
  },
  {
    matches:
      /^ChooseBootTest(Image|Subnet): ec2:RunInstances on .*\/\* if aws:ResourceTag\/Service,.*ec2:LaunchTemplate$/,
    reason: 'limited to our images and the subnets of the stage, with our launch template',
  },
  {
    matches:
      /^TagBootTest: ec2:CreateTags on .*\/\* if aws:RequestTag\/Service,aws:RequestTag\/Stage,ec2:CreateAction$/,
    reason: 'limited to resources that the same call creates',
  },
  {
    matches: /^CheckTheAccount: (ec2:Describe\w+|servicequotas:GetServiceQuota) on \*$/,
    reason: 'describe actions do not support resources; quotas are facts of the whole account',
  },
  {
    matches: /^DeleteBranches: cloudformation:\w+ on .*stack\/stampede-pr-\*-\w+\/\*$/,
    reason: 'the stars match the number of a pull request, and an id that AWS generates',
  },
  {
    matches: /^(List|Empty)BranchBuckets: s3:\w+ on .*:s3:::stampede-pr-\*-data-\*(\/\*)?$/,
    reason: 'the buckets of the environments of branches',
  },
  {
    matches: /^(ListStages|WatchBranches): \w+:Describe\w+ on \*$/,
    reason: 'a list of stacks without names, and read actions that do not support resources',
  },
  { matches: /^Describe: ec2:Describe\w+ on \*$/, reason: 'describe actions do not support resources' },
  {
    matches:
      /^(Create(KeyPair|SecurityGroup|Image)|LaunchBuilder): ec2:\w+ on .*\/\* if aws:RequestTag\/stampede:builder$/,
    reason: 'new resources have no name yet; limited to those that get the tag of Packer',
  },
  {
    matches:
      /^(TagOnCreation|TagCopies): ec2:CreateTags on .*\/\* if aws:RequestTag\/stampede:builder,ec2:CreateAction$/,
    reason: 'limited to resources that the same call creates',
  },
  { matches: /^CreateCopies: ec2:CopyImage on .*::(image|snapshot)\/\*$/, reason: 'a new copy has no name yet' },
  {
    matches: /^TagSnapshotsOfCopies: ec2:CreateTags on .*::snapshot\/\* if ec2:ParentVolume$/,
    reason: 'AWS generates the ids; limited to copied snapshots, which have no volume',
  },
  { matches: /^LaunchDebian: ec2:RunInstances on .*image\/\* if ec2:Owner$/, reason: 'limited to images of Debian' },
  {
    matches: /^Use(Vpc|Subnet): ec2:(CreateSecurityGroup|RunInstances) on .*(vpc|subnet)\/\*$/,
    reason: 'the network of the builder is a variable of the bake',
  },
  {
    matches:
      /^(LaunchWithOwn|CopyOwnImages|Manage(Builder|Images|Copies)): ec2:\w+ on .*\/\* if aws:ResourceTag\/stampede:builder$/,
    reason: 'AWS generates the ids; limited to resources with the tag of Packer',
  },
  {
    matches:
      /^Modify(OwnImages|Copies): ec2:ModifyImageAttribute on .*:image\/\* if aws:ResourceTag\/stampede:builder,ec2:Attribute$/,
    reason: 'AWS generates the ids; limited to description and IMDS of images with the tag of Packer',
  },
];

/** All allowed actions and resources with a wildcard in the roles' policies, one per line. */
export function wildcards(stacks: Synthesized): readonly string[] {
  return [...resourcesOf('AWS::IAM::Policy', ...stacks.all), ...resourcesOf('AWS::IAM::ManagedPolicy', ...stacks.all)]
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement) => lines(statement))
    .filter((line) => line.includes('*'));
}

function lines({ Sid = 'no sid', Action, Resource, Condition = {} }: Statement): readonly string[] {
  const conditions = Object.values(Condition as Record<string, object>)
    .flatMap(Object.keys)
    .toSorted();
  const suffix = conditions.length > 0 ? ` if ${conditions.join(',')}` : '';
  return list(Action).flatMap((action) =>
    list(Resource).map((resource) => `${Sid}: ${action} on ${flat(resource)}${suffix}`),
  );
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** A resource as text, with references by name. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[key, inner] = ['', '']] = Object.entries(value as Record<string, unknown>);
  if (key === 'Fn::Join') return (inner as [string, unknown[]])[1].map(flat).join('');
  return Array.isArray(inner) ? inner.join('.') : String(inner);
}
