import { setTimeout as sleep } from 'node:timers/promises';
import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';

export interface LaunchOptions {
  readonly hookName: string;
  readonly autoScalingGroup: string;
  readonly healthUrl: string;
  readonly healthyWithinMs: number;
  /** @default - the link-local address; rehearsals replace it */
  readonly metadataService?: string;
}

/** Result of the lifecycle action: put the instance in service, or terminate it. */
export type Verdict = 'CONTINUE' | 'ABANDON';

/** Waits until the service is healthy, then completes the lifecycle action; rejects if AWS cannot be reached. */
export async function completeLaunch(launch: LaunchOptions, client = new AutoScalingClient({})): Promise<Verdict> {
  const healthy = await becomesHealthy(launch.healthUrl, launch.healthyWithinMs);
  const verdict: Verdict = healthy ? 'CONTINUE' : 'ABANDON';
  await client.send(
    new CompleteLifecycleActionCommand({
      LifecycleHookName: launch.hookName,
      AutoScalingGroupName: launch.autoScalingGroup,
      InstanceId: await readInstanceId(launch.metadataService ?? 'http://169.254.169.254'),
      LifecycleActionResult: verdict,
    }),
  );
  return verdict;
}

async function becomesHealthy(url: string, deadlineMs: number): Promise<boolean> {
  const endMs = performance.now() + deadlineMs;
  do {
    // A service that is not listening yet or does not answer in time is not healthy.
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await response?.body?.cancel().catch(() => undefined);
    if (response?.status === 200) return true;
    await sleep(500);
  } while (performance.now() < endMs);
  return false;
}

/** Reads this instance's id by IMDSv2. */
async function readInstanceId(service: string): Promise<string> {
  const token = await request(`${service}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  });
  return request(`${service}/latest/meta-data/instance-id`, { headers: { 'x-aws-ec2-metadata-token': token } });
}

async function request(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: is the metadata service enabled?`);
  return response.text();
}
