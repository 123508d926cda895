import { GIVEN_SETTINGS, OUTPUTS, stackNames } from '../../../infra/contract.ts';

/** An instance of the deployed example. */
export interface ExampleInstance {
  readonly id: string;
  readonly zone: string;
  readonly ip: string;
  readonly publicIp?: string;
  readonly lifecycle?: string;
  readonly target?: string;
}

/** What the example stage looks like, as far as a test wants it otherwise. */
export interface Example {
  readonly stage?: string;
  readonly url?: string;
  readonly instances?: readonly ExampleInstance[];
  /** Members of the bastion's group. @default - none, it is parked */
  readonly bastions?: () => readonly ExampleInstance[];
  readonly hasEndpoint?: boolean;
  /** CloudFormation's status of the stacks. @default UPDATE_COMPLETE */
  readonly status?: string;
  /** Tags of the stacks. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
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

const BALANCING = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333';

/** ARN of the secret of a stage. */
export function secretArn(stage: string): string {
  return `arn:aws:secretsmanager:eu-west-1:111122223333:secret:StageSecret-${stage}-AbCdEf`;
}

/** Outputs of the example's stacks, by stack name; the operations stack is not deployed yet. */
export function exampleOutputs(
  stage: string,
  url = 'http://stampede.example.org',
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const names = stackNames(stage);
  return {
    [names.network]: {
      [OUTPUTS.network.vpcId]: 'vpc-0123456789abcdef0',
      [OUTPUTS.network.bastionGroup]: `stampede-${stage}-bastion`,
    },
    [names.data]: {
      [OUTPUTS.data.tableName]: `stampede-${stage}`,
      [OUTPUTS.data.secretArn]: secretArn(stage),
      [OUTPUTS.data.spillBucket]: `stampede-${stage}-spill`,
    },
    [names.service]: {
      [OUTPUTS.service.url]: url,
      [OUTPUTS.service.autoScalingGroup]: `stampede-${stage}-app`,
      [OUTPUTS.service.targetGroupArn]: `${BALANCING}:targetgroup/example/73e2d6bc24d8a067`,
      [OUTPUTS.service.loadBalancerArn]: `${BALANCING}:loadbalancer/app/example/50dc6c495c0c9188`,
      [OUTPUTS.service.launchTemplateId]: 'lt-0123456789abcdef0',
      [OUTPUTS.service.amiId]: 'ami-0123456789abcdef0',
      [GIVEN_SETTINGS]: '["nat=per-az","tableName=former","waf=true"]',
    },
  };
}

/** Alarms by the beginnings of their names, as the example's stacks name them. */
export const EXAMPLE_ALARMS: Readonly<Record<string, object>> = {
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
