import { METRIC_PERIOD_S } from '../../../server/contract.ts';
import { type Activity, activitiesSince } from '../../aws/auto-scaling.ts';
import { type CpuPoint, groupCpu } from '../../aws/cloudwatch.ts';
import { observationsOf, type Period } from '../artillery/periods.ts';
import type { DrillRun, Durability, Observation } from '../core/run-record.ts';
import type { Timeline } from '../core/timeline.ts';
import type { Plan } from './plan.ts';
import { type DrilledStage, type Snapshot, servingMembers } from './snapshot.ts';

/** What was recorded while a drill ran. */
interface CollectRunOptions {
  readonly timeline: Timeline;
  readonly periods: readonly Period[];
  readonly snapshots: readonly Snapshot[];
  readonly durability: Durability;
}

/** Asks AWS what the group did meanwhile, and makes one record of everything. */
export async function collectRun(
  plan: Plan,
  { autoScalingGroup }: DrilledStage,
  { timeline, periods, snapshots, durability }: CollectRunOptions,
): Promise<DrillRun> {
  const startedAt = new Date(timeline.startedAtMs);
  const endedAt = snapshots.at(-1)?.at ?? startedAt;
  const [activities, cpu] = await Promise.all([
    activitiesSince(autoScalingGroup, startedAt),
    groupCpu(autoScalingGroup, startedAt, endedAt),
  ]);
  addSnapshots(timeline, snapshots);
  addActivities(timeline, activities);
  const observations = withCpu(timeline, cpu, timeline.join(observationsOf(periods, timeline.startedAtMs)));
  const endS = timeline.secondOf(endedAt.getTime());
  return {
    drill: plan.name,
    summary: plan.summary,
    startedAt: startedAt.toISOString(),
    durationS: Math.max(1, (observations.at(-1)?.second ?? 0) + 1, endS),
    observations,
    faults: timeline.faults,
    alarms: timeline.alarmsUntil(endS),
    events: timeline.events,
    durability,
  };
}

/** Adds what the snapshots saw: fleet, targets, capacity, and alarms at the times that CloudWatch gives. */
export function addSnapshots(timeline: Timeline, snapshots: readonly Snapshot[]): void {
  for (const [index, snapshot] of snapshots.entries()) {
    const second = timeline.secondOf(snapshot.at.getTime());
    timeline.seeFleet({ desired: snapshot.group.desired, inService: servingMembers(snapshot).length }, second);
    const before = snapshots[index - 1];
    if (before) addChanges(timeline, before, snapshot, second);
    for (const { name, state, since = snapshot.at } of snapshot.alarms) {
      const sinceS = timeline.secondOf(since.getTime());
      if (timeline.seeAlarm(name, state, sinceS)) timeline.addEvent(sinceS, `alarm ${name} is in ALARM`, true);
    }
  }
}

/** Adds the scaling activities of the group. */
export function addActivities(timeline: Timeline, activities: readonly Activity[]): void {
  for (const { startedAt, status, text } of activities) {
    const result = status === 'Successful' ? '' : ` (${status})`;
    timeline.addEvent(timeline.secondOf(startedAt.getTime()), `${text}${result}`);
  }
}

/** Gives each second the CPU that CloudWatch measured in its minute. */
export function withCpu(
  { startedAtMs }: Timeline,
  cpu: readonly CpuPoint[],
  observations: readonly Observation[],
): Observation[] {
  return observations.map((observation) => {
    const atMs = startedAtMs + observation.second * 1_000;
    const point = cpu.find(({ at }) => at.getTime() <= atMs && atMs < at.getTime() + METRIC_PERIOD_S * 1_000);
    return point ? { ...observation, cpuPercent: point.percent } : observation;
  });
}

function addChanges(timeline: Timeline, before: Snapshot, after: Snapshot, second: number): void {
  for (const [id, from, to] of statesOf(before, after)) {
    // A healthy target that changes was detected by the load balancer or by the group.
    timeline.addEvent(second, `target ${id}: ${from} → ${to}`, from === 'healthy');
  }
  const [was, is] = [before.group.desired, after.group.desired];
  if (was !== is) timeline.addEvent(second, `desired capacity ${was} → ${is}`);
}

function* statesOf(before: Snapshot, after: Snapshot): Generator<[id: string, from: string, to: string]> {
  const states = ({ targets }: Snapshot) => new Map(targets.map(({ instanceId, state }) => [instanceId, state]));
  const [was, is] = [states(before), states(after)];
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const [from = 'absent', to = 'absent'] = [was.get(id), is.get(id)];
    if (from !== to) yield [id, from, to];
  }
}
