import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';
import type { TemplateVersion } from './launch-templates-ec2.ts';

const client = () => new AutoScalingClient(CLIENT_SETTINGS);

/**
 * Begins to replace the instances of a group; none leaves before its successor serves. With another launch template than
 * the group's, those that have it already stay, and a failure is rolled back; without one all are replaced. Returns the refresh's id.
 */
export async function startRefresh(group: string, launchTemplate?: TemplateVersion): Promise<string> {
  const call = client().send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: group,
      Strategy: 'Rolling',
      Preferences: {
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 150,
        SkipMatching: launchTemplate !== undefined,
        ...(launchTemplate && { AutoRollback: true }),
      },
      ...(launchTemplate && { DesiredConfiguration: { LaunchTemplate: specification(launchTemplate) } }),
    }),
  );
  return (await explained(`start an instance refresh of ${group}`, call)).InstanceRefreshId ?? '';
}

/** Replaces the instances that a refresh on its way has brought by such as the group had before. */
export async function rollBackRefresh(group: string): Promise<void> {
  const call = client().send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: group }));
  await explained(`roll the instance refresh of ${group} back`, call);
}

/** Sets what a group launches from now on; its instances stay. */
export async function launchFrom(group: string, launchTemplate: TemplateVersion): Promise<void> {
  const call = client().send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: group,
      LaunchTemplate: specification(launchTemplate),
    }),
  );
  await explained(`set the launch template of ${group}`, call);
}

const specification = ({ id, version }: TemplateVersion) => ({ LaunchTemplateId: id, Version: version });

/** Stops the refresh of a group; instances that were replaced already stay. */
export async function cancelRefresh(group: string): Promise<void> {
  const call = client().send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: group }));
  await explained(`cancel the instance refresh of ${group}`, call);
}
