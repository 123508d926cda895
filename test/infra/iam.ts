import { resourcesOf, type Synthesized } from './synthesize.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

/** A wildcard that may stand, and why. */
export interface AllowedWildcard {
  /** Matches the whole of `statement: action on resource`. */
  readonly matches: RegExp;
  readonly reason: string;
}

/** Every wildcard of the roles' policies that is accepted. No action may have one at all. */
export const ALLOWED_WILDCARDS: readonly AllowedWildcard[] = [
  {
    matches: /^SessionManager: (ssm:UpdateInstanceInformation|ssmmessages:(Create|Open)(Control|Data)Channel) on \*$/,
    reason: 'these actions know no resources',
  },
  {
    matches: /^OwnMetrics: cloudwatch:PutMetricData on \* if cloudwatch:namespace$/,
    reason: 'limited to our namespace',
  },
  { matches: /^Traces: xray:(Put|GetSampling)\w+ on \*$/, reason: 'X-Ray knows no resources for these' },
  {
    matches:
      /^(CompleteOwnLaunch|DrillTheFleet): autoscaling:\w+ on .*:autoScalingGroup:\*:autoScalingGroupName\/stampede-[\w-]+-app$/,
    reason: 'the star is an id that AWS draws; the name is fixed',
  },
  {
    matches: /^ReadTheStage: cloudformation:\w+ on .*stack\/stampede-[\w-]+\/\*$/,
    reason: 'the star is an id that AWS draws',
  },
  {
    matches: /^(ReadAndPromote|Publish)Images: ssm:\w+ on .*parameter\/stampede\/ami\/\*$/,
    reason: 'one parameter a commit',
  },
  { matches: /^WatchTheFleet: \w+:(Describe|Get)\w+ on \*$/, reason: 'these read actions know no resources' },
  {
    matches: /^LaunchBootTest: ec2:RunInstances on \* if ec2:LaunchTemplate$/,
    reason: 'image and network are named by the call; only with our launch template',
  },
  {
    matches: /^TagBootTest: ec2:CreateTags on \* if ec2:CreateAction$/,
    reason: 'only what the same call launches',
  },
  {
    matches: /^TerminateBootTest: ec2:(GetConsoleOutput|TerminateInstances) on \* if aws:ResourceTag\/Service$/,
    reason: 'only what carries our tag',
  },
  { matches: /^DescribeBootTest: ec2:DescribeImages on \*$/, reason: 'EC2 describes know no resources' },
  { matches: /^Describe: ec2:Describe\w+ on \*$/, reason: 'EC2 describes know no resources' },
  {
    matches: /^Create: ec2:\w+ on \* if aws:RequestedRegion$/,
    reason: 'what is made has no name yet; one region only',
  },
  {
    matches: /^DeleteTagged: ec2:\w+ on \* if aws:RequestedRegion,aws:ResourceTag\/Service$/,
    reason: 'ids of what Packer made; only what carries our tag',
  },
];

/** Every allowing statement of the roles' policies that has a wildcard, one line for each action and resource. */
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

/** A resource as text, references by their names. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[key, inner] = ['', '']] = Object.entries(value as Record<string, unknown>);
  if (key === 'Fn::Join') return (inner as [string, unknown[]])[1].map(flat).join('');
  return Array.isArray(inner) ? inner.join('.') : String(inner);
}
