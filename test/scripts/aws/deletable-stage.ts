import assert from 'node:assert/strict';
import { stackNames } from '../../../infra/contract.ts';
import { type Answers, type AwsAnswer, type AwsRequest, queryError } from './fake-aws.ts';
import { queryAnswer, s3Answer, type Xml } from './xml.ts';

const ACCOUNT = 'arn:aws:cloudformation:eu-west-1:111122223333';
const BALANCER = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/example/50dc6c495c0c9188';
const IMPORTED_BY: Readonly<Record<string, readonly string[]>> = {
  data: ['network', 'service', 'operations'],
  network: ['service', 'operations'],
  service: ['operations'],
};

/** What each part of a stage has: logical id, type, and name in the account. */
function resourcesOf(
  stage: string,
  hasTable: boolean,
): Readonly<Record<string, readonly (readonly [string, string, string])[]>> {
  return {
    data: [
      ...(hasTable ? ([['Table', 'AWS::DynamoDB::GlobalTable', 'stampede-dev']] as const) : []),
      ['Bucket', 'AWS::S3::Bucket', `stampede-${stage}-data-spillbucket`],
    ],
    network: [['Vpc', 'AWS::EC2::VPC', 'vpc-0123456789abcdef0']],
    service: [
      ['Balancer', 'AWS::ElasticLoadBalancingV2::LoadBalancer', BALANCER],
      ['Group', 'AWS::AutoScaling::AutoScalingGroup', 'stampede-dev-app'],
    ],
    operations: [['Dashboard', 'AWS::CloudWatch::Dashboard', 'stampede']],
  };
}

/** What of the stage is protected against deletion, and which stack CloudFormation fails to delete. */
export interface Deletable {
  readonly stage?: string;
  readonly isProtected?: boolean;
  /** A part whose deletion fails. @default - none */
  readonly failing?: string;
  /** Whether the creation of the load balancer failed, so that it has no ARN. @default false */
  readonly lacksBalancer?: boolean;
  /** Whether the table and the bucket are retained. @default true */
  readonly retainsData?: boolean;
  /** Whether the data stack has the table that the stage uses; otherwise the table is a replica. @default true */
  readonly hasTable?: boolean;
  /** Outputs of the data stack. @default - none */
  readonly outputs?: Readonly<Record<string, string>>;
  /** Names of the objects in the bucket, which has two versions of each. @default - none */
  readonly objects?: readonly string[];
  /** Tag of the stacks. @default - the stage is permanent */
  readonly expires?: string;
  /** CloudFormation's status of the stacks until they are deleted. @default UPDATE_COMPLETE */
  readonly status?: string;
}

/** Several stages of one account. `deleted` has the stages and parts in the order of their deletion. */
export function deletableStages(...examples: readonly Deletable[]) {
  const deleted: string[] = [];
  const stages = examples.map((example) => {
    const { stage = 'dev' } = example;
    return { ...deletableStage(example, (part) => deleted.push(`${stage} ${part}`)), stage };
  });
  const ofStage = ({ params: { StackName, Bucket } }: AwsRequest) => {
    const [, stage] = /stampede-(.+)-(?:data|network|service|operations)/.exec(String(StackName ?? Bucket)) ?? [];
    return stages.find((each) => each.stage === stage) ?? stages[0];
  };
  const answers = Object.keys(stages[0]?.answers ?? {}).map((operation) => [
    operation,
    (request: AwsRequest) => {
      const answer = ofStage(request)?.answers[operation];
      assert.ok(typeof answer === 'function');
      return answer(request);
    },
  ]);
  const list = () =>
    queryAnswer('DescribeStacks', { Stacks: { member: stages.flatMap(({ describeAll }) => describeAll()) } });
  const { DescribeStacks, ...others } = Object.fromEntries(answers) as Readonly<
    Record<string, (request: AwsRequest) => AwsAnswer>
  >;
  return {
    answers: {
      ...others,
      DescribeStacks: (request: AwsRequest) => {
        const one = request.params['StackName'] === undefined ? undefined : DescribeStacks?.(request);
        return one ?? list();
      },
    },
    deleted,
  };
}

/**
 * The four stacks of a stage, deleted as CloudFormation deletes them: one at a time, refused while protected, and failing
 * while another stack imports from them or a resource is protected.
 */
export function deletableStage(
  {
    stage = 'dev',
    isProtected = false,
    failing,
    lacksBalancer = false,
    retainsData = true,
    hasTable = true,
    outputs = {},
    objects = [],
    expires,
    status: initial = 'UPDATE_COMPLETE',
  }: Deletable = {},
  onDelete: (part: string) => void = () => {},
) {
  const inBucket = new Set(objects);
  const resources = resourcesOf(stage, hasTable);
  const names: Readonly<Record<string, string>> = stackNames(stage);
  const parts = Object.keys(names);
  const states = new Map(parts.map((part) => [part, initial]));
  const protectedThings = new Set(isProtected ? [...parts, BALANCER, 'stampede-dev-app'] : []);
  const deleted: string[] = [];
  const idOf = (part: string) => `${ACCOUNT}:stack/${names[part]}/1`;
  const partOf = ({ params }: AwsRequest) => {
    const asked = String(params['StackName']);
    return parts.find(
      (part) => asked === idOf(part) || (asked === names[part] && states.get(part) !== 'DELETE_COMPLETE'),
    );
  };
  const onStack = (answer: (part: string) => ReturnType<typeof queryAnswer>) => (request: AwsRequest) => {
    const part = partOf(request);
    if (part) return answer(part);
    return queryError(400, 'ValidationError', `Stack with id ${request.params['StackName']} does not exist`);
  };
  /** Whether CloudFormation can delete a part now. */
  const isFree = (part: string) =>
    part !== failing &&
    (IMPORTED_BY[part] ?? []).every((other) => states.get(other) === 'DELETE_COMPLETE') &&
    (resources[part] ?? []).every(([, , physicalId]) => !protectedThings.has(physicalId)) &&
    // CloudFormation fails to delete a bucket that has objects.
    (part !== 'data' || retainsData || inBucket.size === 0);
  const answers: Answers = {
    DescribeStacks: onStack((part) => {
      const hasStarted = states.get(part) === 'DELETE_IN_PROGRESS';
      const end = isFree(part) ? 'DELETE_COMPLETE' : 'DELETE_FAILED';
      // One stack is seen while it is deleted; the others are deleted at once.
      const status = hasStarted && part !== 'service' ? end : states.get(part);
      if (hasStarted) states.set(part, end);
      return queryAnswer('DescribeStacks', { Stacks: { member: [describe(part, status)] } });
    }),
    GetTemplate: onStack((part) => {
      const policy = part === 'data' && retainsData ? 'RetainExceptOnCreate' : 'Delete';
      const made = (resources[part] ?? []).map(([id, Type]) => [id, { Type, DeletionPolicy: policy }]);
      return queryAnswer('GetTemplate', { TemplateBody: JSON.stringify({ Resources: Object.fromEntries(made) }) });
    }),
    ListStackResources: onStack((part) => {
      const gone = { LogicalResourceId: 'Old', ResourceType: 'AWS::SNS::Topic', ResourceStatus: 'DELETE_COMPLETE' };
      const own = (resources[part] ?? []).map(([LogicalResourceId, ResourceType, PhysicalResourceId]) => ({
        LogicalResourceId,
        ResourceType,
        PhysicalResourceId: lacksBalancer && LogicalResourceId === 'Balancer' ? '' : PhysicalResourceId,
        ResourceStatus: 'CREATE_COMPLETE',
      }));
      return queryAnswer('ListStackResources', { StackResourceSummaries: { member: [...own, gone] } });
    }),
    DescribeStackEvents: onStack((part) =>
      queryAnswer('DescribeStackEvents', { StackEvents: { member: failed(part) } }),
    ),
    DeleteStack: onStack((part) => {
      if (protectedThings.has(part)) {
        return queryError(
          400,
          'ValidationError',
          `Stack [${names[part]}] cannot be deleted while TerminationProtection is enabled`,
        );
      }
      deleted.push(part);
      onDelete(part);
      states.set(part, 'DELETE_IN_PROGRESS');
      return queryAnswer('DeleteStack', {});
    }),
    UpdateTerminationProtection: onStack((part) => {
      protectedThings.delete(part);
      return queryAnswer('UpdateTerminationProtection', { StackId: idOf(part) });
    }),
    DescribeLoadBalancerAttributes: ({ params }) => {
      if (!params['LoadBalancerArn']) return queryError(400, 'ValidationError', "'' is not a valid load balancer ARN");
      const Value = String(protectedThings.has(BALANCER));
      return queryAnswer('DescribeLoadBalancerAttributes', {
        Attributes: { member: [{ Key: 'deletion_protection.enabled', Value }] },
      });
    },
    ModifyLoadBalancerAttributes: () => {
      protectedThings.delete(BALANCER);
      return queryAnswer('ModifyLoadBalancerAttributes', {});
    },
    DescribeAutoScalingGroups: () => {
      const DeletionProtection = protectedThings.has('stampede-dev-app') ? 'prevent-all-deletion' : 'none';
      return queryAnswer('DescribeAutoScalingGroups', { AutoScalingGroups: { member: [{ DeletionProtection }] } });
    },
    ListBucket: ({ params }) => {
      const found = [...inBucket].filter((name) => name.startsWith(String(params['Prefix'])));
      return s3Answer('ListBucketResult', { KeyCount: found.length, Contents: found.map((Key) => ({ Key })) });
    },
    ListObjectVersions: () => {
      const versions = (version: number) => [...inBucket].map((Key) => ({ Key, VersionId: `v${version}` }));
      return s3Answer('ListVersionsResult', { IsTruncated: false, Version: versions(1), DeleteMarker: versions(2) });
    },
    DeleteObjects: () => {
      inBucket.clear();
      return s3Answer('DeleteResult', {});
    },
    UpdateAutoScalingGroup: () => {
      protectedThings.delete('stampede-dev-app');
      return queryAnswer('UpdateAutoScalingGroup', {});
    },
  };

  function describe(part: string, status?: string): Xml {
    const tags = { Service: 'stampede', Stage: stage, 'stampede:expires': expires };
    const given = Object.entries(tags).flatMap(([Key, Value]) => (Value === undefined ? [] : [{ Key, Value }]));
    return {
      StackId: idOf(part),
      StackName: names[part],
      StackStatus: status,
      CreationTime: '2026-11-20T08:00:00.000Z',
      EnableTerminationProtection: protectedThings.has(part),
      Tags: { member: given },
      Outputs: {
        member: Object.entries(part === 'data' ? outputs : {}).map(([OutputKey, OutputValue]) => ({
          OutputKey,
          OutputValue,
        })),
      },
    };
  }

  /** The stacks as a list without names shows them: without deleted ones. */
  function describeAll(): readonly Xml[] {
    const left = [...states].filter(([, status]) => status !== 'DELETE_COMPLETE');
    return left.map(([part, status]) => describe(part, status));
  }

  /** Events of a deletion that fails, the newest first. */
  function failed(part: string): readonly Xml[] {
    const event = (
      id: number,
      LogicalResourceId: string,
      ResourceType: string,
      ResourceStatus: string,
      reason = '',
    ) => ({
      EventId: String(id),
      StackId: idOf(part),
      StackName: names[part],
      LogicalResourceId,
      ResourceType,
      PhysicalResourceId: ResourceType === 'AWS::CloudFormation::Stack' ? idOf(part) : LogicalResourceId,
      ResourceStatus,
      ResourceStatusReason: reason,
      Timestamp: '2026-11-26T12:00:00.000Z',
    });
    const [own, name] = ['AWS::CloudFormation::Stack', names[part] ?? ''];
    return [
      event(4, name, own, 'DELETE_FAILED', 'The following resource(s) failed to delete: [Vpc].'),
      event(3, 'Vpc', 'AWS::EC2::VPC', 'DELETE_FAILED', "The vpc 'vpc-0123456789abcdef0' has dependencies"),
      event(2, name, own, 'DELETE_IN_PROGRESS', 'User Initiated'),
      event(1, 'Vpc', 'AWS::EC2::VPC', 'CREATE_FAILED', 'an older operation'),
    ];
  }

  return { answers, deleted, describeAll };
}
