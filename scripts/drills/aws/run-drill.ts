import { setTimeout as sleep } from 'node:timers/promises';
import { withUndo } from '../../cli/undo.ts';
import { type Load, startLoad } from '../artillery/artillery.ts';
import { countRequests } from '../artillery/periods.ts';
import { checksOf } from '../core/checks.ts';
import { judge } from '../core/judge.ts';
import type { JudgedRun } from '../core/report/report.ts';
import { Timeline } from '../core/timeline.ts';
import { checkStored, type Reader, sampleOf } from './acknowledged-in-table.ts';
import { collectRun } from './collect-run.ts';
import { FaultCourse } from './fault-course.ts';
import type { Fault } from './faults/fault.ts';
import { type StopCondition, stopReason } from './guards.ts';
import type { Plan } from './plan.ts';
import { type StageScaling, withPrediction } from './predict-run.ts';
import { type DrilledStage, type Snapshot, takeSnapshot } from './snapshot.ts';

/** Pause between two snapshots of the stage: within the rate limits of AWS, and shorter than its health checks. */
const PAUSE_MS = 5_000;

/** A drill that was planned and confirmed. */
interface RunDrillOptions {
  readonly plan: Plan;
  readonly stage: DrilledStage;
  readonly fault: Fault | undefined;
  readonly stop: StopCondition;
  readonly reader: Reader;
  /** How many acknowledged timestamps are read back at most. */
  readonly sample: number;
  /** Folder for the load's files. */
  readonly folder: string;
  /** Artillery's program. */
  readonly artillery: string;
  /** What decides the size of the fleet; undefined: nothing is predicted. */
  readonly scaling: StageScaling | undefined;
}

/** Runs a drill, restores what it changed (also when it fails or is interrupted), and judges it. */
export async function runDrill(drill: RunDrillOptions): Promise<JudgedRun> {
  const { plan, stage } = drill;
  const timeline = new Timeline(Date.now());
  const course = drill.fault && new FaultCourse(plan, drill.fault, timeline);
  const { load, snapshots, stopped } = await withUndo(async (undo) => {
    const running = await startLoad(drill.artillery, plan, drill.folder);
    undo.later('the load', () => running.stop());
    if (course) undo.later('the fault', () => course.close());
    return { load: running, ...(await watchDrill(drill, running, timeline, course)) };
  });

  const ids = sampleOf(await load.acknowledgedIds(), drill.sample);
  console.error(`Reading ${ids.length} acknowledged timestamps back ...`);
  course?.record(timeline.second);
  const durability = await checkStored(drill.reader, ids);
  const run = await collectRun(plan, stage, { timeline, periods: load.periods, snapshots, durability });
  const checks = checksOf({
    stopped,
    refused: countRequests(load.periods).refused,
    isRecovered: course?.isOver,
    restoreFailure: course?.restoreFailure,
    ...(plan.mustScaleOut && { sizes: snapshots.map(({ group }) => group.desired) }),
  });
  return {
    run: drill.scaling ? withPrediction(run, drill.scaling) : run,
    verdict: judge(run, plan.objectives, checks),
  };
}

/** Watches the stage and leads the fault, until the load ends, the fault is over, or a stop condition is met. */
async function watchDrill({ stage, stop }: RunDrillOptions, load: Load, timeline: Timeline, course?: FaultCourse) {
  const snapshots: Snapshot[] = [];
  const loadEnded = load.ended.then(() => true);
  // Its failure counts only while it is waited for.
  loadEnded.catch(() => undefined);
  let stopped: string | undefined;
  for (let hasEnded = false; !hasEnded; ) {
    const snapshot = await takeSnapshot(stage);
    snapshots.push(snapshot);
    stopped = stopReason(stop, load.periods, snapshot);
    if (stopped !== undefined) {
      timeline.log(`STOP: ${stopped}`);
      break;
    }
    const nowS = timeline.secondOf(snapshot.at.getTime());
    await course?.follow(nowS, snapshot);
    if (course?.isDone(nowS)) break;
    hasEnded = await Promise.race([sleep(PAUSE_MS, false), loadEnded]);
  }
  return { snapshots, stopped };
}
