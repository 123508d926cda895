import { stackNames } from '../../../infra/contract.ts';
import { network, service } from '../scaling/template/stage-example.ts';
import { defaultGroupOnAws } from './default-security-group.ts';
import { APP_INSTANCES, EXAMPLE_ALARMS, type Example, type ExampleInstance, exampleOutputs } from './example-stage.ts';
import { type Answers, type AwsAnswer, type AwsRequest, queryError } from './fake-aws.ts';
import { APP_GROUP } from './security-group-rules.ts';
import { ec2Answer, queryAnswer } from './xml.ts';

/** Answers of AWS about a deployed stage, written after its API references. */
export function stageOnAws(example: Example = {}): Answers {
  const { instances = APP_INSTANCES, bastions = () => [] } = example;
  return {
    DescribeStacks: ({ params }) => describeStack(example, String(params['StackName'])),
    GetTemplate: ({ params }) => deployedTemplate(example, String(params['StackName'])),
    DescribeAutoScalingGroups: ({ params }) => {
      const name = String(params['AutoScalingGroupNames.member.1']);
      return name.endsWith('-bastion') ? describeGroup(name, 0, 1, bastions()) : describeGroup(name, 2, 6, instances);
    },
    DescribeInstanceRefreshes: LATEST_REFRESH,
    DescribeTargetHealth: describeTargets(instances),
    ...defaultGroupOnAws().answers,
    DescribeInstances: (request) => describeInstances(request, [...instances, ...bastions()]),
    DescribeInstanceConnectEndpoints: describeEndpoints(example.hasEndpoint ?? false),
    DescribeAlarms: ({ params }) => ({ body: EXAMPLE_ALARMS[String(params['AlarmNamePrefix'])] ?? {} }),
    ListStackResources: queryAnswer('ListStackResources', { StackResourceSummaries: { member: [RESTORE_CHECK] } }),
    DescribeTable: ({ params }) => ({ body: { Table: describeTable(String(params['TableName'])) } }),
    DescribeImages: ec2Answer('DescribeImages', {
      imagesSet: {
        item: [
          {
            imageId: 'ami-0123456789abcdef0',
            imageState: 'available',
            architecture: 'arm64',
            creationDate: '2026-11-20T00:00:00.000Z',
          },
        ],
      },
    }),
    GetMetricData: { body: { MetricDataResults: [] } },
    SetDesiredCapacity: queryAnswer('SetDesiredCapacity', {}),
    PutScheduledUpdateGroupAction: putScheduledAction,
    SendSSHPublicKey: { body: { RequestId: '8c3bd0c4', Success: true } },
  };
}

function putScheduledAction({ params }: AwsRequest): AwsAnswer {
  if (Date.parse(String(params['StartTime'])) > Date.now()) return queryAnswer('PutScheduledUpdateGroupAction', {});
  return queryError(400, 'ValidationError', 'Given start time is in the past');
}

const RESTORE_CHECK = {
  LogicalResourceId: 'RestoreTestingCheck0123ABCD',
  PhysicalResourceId: 'arn:aws:states:eu-west-1:111122223333:stateMachine:RestoreTestingCheck',
  ResourceType: 'AWS::StepFunctions::StateMachine',
  ResourceStatus: 'CREATE_COMPLETE',
};

function describeTable(TableName: string) {
  const TableArn = `arn:aws:dynamodb:eu-west-1:111122223333:table/${TableName}`;
  return { TableName, TableArn, TableStatus: 'ACTIVE', TableSizeBytes: 2e9 };
}

function describeStack(example: Example, name: string): AwsAnswer {
  const { stage = 'dev', url, status = 'UPDATE_COMPLETE', tags = {} } = example;
  const outputs = exampleOutputs(stage, url)[name];
  if (!outputs) return queryError(400, 'ValidationError', `Stack with id ${name} does not exist`);
  const stack = {
    StackId: `arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/1`,
    StackName: name,
    StackStatus: status,
    CreationTime: '2026-11-20T08:00:00.000Z',
    Outputs: { member: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) },
    Tags: { member: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
  };
  return queryAnswer('DescribeStacks', { Stacks: { member: [stack] } });
}

function deployedTemplate({ stage = 'dev' }: Example, name: string): AwsAnswer {
  const names = stackNames(stage);
  const template = { [names.data]: { Resources: {} }, [names.network]: network, [names.service]: service }[name];
  if (!template) return queryError(400, 'ValidationError', `Stack with id ${name} does not exist`);
  return queryAnswer('GetTemplate', { TemplateBody: JSON.stringify(template) });
}

function describeGroup(name: string, min: number, max: number, instances: readonly ExampleInstance[]): AwsAnswer {
  const members = instances.map(({ id, zone, lifecycle = 'InService' }) => ({
    InstanceId: id,
    AvailabilityZone: zone,
    LifecycleState: lifecycle,
    HealthStatus: 'Healthy',
  }));
  const group = {
    AutoScalingGroupName: name,
    MinSize: min,
    MaxSize: max,
    DesiredCapacity: instances.length,
    LaunchTemplate: { LaunchTemplateId: 'lt-0123456789abcdef0', Version: '7' },
    Instances: { member: members },
    VPCZoneIdentifier: 'subnet-1,subnet-2',
  };
  return queryAnswer('DescribeAutoScalingGroups', { AutoScalingGroups: { member: [group] } });
}

const LATEST_REFRESH = queryAnswer('DescribeInstanceRefreshes', {
  InstanceRefreshes: {
    member: [
      {
        InstanceRefreshId: '08b91cf7',
        Status: 'InProgress',
        PercentageComplete: 50,
        StatusReason: 'Waiting for instances to warm up',
      },
    ],
  },
});

function describeTargets(instances: readonly ExampleInstance[]): AwsAnswer {
  const targets = instances.map(({ id, target = 'healthy' }) => ({
    Target: { Id: id, Port: 8080 },
    TargetHealth: {
      State: target,
      Description: target === 'healthy' ? undefined : 'Health checks failed with these codes: [503]',
    },
  }));
  return queryAnswer('DescribeTargetHealth', { TargetHealthDescriptions: { member: targets } });
}

function describeInstances({ params }: AwsRequest, known: readonly ExampleInstance[]): AwsAnswer {
  const asked = known.filter(({ id }) => Object.values(params).includes(id));
  const instances = asked.map(({ id, zone, ip, publicIp }) => ({
    instanceId: id,
    imageId: 'ami-0123456789abcdef0',
    instanceType: 'c7g.medium',
    instanceState: { code: 16, name: 'running' },
    launchTime: '2026-11-21T06:00:00.000Z',
    groupSet: { item: [{ groupId: APP_GROUP, groupName: 'app' }] },
    placement: { availabilityZone: zone },
    privateIpAddress: ip,
    ipAddress: publicIp,
  }));
  // A reservation is one launch; those of an Auto Scaling group have one instance each.
  const reservations = instances.map((instance) => ({ reservationId: 'r-1', instancesSet: { item: [instance] } }));
  return ec2Answer('DescribeInstances', { reservationSet: { item: reservations } });
}

function describeEndpoints(some: boolean): AwsAnswer {
  const endpoint = { instanceConnectEndpointId: 'eice-0123', state: 'create-complete' };
  return ec2Answer('DescribeInstanceConnectEndpoints', {
    instanceConnectEndpointSet: { item: some ? [endpoint] : [] },
  });
}
