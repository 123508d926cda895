import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CLIENT_SETTINGS, explained } from './call.ts';

/** An instance as the load balancer sees it. */
export interface Target {
  readonly instanceId: string;
  /** `healthy`, `unhealthy`, `initial`, `draining` ... */
  readonly state: string;
  /** Why it is not healthy; empty otherwise. */
  readonly reason: string;
}

const client = () => new ElasticLoadBalancingV2Client(CLIENT_SETTINGS);

/** Reads the health of all targets of a target group. */
export async function describeTargets(targetGroupArn: string): Promise<readonly Target[]> {
  const call = client().send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }));
  const { TargetHealthDescriptions = [] } = await explained('read the health of the targets', call);
  return TargetHealthDescriptions.map(({ Target, TargetHealth }) => ({
    instanceId: Target?.Id ?? '',
    state: TargetHealth?.State ?? 'unknown',
    reason: TargetHealth?.Description ?? '',
  }));
}

/** Takes instances out of a target group; requests in flight get the deregistration delay to end. */
export async function deregisterTargets(targetGroupArn: string, instanceIds: readonly string[]): Promise<void> {
  const Targets = instanceIds.map((Id) => ({ Id }));
  const call = client().send(new DeregisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }));
  await explained(`deregister ${instanceIds.join(', ')}`, call);
}

/** Puts instances into a target group, with its port. */
export async function registerTargets(targetGroupArn: string, instanceIds: readonly string[]): Promise<void> {
  const Targets = instanceIds.map((Id) => ({ Id }));
  const call = client().send(new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets }));
  await explained(`register ${instanceIds.join(', ')}`, call);
}
