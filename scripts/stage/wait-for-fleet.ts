import { describeGroup } from '../aws/auto-scaling.ts';
import { describeTargets } from '../aws/elbv2.ts';
import { waitUntil } from '../cli/wait.ts';
import { outputsOf } from './stage-outputs.ts';

/** Waits until the load balancer sees as many healthy targets as the group wants; returns the service's URL. */
export async function waitForHealthyFleet(stage: string, deadlineMs: number): Promise<string> {
  const { url, autoScalingGroup, targetGroupArn } = await outputsOf(stage, 'service');
  return waitUntil(
    `a healthy fleet behind ${url}`,
    async (seen) => {
      const [group, targets] = await Promise.all([describeGroup(autoScalingGroup), describeTargets(targetGroupArn)]);
      const healthy = targets.filter(({ state }) => state === 'healthy').length;
      const wanted = Math.max(1, group.desired);
      seen(`${healthy} of ${wanted} instances healthy`);
      return healthy >= wanted ? url : undefined;
    },
    { deadlineMs, remedy: `See npm run status -- --stage ${stage} and npm run logs -- --stage ${stage}` },
  );
}
