import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import { becomesHealthy } from './health.ts';
import { readInstanceId } from './instance-id.ts';

/** What this instance must know to complete its launch. */
export interface Launch {
  readonly hookName: string;
  readonly autoScalingGroup: string;
  readonly healthUrl: string;
  readonly healthyWithinMs: number;
  /** @default - the instance's own */
  readonly metadataService?: string;
}

/** What the Auto Scaling group is told: take the instance into service, or end it. */
export type Verdict = 'CONTINUE' | 'ABANDON';

/** Waits for the service's health and completes the launching lifecycle action; rejects when AWS cannot be told. */
export async function completeLaunch(launch: Launch, client = new AutoScalingClient({})): Promise<Verdict> {
  const healthy = await becomesHealthy(launch.healthUrl, launch.healthyWithinMs);
  const verdict: Verdict = healthy ? 'CONTINUE' : 'ABANDON';
  await client.send(
    new CompleteLifecycleActionCommand({
      LifecycleHookName: launch.hookName,
      AutoScalingGroupName: launch.autoScalingGroup,
      InstanceId: await readInstanceId(launch.metadataService),
      LifecycleActionResult: verdict,
    }),
  );
  return verdict;
}
