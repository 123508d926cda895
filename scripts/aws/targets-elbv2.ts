import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** An instance as the load balancer sees it. */
export interface Target {
  readonly instanceId: string;
  /** `healthy`, `unhealthy`, `initial`, `draining` ... */
  readonly state: string;
  /** Why it is not healthy; empty otherwise. */
  readonly reason: string;
}

/** Reads the health of all targets of a target group. */
export async function describeTargets(targetGroupArn: string): Promise<readonly Target[]> {
  const client = new ElasticLoadBalancingV2Client(CLIENT_SETTINGS);
  const call = client.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }));
  const { TargetHealthDescriptions = [] } = await explained('read the health of the targets', call);
  return TargetHealthDescriptions.map(({ Target, TargetHealth }) => ({
    instanceId: Target?.Id ?? '',
    state: TargetHealth?.State ?? 'unknown',
    reason: TargetHealth?.Description ?? '',
  }));
}
