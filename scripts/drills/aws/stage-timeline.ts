import { METRIC_PERIOD_S } from '../../../server/contract.ts';
import type { Activity } from '../../aws/auto-scaling.ts';
import type { CpuPoint } from '../../aws/cloudwatch.ts';
import type { Observation } from '../core/run-record.ts';
import type { Timeline } from '../core/timeline.ts';
import { type Snapshot, servingMembers } from './snapshot.ts';

/** Adds what the snapshots saw: fleet, targets, capacity, and alarms at the times that CloudWatch gives. */
export function addSnapshots(timeline: Timeline, snapshots: readonly Snapshot[]): void {
  for (const [index, snapshot] of snapshots.entries()) {
    const second = timeline.secondOf(snapshot.at.getTime());
    timeline.seeFleet({ desired: snapshot.group.desired, inService: servingMembers(snapshot).length }, second);
    addChanges(timeline, snapshots[index - 1] ?? snapshot, snapshot, second);
    for (const { name, state, since = snapshot.at } of snapshot.alarms) {
      const sinceS = timeline.secondOf(since.getTime());
      if (timeline.seeAlarm(name, state, sinceS)) timeline.addEvent(sinceS, `alarm ${name} is in ALARM`, true);
    }
  }
}

function addChanges(timeline: Timeline, before: Snapshot, after: Snapshot, second: number): void {
  const states = ({ targets }: Snapshot) => new Map(targets.map(({ instanceId, state }) => [instanceId, state]));
  const [was, is] = [states(before), states(after)];
  for (const id of new Set(was.keys()).union(is)) {
    const [from = 'absent', to = 'absent'] = [was.get(id), is.get(id)];
    // A healthy target that changes was detected by the load balancer or by the group.
    if (from !== to) timeline.addEvent(second, `target ${id}: ${from} → ${to}`, from === 'healthy');
  }
  const [{ desired: old }, { desired }] = [before.group, after.group];
  if (desired !== old) timeline.addEvent(second, `desired capacity ${old} → ${desired}`);
}

/** Adds the scaling activities of the group. */
export function addActivities(timeline: Timeline, activities: readonly Activity[]): void {
  for (const { startedAt, status, text } of activities) {
    const result = status === 'Successful' ? '' : ` (${status})`;
    timeline.addEvent(timeline.secondOf(startedAt.getTime()), `${text}${result}`);
  }
}

/** Gives each second the CPU that CloudWatch measured in its minute. */
export function withCpu({ startedAtMs }: Timeline, cpu: readonly CpuPoint[], observations: readonly Observation[]) {
  return observations.map((observation): Observation => {
    const atMs = startedAtMs + observation.second * 1_000;
    const point = cpu.find(({ at }) => at.getTime() <= atMs && atMs < at.getTime() + METRIC_PERIOD_S * 1_000);
    return point ? { ...observation, cpuPercent: point.percent } : observation;
  });
}
