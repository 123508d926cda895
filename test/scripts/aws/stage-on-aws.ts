import { OUTPUTS, stackNames } from '../../../server/contract.ts';
import { type Answers, type AwsAnswer, type AwsRequest, queryError } from './fake-aws.ts';

/** An instance of the deployed example. */
export interface ExampleInstance {
  readonly id: string;
  readonly zone: string;
  readonly ip: string;
  readonly publicIp?: string;
  readonly lifecycle?: string;
  readonly target?: string;
}

export const APP_INSTANCES: readonly ExampleInstance[] = [
  { id: 'i-0a1111111111111aa', zone: 'eu-west-1a', ip: '10.20.1.10' },
  { id: 'i-0b2222222222222bb', zone: 'eu-west-1b', ip: '10.20.2.20' },
];

export const BASTION: ExampleInstance = {
  id: 'i-0c3333333333333cc',
  zone: 'eu-west-1a',
  ip: '10.20.0.5',
  publicIp: '127.0.0.1',
};

const TARGET_GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/example/73e2d6bc24d8a067';

/** What the example stage looks like, as far as a test wants it otherwise. */
export interface Example {
  readonly stage?: string;
  readonly url?: string;
  readonly instances?: readonly ExampleInstance[];
  /** Members of the bastion's group. @default - none, it is parked */
  readonly bastions?: () => readonly ExampleInstance[];
  readonly isProtected?: boolean;
  readonly hasEndpoint?: boolean;
}

/** Answers of AWS about a deployed stage, in the wire formats of its API references. */
export function stageOnAws(example: Example = {}): Answers {
  const { stage = 'dev', instances = APP_INSTANCES, bastions = () => [] } = example;
  return {
    DescribeStacks: (request) => describeStacks(stage, example, String(request.params['StackName'])),
    DescribeAutoScalingGroups: ({ params }) => {
      const name = String(params['AutoScalingGroupNames.member.1']);
      return name.endsWith('-bastion') ? groupAnswer(name, 0, 1, bastions()) : groupAnswer(name, 2, 6, instances);
    },
    DescribeInstanceRefreshes: refreshAnswer,
    DescribeTargetHealth: { body: targetHealth(instances) },
    DescribeInstances: (request) => ({ body: describeInstances(request, [...instances, ...bastions()]) }),
    DescribeInstanceConnectEndpoints: { body: endpoints(example.hasEndpoint ?? false) },
    DescribeAlarms: ({ params }) => ({ body: ALARMS[String(params['AlarmNamePrefix'])] ?? {} }),
    SetDesiredCapacity: { body: '<SetDesiredCapacityResponse><ResponseMetadata/></SetDesiredCapacityResponse>' },
    SendSSHPublicKey: { body: { RequestId: '8c3bd0c4', Success: true } },
  };
}

const member = (content: string) => `<member>${content}</member>`;

function describeStacks(stage: string, example: Example, name: string): AwsAnswer {
  const names = stackNames(stage);
  const outputs: Record<string, Record<string, string>> = {
    [names.network]: {
      [OUTPUTS.network.vpcId]: 'vpc-0123456789abcdef0',
      [OUTPUTS.network.bastionGroup]: `stampede-${stage}-bastion`,
    },
    [names.data]: { [OUTPUTS.data.tableName]: `stampede-${stage}` },
    [names.service]: {
      [OUTPUTS.service.url]: example.url ?? 'http://stampede.example.org',
      [OUTPUTS.service.autoScalingGroup]: `stampede-${stage}-app`,
      [OUTPUTS.service.targetGroupArn]: TARGET_GROUP,
      [OUTPUTS.service.loadBalancerArn]: TARGET_GROUP.replace('targetgroup', 'loadbalancer/app'),
      [OUTPUTS.service.launchTemplateId]: 'lt-0123456789abcdef0',
      [OUTPUTS.service.amiId]: 'ami-0123456789abcdef0',
    },
  };
  const found = outputs[name];
  if (!found) return queryError(400, 'ValidationError', `Stack with id ${name} does not exist`);
  const members = Object.entries(found).map(([key, value]) =>
    member(`<OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue>`),
  );
  return {
    body: `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>${member(
      `<StackName>${name}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>` +
        `<CreationTime>2026-11-20T08:00:00.000Z</CreationTime>` +
        `<EnableTerminationProtection>${example.isProtected ?? false}</EnableTerminationProtection>` +
        `<Outputs>${members.join('')}</Outputs>`,
    )}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  };
}

function groupAnswer(name: string, min: number, max: number, instances: readonly ExampleInstance[]): AwsAnswer {
  const members = instances.map(({ id, zone, lifecycle = 'InService' }) =>
    member(
      `<InstanceId>${id}</InstanceId><AvailabilityZone>${zone}</AvailabilityZone>` +
        `<LifecycleState>${lifecycle}</LifecycleState><HealthStatus>Healthy</HealthStatus>`,
    ),
  );
  const group =
    `<AutoScalingGroupName>${name}</AutoScalingGroupName><MinSize>${min}</MinSize><MaxSize>${max}</MaxSize>` +
    `<DesiredCapacity>${instances.length}</DesiredCapacity><Instances>${members.join('')}</Instances>`;
  return {
    body: `<DescribeAutoScalingGroupsResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeAutoScalingGroupsResult><AutoScalingGroups>${member(group)}</AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`,
  };
}

const refreshAnswer: AwsAnswer = {
  body: `<DescribeInstanceRefreshesResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeInstanceRefreshesResult><InstanceRefreshes>${member(
    '<InstanceRefreshId>08b91cf7</InstanceRefreshId><Status>InProgress</Status><PercentageComplete>50</PercentageComplete><StatusReason>Waiting for instances to warm up</StatusReason>',
  )}</InstanceRefreshes></DescribeInstanceRefreshesResult></DescribeInstanceRefreshesResponse>`,
};

function targetHealth(instances: readonly ExampleInstance[]): string {
  const members = instances.map(({ id, target = 'healthy' }) => {
    const why = target === 'healthy' ? '' : '<Description>Health checks failed with these codes: [503]</Description>';
    const target8080 = `<Target><Id>${id}</Id><Port>8080</Port></Target>`;
    return member(`${target8080}<TargetHealth><State>${target}</State>${why}</TargetHealth>`);
  });
  return `<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeTargetHealthResult><TargetHealthDescriptions>${members.join('')}</TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`;
}

function describeInstances({ params }: AwsRequest, known: readonly ExampleInstance[]): string {
  const asked = known.filter(({ id }) => Object.values(params).includes(id));
  const items = asked.map(({ id, zone, ip, publicIp }) => {
    const address = publicIp ? `<ipAddress>${publicIp}</ipAddress>` : '';
    return (
      `<item><reservationId>r-${id}</reservationId><instancesSet><item><instanceId>${id}</instanceId>` +
      '<imageId>ami-0123456789abcdef0</imageId><instanceState><code>16</code><name>running</name></instanceState>' +
      `<launchTime>2026-11-21T06:00:00.000Z</launchTime><placement><availabilityZone>${zone}</availabilityZone></placement>` +
      `<privateIpAddress>${ip}</privateIpAddress>${address}</item></instancesSet></item>`
    );
  });
  return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet>${items.join('')}</reservationSet></DescribeInstancesResponse>`;
}

function endpoints(some: boolean): string {
  const item =
    '<item><instanceConnectEndpointId>eice-0123</instanceConnectEndpointId><state>create-complete</state></item>';
  return `<DescribeInstanceConnectEndpointsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><instanceConnectEndpointSet>${some ? item : ''}</instanceConnectEndpointSet></DescribeInstanceConnectEndpointsResponse>`;
}

/** Alarms by the beginnings of their names, as the stage's stacks name them. */
const ALARMS: Readonly<Record<string, object>> = {
  'stampede-dev-service-': {
    MetricAlarms: [
      {
        AlarmName: 'stampede-dev-service-UserAlarmsSlow4F431CB5-1J2K',
        StateValue: 'ALARM',
        StateReason: 'Threshold Crossed: 3 datapoints were greater than the threshold (0.5).',
        StateUpdatedTimestamp: 1795155000,
        StateTransitionedTimestamp: 1795155000,
      },
    ],
  },
  'stampede-dev-operations-': {
    MetricAlarms: [
      {
        AlarmName: 'stampede-dev-operations-AlarmsStaleImage96D18240-3L4M',
        StateValue: 'INSUFFICIENT_DATA',
        StateUpdatedTimestamp: 1795150000,
      },
    ],
  },
  stampededevoperations: {
    CompositeAlarms: [
      {
        AlarmName: 'stampededevoperationsAlarmsUsersAffected7BDFA571',
        StateValue: 'OK',
        StateReason: 'no child alarm',
        StateUpdatedTimestamp: 1795150000,
      },
    ],
  },
};
