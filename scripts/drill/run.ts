import { withUndo } from '../rehearsal/undo.ts';
import { conduct } from './conduct.ts';
import { evidenceOf } from './evidence.ts';
import { FaultCourse } from './fault-course.ts';
import type { Fault } from './faults/fault.ts';
import { startLoad } from './load/artillery.ts';
import type { Plan } from './plan.ts';
import { proofsOf } from './proofs.ts';
import type { JudgedRun } from './report/page.ts';
import { Restoring } from './restoring.ts';
import { type DrilledStage, takeSnapshot } from './snapshot.ts';
import { type StopCondition, stopReason } from './stop.ts';
import { checkStored, type Reader, sampleOf } from './stored.ts';
import { judge } from './verdict.ts';

/** A drill that was planned and confirmed. */
export interface ConfirmedDrill {
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
  /** Pause between two looks at the stage. */
  readonly pauseMs: number;
}

/** Runs a drill, restores what it changed (also when it fails or is interrupted), and judges it. */
export async function runDrill(drill: ConfirmedDrill): Promise<JudgedRun> {
  const { plan, stage } = drill;
  const startedAt = new Date();
  const tell = (text: string) => console.error(`${Math.round((Date.now() - startedAt.getTime()) / 1_000)} s: ${text}`);
  const restoring = drill.fault && new Restoring(drill.fault);
  const course = restoring && new FaultCourse(plan, restoring, tell);

  const { load, conducted } = await withUndo(async (undo) => {
    const running = await startLoad(drill.artillery, plan, drill.folder);
    undo.later('the load', () => running.stop());
    if (restoring) undo.later('the fault', () => restoring.close());
    const seen = await conduct({
      load: running,
      startedAtMs: startedAt.getTime(),
      ...(course && { course }),
      observe: () => takeSnapshot(stage),
      stopReason: (snapshot) => stopReason(drill.stop, running.periods, snapshot),
      pauseMs: drill.pauseMs,
    });
    if (seen.stopped !== undefined) tell(`STOP: ${seen.stopped}`);
    return { load: running, conducted: seen };
  });

  const ids = sampleOf(await load.acknowledgedIds(), drill.sample);
  tell(`reading ${ids.length} acknowledged timestamps back`);
  const { snapshots, stopped } = conducted;
  const run = await evidenceOf(plan, stage, {
    startedAt,
    periods: load.periods,
    snapshots,
    faults: course?.spans(Math.round((Date.now() - startedAt.getTime()) / 1_000)) ?? [],
    durability: await checkStored(drill.reader, ids),
  });
  const proofs = proofsOf({
    scenario: plan.name,
    stopped,
    isOver: course?.isOver,
    restoreFailures: restoring?.failures ?? [],
    periods: load.periods,
    snapshots,
  });
  return { run, verdict: judge(run, plan.objectives, proofs) };
}
