import { defaultSubnets } from '../../../aws/ec2.ts';
import { hasCluster } from '../../../aws/ecs.ts';
import { fargateQuota } from '../../../aws/service-quotas.ts';
import { OperatorError, UsageError } from '../../../cli/errors.ts';
import type { LoadPlan } from '../../artillery/artillery.ts';
import { clusterOf } from './names.ts';

/** Where the load runs, if not on this machine: tasks of AWS Fargate, each of which is one machine. */
export interface Machines {
  readonly count: number;
  /** Public subnets: tasks get a public address, and load the stage over the internet. */
  readonly subnets: readonly string[];
  /** Must allow outgoing connections. @default - the default security group of the VPC */
  readonly securityGroup: string | undefined;
}

/**
 * The size of a machine. Artillery has one process to collect results, and one to send requests for each further vCPU. A
 * new account has a quota of 6 vCPUs.
 */
export const MACHINE = { vcpus: 2, memoryGb: 4 };

/** How long machines may take to start: Fargate pulls an image of about 1 GB. Artillery's own limit is the same. */
export const START_DEADLINE_S = 600;

/** Artillery sends whole requests per second. @throws UsageError when the rates cannot be divided evenly */
export function requireWholeShares({ phases }: Pick<LoadPlan, 'phases'>, machines: number): void {
  for (const { name, fromPerS, toPerS } of phases) {
    for (const rate of [fromPerS, toPerS]) {
      if (rate % machines === 0) continue;
      const next = Math.ceil(rate / machines) * machines;
      throw new UsageError(
        `phase '${name}' has ${rate}/s, which ${machines} machines cannot share evenly: ` +
          `expected rates that are multiples of --machines, such as ${next}`,
      );
    }
  }
}

/** What the operator chose about the machines. */
interface PrepareOptions {
  readonly stage: string;
  readonly count: number;
  /** If it is empty, the default subnets of the region are used. */
  readonly subnets: readonly string[];
  readonly securityGroup: string | undefined;
}

/** Checks that machines can start; creates nothing. @throws OperatorError naming what is missing */
export async function prepareMachines({ stage, count, subnets, securityGroup }: PrepareOptions): Promise<Machines> {
  const [quota, isLeft, found] = await Promise.all([
    fargateQuota(),
    hasCluster(clusterOf(stage)),
    subnets.length > 0 ? subnets : defaultSubnets(),
  ]);
  const vcpus = count * MACHINE.vcpus;
  if (vcpus > quota) {
    throw new OperatorError(
      `${count} machines use ${vcpus} vCPUs of Fargate, and the quota of this account is ${quota}: ` +
        `use at most ${Math.floor(quota / MACHINE.vcpus)} with --machines, or request more (Service Quotas, L-3032A538)`,
    );
  }
  if (isLeft) {
    throw new OperatorError(
      `the cluster ${clusterOf(stage)} exists: another drill with machines is running, or one was killed. ` +
        `If one was killed: ${cleanUpCommand(stage)}`,
    );
  }
  if (found.length === 0) {
    throw new OperatorError(
      'this region has no default subnets: name public subnets with --subnet, or run aws ec2 create-default-vpc',
    );
  }
  return { count, subnets: found, securityGroup };
}

/** What will be created, for the operator to confirm. */
export function intentOf({ count, subnets }: Machines): string {
  const { vcpus, memoryGb } = MACHINE;
  return `${count} machines (tasks of AWS Fargate, ${vcpus} vCPUs and ${memoryGb} GB each) in ${subnets.join(', ')}`;
}

/** The command that removes the machines of a drill that was killed. */
export function cleanUpCommand(stage: string): string {
  return `npm run drill -- --clean-up --stage ${stage}`;
}
