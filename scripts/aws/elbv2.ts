import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { CLIENT_SETTINGS, checked, explained, fields } from './call.ts';

const target = fields({
  instanceId: ['Target.Id', z.string()],
  /** `healthy`, `unhealthy`, `initial`, `draining` ... */
  state: ['TargetHealth.State', z.string()],
  /** Why it is not healthy; empty otherwise. */
  reason: ['TargetHealth.Description', z.string().default('')],
});

/** An instance as the load balancer sees it. */
export type Target = z.infer<typeof target>;

const client = () => new ElasticLoadBalancingV2Client(CLIENT_SETTINGS);

/** Reads the health of all targets of a target group. */
export async function describeTargets(targetGroupArn: string): Promise<readonly Target[]> {
  const doing = 'read the health of the targets';
  const call = client().send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }));
  return checked(doing, target.array(), (await explained(doing, call)).TargetHealthDescriptions ?? []);
}

/** Deregisters instances from a target group; requests in flight have the deregistration delay to end. */
export async function deregisterTargets(targetGroupArn: string, instanceIds: readonly string[]): Promise<void> {
  const Targets = instanceIds.map((Id) => ({ Id }));
  const call = client().send(new DeregisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }));
  await explained(`deregister ${instanceIds.join(', ')}`, call);
}

/** Registers instances with a target group, on its port. */
export async function registerTargets(targetGroupArn: string, instanceIds: readonly string[]): Promise<void> {
  const Targets = instanceIds.map((Id) => ({ Id }));
  const call = client().send(new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }));
  await explained(`register ${instanceIds.join(', ')}`, call);
}
