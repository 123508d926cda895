import { activitiesSince } from '../../aws/activities-auto-scaling.ts';
import { groupCpu } from '../../aws/cpu-cloudwatch.ts';
import { observationsOf, type Period } from '../artillery/periods.ts';
import type { DrillRun, Durability, Fault } from '../core/run-record.ts';
import type { Plan } from './plan.ts';
import type { DrilledStage, Snapshot } from './snapshot.ts';
import { alarmSpans, eventsOf, secondsSince, withFleet } from './timeline.ts';

/** What was gathered while a drill ran. */
export interface Gathered {
  readonly startedAt: Date;
  readonly periods: readonly Period[];
  readonly snapshots: readonly Snapshot[];
  readonly faults: readonly Fault[];
  readonly durability: Durability;
}

/** Asks AWS what the group did meanwhile, and puts all together on one time line. */
export async function evidenceOf(plan: Plan, { autoScalingGroup }: DrilledStage, got: Gathered): Promise<DrillRun> {
  const { startedAt, periods, snapshots, faults, durability } = got;
  const endedAt = snapshots.at(-1)?.at ?? startedAt;
  const startedAtMs = startedAt.getTime();
  const [activities, cpu] = await Promise.all([
    activitiesSince(autoScalingGroup, startedAt),
    groupCpu(autoScalingGroup, startedAt, endedAt),
  ]);
  const observations = withFleet(observationsOf(periods, startedAtMs), snapshots, cpu, startedAtMs);
  const lastS = observations.at(-1)?.second ?? 0;
  return {
    scenario: plan.name,
    summary: plan.summary,
    startedAt: startedAt.toISOString(),
    durationS: Math.max(1, lastS + 1, secondsSince(startedAtMs, endedAt)),
    observations,
    faults,
    alarms: alarmSpans(snapshots, startedAtMs),
    events: eventsOf(snapshots, activities, startedAtMs),
    durability,
  };
}
