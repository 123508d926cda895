import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import { type Clock, type Persistence, persist, REAL_CLOCK } from './persist.ts';

export interface LaunchOptions {
  readonly hookName: string;
  readonly autoScalingGroup: string;
  readonly healthUrl: string;
  /** Its times, in seconds. */
  readonly times: Readonly<Record<'healthy' | 'firstPause' | 'longestPause' | 'attempt' | 'deadline', number>>;
  /** Receives each failure once. */
  readonly log: (text: string) => void;
  /** @default - the link-local address; rehearsals replace it */
  readonly metadataService?: string;
  /** @default - this machine's; tests replace it */
  readonly clock?: Clock;
}

/** Result of the lifecycle action: put the instance in service, or terminate it. */
export type Verdict = 'CONTINUE' | 'ABANDON';

/** Only {@link persist} repeats a call. */
const makeClient = () => new AutoScalingClient({ maxAttempts: 1 });

/**
 * Waits until the service is healthy, then completes the lifecycle action, again and again until AWS accepts it.
 * @throws the last failure, at the deadline
 */
export async function completeLaunch(launch: LaunchOptions, client = makeClient()): Promise<Verdict> {
  const { times, log, hookName, autoScalingGroup, clock = REAL_CLOCK } = launch;
  const persistence: Persistence = {
    clock,
    endMs: clock.now() + 1_000 * times.deadline,
    firstPauseMs: 1_000 * times.firstPause,
    longestPauseMs: 1_000 * times.longestPause,
    attemptMs: 1_000 * times.attempt,
    log,
  };
  const healthy = await becomesHealthy(launch.healthUrl, 1_000 * times.healthy, clock);
  const verdict: Verdict = healthy ? 'CONTINUE' : 'ABANDON';
  const service = launch.metadataService ?? 'http://169.254.169.254';
  const instanceId = await persist('Reading the instance id', (signal) => readInstanceId(service, signal), persistence);
  const command = new CompleteLifecycleActionCommand({
    LifecycleHookName: hookName,
    AutoScalingGroupName: autoScalingGroup,
    InstanceId: instanceId,
    LifecycleActionResult: verdict,
  });
  await sendUntilAccepted(command, client, persistence);
  return verdict;
}

async function sendUntilAccepted(
  command: CompleteLifecycleActionCommand,
  client: AutoScalingClient,
  persistence: Persistence,
): Promise<void> {
  let unanswered = false;
  const send = async (abortSignal: AbortSignal) => {
    try {
      await client.send(command, { abortSignal });
    } catch (error) {
      unanswered ||= !hasAnswer(error);
      throw error;
    }
  };
  try {
    await persist('CompleteLifecycleAction', send, persistence);
  } catch (error) {
    // An attempt whose answer was lost may have completed the action, after which Auto Scaling knows no such action.
    if (!unanswered || !/No active Lifecycle Action/.test(String(error))) throw error;
    persistence.log(
      'Auto Scaling no longer waits for this instance: an attempt without an answer completed the action',
    );
  }
}

/** Whether AWS answered a failed call: then its error has the HTTP status. */
function hasAnswer(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== undefined;
}

async function becomesHealthy(url: string, deadlineMs: number, clock: Clock): Promise<boolean> {
  const endMs = clock.now() + deadlineMs;
  do {
    // A service that is not listening yet or does not answer in time is not healthy.
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await response?.body?.cancel().catch(() => undefined);
    if (response?.status === 200) return true;
    await clock.pause(500);
  } while (clock.now() < endMs);
  return false;
}

/** Reads this instance's id by IMDSv2. */
async function readInstanceId(service: string, signal: AbortSignal): Promise<string> {
  const token = await request(`${service}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    signal,
  });
  return request(`${service}/latest/meta-data/instance-id`, { headers: { 'x-aws-ec2-metadata-token': token }, signal });
}

async function request(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: is the metadata service enabled?`);
  return response.text();
}
