import { endGroupProtection, isGroupProtected } from '../../aws/auto-scaling.ts';
import { endTerminationProtection, type Stack, type StackResource } from '../../aws/cloudformation.ts';
import { endLoadBalancerProtection, isLoadBalancerProtected } from '../../aws/elbv2.ts';

/** Something that AWS refuses to delete. */
export interface Protection {
  readonly what: string;
  /** Lets it be deleted. */
  readonly end: () => Promise<void>;
}

/** What of a stack AWS refuses to delete: the stack itself, load balancers, Auto Scaling groups. */
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
  return undefined;
}
