import { type App, Validations } from 'aws-cdk-lib';
import { fleetName, stackNames } from './contract.ts';
import type { Deployment } from './stampede.ts';

/** A finding of cdk-nag that is accepted. */
export interface Acknowledged {
  readonly stack: keyof ReturnType<typeof stackNames>;
  /** Path of the construct inside its stack, with all below it. */
  readonly path: string;
  readonly id: string;
  readonly reason: string;
}

const STAR = 'AwsSolutions-IAM5[Resource::*]';

/** Session Manager, metrics and traces. */
const NO_RESOURCES = 'these actions support no resources; a condition limits PutMetricData to our namespace';
const GENERATED_ID = 'the star stands for an id that AWS generates with the resource; its name is fixed';
const BAKE =
  'Packer describes images, instances and the like, and creates resources that have no name before; a condition limits creating to one region, and ending to our tag';

/** The roles of the pipeline, which exist only where a repository is given. */
function ofThePipeline(stage: string): readonly Acknowledged[] {
  const arn = (service: string, resource: string): string =>
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${resource}]`;
  const images = { id: arn('ssm', 'parameter/stampede/ami/*'), reason: 'one parameter for each commit that is baked' };
  const bake = { stack: 'operations', path: 'BakeRole' } as const;
  const deploy = { stack: 'operations', path: 'DeployRole' } as const;
  const group = arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}`);
  const stacks = Object.values(stackNames(stage)).map((name) => arn('cloudformation', `stack/${name}/*`));
  return [
    { ...bake, id: STAR, reason: BAKE },
    { ...bake, ...images },
    { ...deploy, id: STAR, reason: 'describing groups, targets and alarms supports no resources' },
    { ...deploy, ...images },
    ...[group, ...stacks].map((id) => ({ ...deploy, id, reason: GENERATED_ID })),
  ];
}

/** Every finding of cdk-nag that is accepted, with its reason. Nothing is acknowledged anywhere else. */
export function acknowledged({ stage, settings }: Pick<Deployment, 'stage' | 'settings'>): readonly Acknowledged[] {
  return [
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
      reason: 'this is the bucket of logs; logging its reads would need another such bucket, and so on',
    },
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
    { stack: 'network', path: 'Bastion/Role', id: STAR, reason: NO_RESOURCES },
    { stack: 'service', path: 'Instance/Role', id: STAR, reason: NO_RESOURCES },
    {
      stack: 'service',
      path: 'Instance/Role',
      id: `AwsSolutions-IAM5[Resource::arn:aws:autoscaling:${settings.region}:<AWS::AccountId>:autoScalingGroup:*:autoScalingGroupName/${fleetName(stage)}]`,
      reason: GENERATED_ID,
    },
    ...(settings.githubRepository ? ofThePipeline(stage) : []),
  ];
}

/** Acknowledges each accepted finding. One whose construct is gone is an error, so that the list stays current. */
export function acknowledge(app: App, deployment: Pick<Deployment, 'stage' | 'settings'>): void {
  const names = stackNames(deployment.stage);
  for (const { stack, path, id, reason } of acknowledged(deployment)) {
    const fullPath = `${names[stack]}/${path}`;
    const construct = app.node.findAll().find(({ node }) => node.path === fullPath);
    if (!construct)
      throw new Error(
        `There is no construct ${fullPath}, for which ${id} is acknowledged. Remove it from infra/acknowledged.ts`,
      );
    Validations.of(construct).acknowledge({ id, reason });
  }
}
