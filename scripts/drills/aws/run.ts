import { METRIC_PERIOD_S } from '../../../server/contract.ts';
import { withUndo } from '../../cli/undo.ts';
import { USUAL_METRIC_DELAY_S } from '../../scaling/model/controller.ts';
import { startLoad } from '../artillery/artillery.ts';
import { proofsOf } from '../core/checks.ts';
import { judge } from '../core/judge.ts';
import { type PredictionInputs, predict } from '../core/prediction.ts';
import type { JudgedRun } from '../core/report/page.ts';
import type { DrillRun } from '../core/run-record.ts';
import { checkStored, type Reader, sampleOf } from './acknowledged-in-table.ts';
import { evidenceOf } from './collect-run.ts';
import { FaultCourse } from './fault-course.ts';
import type { Fault } from './faults/fault.ts';
import type { Plan } from './plan.ts';
import { Restoring } from './restoring.ts';
import { type DrilledStage, takeSnapshot } from './snapshot.ts';
import type { StageScaling } from './stage-scaling.ts';
import { type StopCondition, stopReason } from './stop.ts';
import { conduct } from './watch-drill.ts';

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
  /** What decides the size of the fleet. @default - nothing is predicted */
  readonly predicted?: StageScaling & Pick<PredictionInputs, 'requestsPerInstance'>;
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
  const seen = await evidenceOf(plan, stage, {
    startedAt,
    periods: load.periods,
    snapshots,
    faults: course?.spans(Math.round((Date.now() - startedAt.getTime()) / 1_000)) ?? [],
    durability: await checkStored(drill.reader, ids),
  });
  const run = drill.predicted ? withPrediction(seen, drill.predicted, startedAt) : seen;
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

/** Adds what the model makes of the load. CloudWatch's periods begin with the minutes of the clock. */
function withPrediction(run: DrillRun, scaling: StageScaling, startedAt: Date): DrillRun {
  const fromS = -(startedAt.getTime() % (METRIC_PERIOD_S * 1_000)) / 1_000;
  const inputs = { ...scaling, timeFactor: 1, fromS, metricDelayS: USUAL_METRIC_DELAY_S };
  const prediction = predict(inputs, run.observations);
  return prediction ? { ...run, prediction } : run;
}
