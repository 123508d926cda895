import { METRIC_PERIOD_S } from '../../../server/contract.ts';
import type { Activity } from '../../aws/activities-auto-scaling.ts';
import type { CpuPoint } from '../../aws/cpu-cloudwatch.ts';
import type { AlarmSpan, DrillEvent, Observation } from '../core/run-record.ts';
import type { Snapshot } from './snapshot.ts';
import { servingMembers } from './snapshot.ts';

/** Whole seconds from the start of a run. */
export function secondsSince(startedAtMs: number, at: Date): number {
  return Math.max(0, Math.floor((at.getTime() - startedAtMs) / 1_000));
}

/** Adds to each second what the snapshot before it saw of the group, and CloudWatch of the CPU. */
export function withFleet(
  observations: readonly Observation[],
  snapshots: readonly Snapshot[],
  cpu: readonly CpuPoint[],
  startedAtMs: number,
): Observation[] {
  const seen = snapshots.map((snapshot) => ({
    second: secondsSince(startedAtMs, snapshot.at),
    desired: snapshot.group.desired,
    inService: servingMembers(snapshot).length,
  }));
  return observations.map((observation) => {
    const fleet = seen.findLast(({ second }) => second <= observation.second);
    const atMs = startedAtMs + observation.second * 1_000;
    const point = cpu.find(({ at }) => at.getTime() <= atMs && atMs < at.getTime() + METRIC_PERIOD_S * 1_000);
    return {
      ...observation,
      ...(fleet && { desired: fleet.desired, inService: fleet.inService }),
      ...(point && { cpuPercent: point.percent }),
    };
  });
}

/** When which alarm rang. CloudWatch's own time of the change counts, not that of the snapshot. */
export function alarmSpans(snapshots: readonly Snapshot[], startedAtMs: number): AlarmSpan[] {
  const spans: AlarmSpan[] = [];
  const open = new Map<string, number>();
  for (const { at, alarms } of snapshots) {
    for (const { name, state, since = at } of alarms) {
      const rangSince = open.get(name);
      if (state === 'ALARM' && rangSince === undefined) open.set(name, secondsSince(startedAtMs, since));
      if (state !== 'ALARM' && rangSince !== undefined) {
        spans.push({ name, fromS: rangSince, toS: secondsSince(startedAtMs, since) });
        open.delete(name);
      }
    }
  }
  const endS = secondsSince(startedAtMs, snapshots.at(-1)?.at ?? new Date(startedAtMs));
  for (const [name, fromS] of open) spans.push({ name, fromS, toS: Math.max(fromS, endS) });
  return spans;
}

/** What happened to targets, alarms and capacity, and what the group did about it, in the order of time. */
export function eventsOf(
  snapshots: readonly Snapshot[],
  activities: readonly Activity[],
  startedAtMs: number,
): DrillEvent[] {
  const changes = snapshots.slice(1).flatMap((after, index) => {
    const before = snapshots[index];
    return before ? changesBetween(before, after, secondsSince(startedAtMs, after.at)) : [];
  });
  const done = activities.map(({ startedAt, status, text }) => ({
    second: secondsSince(startedAtMs, startedAt),
    text: status === 'Successful' ? text : `${text} (${status})`,
    detection: false,
  }));
  const rang = alarmSpans(snapshots, startedAtMs).map(({ name, fromS }) => ({
    second: fromS,
    text: `alarm ${name} rings`,
    detection: true,
  }));
  return [...changes, ...done, ...rang].sort((one, other) => one.second - other.second);
}

function changesBetween(before: Snapshot, after: Snapshot, second: number): DrillEvent[] {
  const targets = [...statesOf(before, after)].map(([id, from, to]) => ({
    second,
    text: `target ${id}: ${from} → ${to}`,
    // A target that leaves health was noticed by the load balancer or by the group.
    detection: from === 'healthy',
  }));
  if (before.group.desired === after.group.desired) return targets;
  const text = `desired capacity ${before.group.desired} → ${after.group.desired}`;
  return [...targets, { second, text, detection: false }];
}

function* statesOf(before: Snapshot, after: Snapshot): Generator<[id: string, from: string, to: string]> {
  const states = ({ targets }: Snapshot) => new Map(targets.map(({ instanceId, state }) => [instanceId, state]));
  const [was, is] = [states(before), states(after)];
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const [from = 'absent', to = 'absent'] = [was.get(id), is.get(id)];
    if (from !== to) yield [id, from, to];
  }
}
