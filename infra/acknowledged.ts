import { type App, Validations } from 'aws-cdk-lib';
import { fleetName, stackNames } from './contract.ts';
import type { Deployment } from './stampede.ts';

/** A finding that we know and live with. */
export interface Acknowledged {
  readonly stack: keyof ReturnType<typeof stackNames>;
  /** Path of the construct inside its stack, with all below it. */
  readonly path: string;
  readonly id: string;
  readonly reason: string;
}

/** Session Manager, metrics and traces: the actions of {@link sessionManagerStatement} and `PutMetricData`. */
const NO_RESOURCES = 'these actions know no resources; PutMetricData is limited to our namespace by a condition';

const BAKE_LOOKS =
  'Packer describes images, instances and the like, and makes things that have no name before; making is limited to one region, ending to our tag';
const DEPLOY_LOOKS = 'describing groups, targets and alarms knows no resources';
const AWS_DRAWS_ID = 'the star stands for an id that AWS draws when it makes the thing; its name is fixed';

/** The pipeline's roles, which stand only where a repository is given. */
function ofThePipeline(stage: string): readonly Acknowledged[] {
  const arn = (service: string, resource: string): string =>
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${resource}]`;
  const images = { id: arn('ssm', 'parameter/stampede/ami/*'), reason: 'one parameter for each commit that is baked' };
  return [
    { stack: 'operations', path: 'BakeRole', id: 'AwsSolutions-IAM5[Resource::*]', reason: BAKE_LOOKS },
    { stack: 'operations', path: 'BakeRole', ...images },
    { stack: 'operations', path: 'DeployRole', id: 'AwsSolutions-IAM5[Resource::*]', reason: DEPLOY_LOOKS },
    { stack: 'operations', path: 'DeployRole', ...images },
    {
      stack: 'operations',
      path: 'DeployRole',
      id: arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`),
      reason: AWS_DRAWS_ID,
    },
    ...Object.values(stackNames(stage)).map(
      (name): Acknowledged => ({
        stack: 'operations',
        path: 'DeployRole',
        id: arn('cloudformation', `stack/${name}/*`),
        reason: AWS_DRAWS_ID,
      }),
    ),
  ];
}

/** Every finding of cdk-nag that is accepted, with its reason. Nothing is acknowledged anywhere else. */
export const acknowledged = ({ stage, settings }: Pick<Deployment, 'stage' | 'settings'>): readonly Acknowledged[] => [
  {
    stack: 'data',
    path: 'Backups/Plan/Timestamps/Role',
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]',
    reason: 'AWS Backup documents this policy as the role of its service, and extends it as the service grows',
  },
  {
    stack: 'data',
    path: 'AccessLogs/Bucket',
    id: 'AwsSolutions-S1',
    reason: 'this is the bucket of logs; logging reads of logs would need another such bucket, without end',
  },
  {
    stack: 'network',
    path: 'Acls',
    id: 'AwsSolutions-VPC3',
    reason:
      'the lists are wanted as a second fence, and a test computes reachability through them and the groups together',
  },
  {
    stack: 'network',
    path: 'Firewall/LoadBalancer',
    id: 'AwsSolutions-EC23',
    reason: 'the load balancer is the one public door, for HTTP and HTTPS only',
  },
  { stack: 'network', path: 'Bastion/Role', id: 'AwsSolutions-IAM5[Resource::*]', reason: NO_RESOURCES },
  { stack: 'service', path: 'Instance/Role', id: 'AwsSolutions-IAM5[Resource::*]', reason: NO_RESOURCES },
  {
    stack: 'service',
    path: 'Instance/Role',
    id: `AwsSolutions-IAM5[Resource::arn:aws:autoscaling:${settings.region}:<AWS::AccountId>:autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}]`,
    reason: AWS_DRAWS_ID,
  },
  ...(settings.githubRepository ? ofThePipeline(stage) : []),
];

/** Tells the validation of each acknowledged finding; one whose construct is gone is refused, so the list cannot rot. */
export function acknowledge(app: App, deployment: Pick<Deployment, 'stage' | 'settings'>): void {
  const names = stackNames(deployment.stage);
  for (const { stack, path, id, reason } of acknowledged(deployment)) {
    const fullPath = `${names[stack]}/${path}`;
    const construct = app.node.findAll().find(({ node }) => node.path === fullPath);
    if (!construct)
      throw new Error(
        `Nothing stands at ${fullPath}, where ${id} is acknowledged. Remove it from infra/acknowledged.ts`,
      );
    Validations.of(construct).acknowledge({ id, reason });
  }
}
