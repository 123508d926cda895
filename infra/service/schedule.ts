import { type AutoScalingGroup, Schedule } from 'aws-cdk-lib/aws-autoscaling';

/** Raises the fleet's minimum at the times of the settings, each written as `name=cron=minimum` in UTC. */
export function addSchedule(group: AutoScalingGroup, entries: readonly string[]): void {
  for (const entry of entries) {
    const [name = '', cron = '', minimum] = entry.split('=');
    group.scaleOnSchedule(name, {
      schedule: Schedule.expression(cron),
      minCapacity: Number(minimum),
      timeZone: 'Etc/UTC',
    });
  }
}
