import { AutoScalingClient, paginateDescribeScalingActivities } from '@aws-sdk/client-auto-scaling';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** Something that an Auto Scaling group did. */
export interface Activity {
  readonly startedAt: Date;
  /** `Successful`, `InProgress`, `Failed` ... */
  readonly status: string;
  /** `Launching a new EC2 instance: i-...` */
  readonly text: string;
}

/** What a group did since a moment, the oldest first. */
export async function activitiesSince(group: string, since: Date): Promise<Activity[]> {
  const client = new AutoScalingClient(CLIENT_SETTINGS);
  const found: Activity[] = [];
  const read = async () => {
    for await (const { Activities = [] } of paginateDescribeScalingActivities(
      { client },
      { AutoScalingGroupName: group },
    )) {
      const young = Activities.filter(({ StartTime }) => StartTime && StartTime >= since);
      for (const { StartTime, StatusCode = '', Description = '' } of young) {
        found.push({ startedAt: StartTime as Date, status: StatusCode, text: Description });
      }
      // The newest come first: six weeks of history need not be read.
      if (young.length < Activities.length) return;
    }
  };
  await explained(`read the activities of ${group}`, read());
  return found.reverse();
}
