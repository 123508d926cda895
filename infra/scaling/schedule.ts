import { type AutoScalingGroup, Schedule } from 'aws-cdk-lib/aws-autoscaling';
import { scheduledMinimum } from '../service/scheduled-minimum.ts';

/** Raises the fleet's minimum at the times of the settings, in UTC. */
export function addSchedule(group: AutoScalingGroup, entries: readonly string[]): void {
  for (const entry of entries) {
    const { name, cron, minimum } = scheduledMinimum(entry);
    group.scaleOnSchedule(name, {
      schedule: Schedule.expression(cron),
      minCapacity: minimum,
      timeZone: 'Etc/UTC',
    });
  }
}
