import { setTimeout as sleep } from 'node:timers/promises';
import { activitiesSince } from '../../aws/auto-scaling.ts';
import { groupCpu } from '../../aws/cloudwatch.ts';
import { type Undo, withUndo } from '../../cli/undo.ts';
import type { Load } from '../artillery/artillery.ts';
import { countRequests, observationsOf } from '../artillery/periods.ts';
import { checksOf } from '../core/checks.ts';
import { judge } from '../core/judge.ts';
import type { JudgedRun } from '../core/report/report.ts';
import type { DrillRun } from '../core/run-record.ts';
import { Timeline } from '../core/timeline.ts';
import { checkStored, type Reader, sampleOf } from './acknowledged-in-table.ts';
import { type Fault, type FaultCourse, faultCourse } from './fault-course.ts';
import { type StopCondition, stopReason } from './guards.ts';
import type { Mute } from './mute.ts';
import type { Plan } from './plan.ts';
import { predictRun, type StageScaling } from './predict-run.ts';
import { type DrilledStage, type Snapshot, takeSnapshot } from './snapshot.ts';
import { addActivities, addSnapshots, withCpu } from './stage-timeline.ts';

/** Pause between two snapshots of the stage: within the rate limits of AWS, and shorter than its health checks. */
const PAUSE_MS = 5_000;

/** A drill that was planned and confirmed. */
export interface RunDrillOptions {
  readonly plan: Plan;
  readonly stage: DrilledStage;
  readonly fault: Fault | undefined;
  readonly stop: StopCondition;
  readonly reader: Reader;
  /** How many acknowledged timestamps are read back at most. */
  readonly sample: number;
  /** Where the load's files go. */
  readonly folder: string;
  /** Starts the load; its files go to the folder, and it is ended before `undo` removes what it needs. */
  readonly startLoad: (plan: Plan, folder: string, undo: Undo) => Promise<Load>;
  /** Undefined: nothing is predicted. */
  readonly scaling: StageScaling | undefined;
  /** Undefined: the alarms notify people. */
  readonly mute: Mute | undefined;
}

/** Runs a drill, restores what it changed (also when it fails or is interrupted), and judges it. */
export async function runDrill(drill: RunDrillOptions): Promise<JudgedRun> {
  const { plan, fault, mute, stage } = drill;
  let hasEnded = false;
  const { load, timeline, course, snapshots, stopped } = await withUndo(async (undo) => {
    if (mute) {
      undo.later('the mute rules', async () => {
        // After an interrupt nobody waits.
        if (hasEnded) await mute.endOnceClear(async () => (await takeSnapshot(stage)).alarms);
        else await mute.end();
      });
      await mute.begin(new Date());
    }
    const running = await drill.startLoad(plan, drill.folder, undo);
    undo.later('the load', () => running.stop());
    await running.started;
    const timeline = new Timeline(Date.now());
    const course = fault && faultCourse(plan, fault, timeline);
    if (course) undo.later('the fault', () => course.close());
    const watched = await watchDrill(drill, running, timeline, course);
    hasEnded = true;
    return { load: running, timeline, course, ...watched };
  });
  course?.record(timeline.second);
  const run = await collectRun(drill, timeline, load, snapshots);
  const checks = checksOf({
    stopped,
    refused: countRequests(load.periods).refused,
    isRecovered: course?.isOver(),
    restoreFailure: course?.restoreFailure(),
    sizes: plan.mustScaleOut ? snapshots.map(({ group }) => group.desired) : undefined,
  });
  const own = [...((await load.checks?.()) ?? []), ...((await fault?.checks?.()) ?? [])];
  return { run, verdict: judge(run, plan.objectives, [...checks, ...own]) };
}

/** Watches the stage and leads the fault, until the load ends, the fault is over, or a stop condition is met. */
async function watchDrill(
  { stage, stop, plan }: RunDrillOptions,
  load: Load,
  timeline: Timeline,
  course?: FaultCourse,
) {
  const snapshots: Snapshot[] = [];
  const loadEnded = load.ended.then(() => true);
  // Its failure counts only while it is waited for.
  loadEnded.catch(() => undefined);
  for (let hasEnded = false; !hasEnded; ) {
    const snapshot = await takeSnapshot(stage);
    snapshots.push(snapshot);
    const stopped = plan.isOutage ? undefined : stopReason(stop, load.periods, snapshot);
    if (stopped !== undefined) {
      timeline.log(`STOP: ${stopped}`);
      return { snapshots, stopped };
    }
    const nowS = timeline.secondOf(snapshot.at.getTime());
    await course?.follow(nowS, snapshot);
    if (course?.isDone(nowS)) break;
    hasEnded = await Promise.race([sleep(PAUSE_MS, false), loadEnded]);
  }
  return { snapshots };
}

/** Reads back what was acknowledged, asks AWS what the group did meanwhile, and makes one record of everything. */
async function collectRun(
  { plan, stage: { autoScalingGroup }, reader, sample, scaling }: RunDrillOptions,
  timeline: Timeline,
  load: Load,
  snapshots: readonly Snapshot[],
): Promise<DrillRun> {
  const ids = sampleOf(await load.acknowledgedIds(), sample);
  console.error(`Reading ${ids.length} acknowledged timestamps back ...`);
  const durability = await checkStored(reader, ids);
  const startedAt = new Date(timeline.startedAtMs);
  const endedAt = snapshots.at(-1)?.at ?? startedAt;
  addSnapshots(timeline, snapshots);
  addActivities(timeline, await listOrEvent(timeline, activitiesSince(autoScalingGroup, startedAt)));
  const cpu = await listOrEvent(timeline, groupCpu(autoScalingGroup, startedAt, endedAt));
  const observations = withCpu(timeline, cpu, timeline.join(observationsOf(load.periods, timeline.startedAtMs)));
  const endS = timeline.secondOf(endedAt.getTime());
  const prediction = scaling && predictRun(startedAt, observations, scaling);
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
    ...(prediction && { prediction }),
  };
}

/** A list that only adds detail to the report: what happened is not lost because it cannot be read. */
async function listOrEvent<Item>(timeline: Timeline, reading: Promise<Item[]>): Promise<Item[]> {
  try {
    return await reading;
  } catch (error) {
    timeline.log(`not in this report: ${(error as Error).message}`);
    return [];
  }
}
