import { type AutoScalingGroup, Schedule } from 'aws-cdk-lib/aws-autoscaling';

/** A minimum size of the fleet from a time on, given by the five fields of Unix cron in UTC. */
export interface ScheduledMinimum {
  readonly name: string;
  readonly cron: string;
  readonly minimum: number;
}

/** Raises the fleet's minimum at the scheduled times. */
export function addSchedule(group: AutoScalingGroup, entries: readonly ScheduledMinimum[]): void {
  for (const { name, cron, minimum } of entries) {
    group.scaleOnSchedule(name, {
      schedule: Schedule.expression(cron),
      minCapacity: minimum,
      timeZone: 'Etc/UTC',
    });
  }
}
