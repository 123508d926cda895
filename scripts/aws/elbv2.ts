import { ElasticLoadBalancingV2, LoadBalancerNotFoundException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { CLIENT_SETTINGS, explained, fields, readList } from './call.ts';

const target = fields({
  instanceId: ['Target.Id', z.string()],
  /** `healthy`, `unhealthy`, `initial`, `draining` ... */
  state: ['TargetHealth.State', z.string()],
  /** Why it is not healthy; empty otherwise. */
  reason: ['TargetHealth.Description', z.string().default('')],
});

/** An instance as the load balancer sees it. */
export type Target = z.infer<typeof target>;

const client = () => new ElasticLoadBalancingV2(CLIENT_SETTINGS);

/** Reads the health of all targets of a target group. */
export function describeTargets(targetGroupArn: string): Promise<readonly Target[]> {
  const call = client().describeTargetHealth({ TargetGroupArn: targetGroupArn });
  return readList('read the health of the targets', [call], (answer) => answer.TargetHealthDescriptions, target);
}

/** Deregisters instances from a target group; requests in flight have the deregistration delay to end. */
export async function deregisterTargets(targetGroupArn: string, ids: readonly string[]): Promise<void> {
  const request = { TargetGroupArn: targetGroupArn, Targets: ids.map((Id) => ({ Id })) };
  await explained(`deregister ${ids.join(', ')}`, client().deregisterTargets(request));
}

/** Registers instances with a target group, on its port. */
export async function registerTargets(targetGroupArn: string, ids: readonly string[]): Promise<void> {
  const request = { TargetGroupArn: targetGroupArn, Targets: ids.map((Id) => ({ Id })) };
  await explained(`register ${ids.join(', ')}`, client().registerTargets(request));
}

/** Names of the zones of a load balancer, such as `eu-west-1a`. */
export async function loadBalancerZones(loadBalancerArn: string): Promise<readonly string[]> {
  const call = client().describeLoadBalancers({ LoadBalancerArns: [loadBalancerArn] });
  const zonesOf = (answer: Awaited<typeof call>) => answer.LoadBalancers?.[0]?.AvailabilityZones;
  const zone = fields({ name: ['ZoneName', z.string()] });
  const zones = await readList('read the zones of the load balancer', [call], zonesOf, zone);
  return zones.map(({ name }) => name).toSorted();
}

const DELETION_PROTECTION = 'deletion_protection.enabled';

/** Whether AWS refuses to delete a load balancer; false when it does not exist. */
export async function isLoadBalancerProtected(loadBalancerArn: string): Promise<boolean> {
  const call = client().describeLoadBalancerAttributes({ LoadBalancerArn: loadBalancerArn });
  const found = call.catch((error) => {
    if (error instanceof LoadBalancerNotFoundException) return { Attributes: [] };
    throw error;
  });
  const { Attributes = [] } = await explained(`read the attributes of ${loadBalancerArn}`, found);
  return Attributes.some(({ Key, Value }) => Key === DELETION_PROTECTION && Value === 'true');
}

/** Lets a load balancer be deleted. */
export async function endLoadBalancerProtection(loadBalancerArn: string): Promise<void> {
  const attribute = { Key: DELETION_PROTECTION, Value: 'false' };
  const call = client().modifyLoadBalancerAttributes({ LoadBalancerArn: loadBalancerArn, Attributes: [attribute] });
  await explained(`end the deletion protection of ${loadBalancerArn}`, call);
}
