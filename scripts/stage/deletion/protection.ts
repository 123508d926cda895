import { SPILL_PREFIXES } from '../../../server/contract.ts';
import { endGroupProtection, isGroupProtected } from '../../aws/auto-scaling.ts';
import { endTerminationProtection, type Stack, type StackResource } from '../../aws/cloudformation.ts';
import { endLoadBalancerProtection, isLoadBalancerProtected } from '../../aws/elbv2.ts';
import { hasObjects } from '../../aws/s3.ts';

/** Something that must not be deleted by accident. */
export interface Protection {
  readonly what: string;
  /** Lets it be deleted. */
  readonly end: () => Promise<void>;
}

/** What of a stack AWS refuses to delete (the stack, load balancers, groups), and acknowledged timestamps in buckets. */
export async function protectionsOf(
  { name, isProtected }: Stack,
  resources: readonly StackResource[],
): Promise<Protection[]> {
  const found = await Promise.all(resources.map(protectionOfResource));
  const own = isProtected && { what: `the stack ${name}`, end: () => endTerminationProtection(name) };
  return [own, ...found].filter((protection) => typeof protection === 'object');
}

async function protectionOfResource({ type, physicalId }: StackResource): Promise<Protection | undefined> {
  // A resource whose creation failed may have no id.
  if (!physicalId) return undefined;
  if (type === 'AWS::ElasticLoadBalancingV2::LoadBalancer' && (await isLoadBalancerProtected(physicalId))) {
    return { what: `the load balancer ${physicalId}`, end: () => endLoadBalancerProtection(physicalId) };
  }
  if (type === 'AWS::AutoScaling::AutoScalingGroup' && (await isGroupProtected(physicalId))) {
    return { what: `the Auto Scaling group ${physicalId}`, end: () => endGroupProtection(physicalId) };
  }
  if (type === 'AWS::S3::Bucket' && (await hasObjects(physicalId, SPILL_PREFIXES.spilled))) {
    // No protection of AWS: while the service runs, it moves them into the table.
    return { what: `the timestamps in ${physicalId} that are not in the table yet`, end: async () => {} };
  }
  return undefined;
}
