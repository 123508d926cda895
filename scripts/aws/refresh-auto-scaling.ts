import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

const client = () => new AutoScalingClient(CLIENT_SETTINGS);

/**
 * Begins to replace every instance of a group, also those that already have the group's launch template; none leaves
 * before its successor serves. Returns the refresh's id.
 */
export async function startRefresh(group: string): Promise<string> {
  const call = client().send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: group,
      Strategy: 'Rolling',
      Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150, SkipMatching: false },
    }),
  );
  return (await explained(`start an instance refresh of ${group}`, call)).InstanceRefreshId ?? '';
}

/** Stops the refresh of a group; instances that were replaced already stay. */
export async function cancelRefresh(group: string): Promise<void> {
  const call = client().send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: group }));
  await explained(`cancel the instance refresh of ${group}`, call);
}
