import { setTimeout as sleep } from 'node:timers/promises';
import { becomesTrue } from '../../cli/wait.ts';
import { judge } from '../core/judge.ts';
import type { JudgedRun } from '../core/report/report.ts';
import type { Check, DrillRun } from '../core/run-record.ts';
import { Timeline } from '../core/timeline.ts';
import type { RehearsalFault } from '../drill.ts';
import type { DrillOn } from '../registry.ts';
import { acknowledgedIn, compareWithTable, observationsOf, type Statuses, statusCheck } from './answers.ts';
import type { Clients } from './clients.ts';
import { closeAppPort } from './faults/closed-port.ts';
import { CPUS_PER_INSTANCE, type CpuLoad, fleetCpu, loadCpu } from './faults/cpu-load.ts';
import { rollOutBadImage, rollOutNewerImage } from './faults/image-rollout.ts';
import { cutAllPower, cutPower, loseZone } from './faults/lost-capacity.ts';
import { cutOffDatabase, cutOffDatabaseAndBucket, refuseNewConnections } from './faults/lost-storage.ts';
import { loseTable } from './faults/lost-table.ts';
import { predictScaling } from './prediction.ts';
import { coveredAnswers, lossCheck, type RestoreTimes, systemBackupCheck } from './recovery-point.ts';
import type { Fleet } from './stage/fleet.ts';
import type { Stage } from './stage/stage.ts';
import { TIME_FACTORS } from './stage/stage-facts.ts';

interface FaultOutcome {
  readonly checks?: readonly Check[];
  readonly cpuLoad?: CpuLoad;
  /** How the requests of the drill must be answered. @default - not checked */
  readonly statuses?: Statuses;
  /** A restored table, and the timestamps in DynamoDB's own copy of the deleted one. @default - nothing was restored */
  readonly restored?: { readonly times: RestoreTimes; readonly systemBackup: readonly string[] };
}

type CauseFault = (stage: Stage, timeline: Timeline) => Promise<FaultOutcome>;

/** Each causes a fault, and resolves with the drill's own checks when the group is at desired capacity again. */
const FAULTS: Readonly<Record<RehearsalFault, CauseFault>> = {
  'cut-power': cutPower,
  'cut-all-power': cutAllPower,
  'cut-off-database': cutOffDatabase,
  'cut-off-database-and-bucket': cutOffDatabaseAndBucket,
  'refuse-new-connections': refuseNewConnections,
  'lose-table': loseTable,
  'lose-zone': loseZone,
  'cpu-load': loadCpu,
  'bad-image': rollOutBadImage,
  'newer-image': rollOutNewerImage,
  'close-app-port': closeAppPort,
};

/** Seconds of constant load before a fault, and of healthy answers after it. */
const STEADY_S = 2;
const PAUSE_MS = 500;
const RECOVERY_DEADLINE_MS = 30_000;
/** The servers look into the bucket once a minute, or at once when the database is back. */
const DRAIN_DEADLINE_MS = 120_000;

/**
 * Runs one drill under the load of the clients: steady state, fault, recovery. The fault waits until the previous drill
 * is judged, unless it starts early. Returns how to judge this one by its objectives, during the steady state of the next.
 */
export async function runDrill(
  drill: DrillOn<'rehearsal'>,
  stage: Stage,
  clients: Clients,
  previous: Promise<unknown>,
): Promise<() => Promise<JudgedRun>> {
  const { name, summary, fault, steadyS = STEADY_S, startsEarly = false, objectives } = drill;
  console.error(`${name}: ${summary}`);
  const timeline = new Timeline(Date.now());
  stage.fleet.log = (text, detection) => timeline.log(text, detection);
  const ended = new AbortController();
  const watch = watchFleet(stage.fleet, timeline, fault === 'cpu-load' ? CPUS_PER_INSTANCE : undefined, ended.signal);
  let outcome: FaultOutcome = {};
  try {
    await Promise.all([sleep(steadyS * 1_000), startsEarly || previous]);
    if (fault) {
      outcome = await FAULTS[fault](stage, timeline);
      await clients.untilHealthy(objectives.health, STEADY_S * 1_000, RECOVERY_DEADLINE_MS);
    }
  } finally {
    ended.abort();
    await watch;
  }
  const [endMs, durationS] = [Date.now(), timeline.second];
  return () => judgeDrill(drill, stage, clients, timeline, { ...outcome, endMs, durationS });
}

async function judgeDrill(
  { name, summary, objectives }: DrillOn<'rehearsal'>,
  stage: Stage,
  clients: Clients,
  timeline: Timeline,
  { checks = [], cpuLoad, statuses, restored, endMs, durationS }: FaultOutcome & { endMs: number; durationS: number },
): Promise<JudgedRun> {
  const answers = await clients.answersTo(timeline.startedAtMs, endMs);
  const drained = await checkDrained(stage);
  const stored = await stage.readTable();
  const observations = timeline.join(observationsOf(answers, timeline.startedAtMs));
  const prediction = cpuLoad && predictScaling(stage.facts, timeline, cpuLoad, observations);
  const run: DrillRun = {
    drill: name,
    summary,
    startedAt: new Date(timeline.startedAtMs).toISOString(),
    durationS,
    timeFactor: cpuLoad ? TIME_FACTORS.scaling : TIME_FACTORS.loadBalancer,
    observations,
    faults: timeline.faults,
    alarms: timeline.alarmsUntil(durationS),
    events: timeline.events,
    ...(prediction && { prediction }),
    durability: compareWithTable(acknowledgedIn(restored ? coveredAnswers(answers, restored.times) : answers), stored),
  };
  const answered = statuses ? [statusCheck(answers, statuses)] : [];
  const losses = restored
    ? [lossCheck(answers, stored, restored.times), systemBackupCheck(answers, restored.systemBackup, restored.times)]
    : [];
  return { run, verdict: judge(run, objectives, [...answered, drained, ...losses, ...checks]) };
}

/** Waits until the servers have moved every spilled block into the table. */
async function checkDrained({ readBucket }: Stage): Promise<Check> {
  let left = await readBucket();
  const isEmpty = async () => {
    left = await readBucket();
    return left.length === 0;
  };
  const passed = left.length === 0 || (await becomesTrue(isEmpty, DRAIN_DEADLINE_MS, PAUSE_MS));
  const check = 'no block is left in the spill bucket';
  return { check, passed, measured: `${left.length} objects`, expected: 'none, soon after the fault' };
}

async function watchFleet(fleet: Fleet, timeline: Timeline, cpusPerInstance: number | undefined, signal: AbortSignal) {
  const cpu = fleetCpu(fleet, cpusPerInstance);
  while (!signal.aborted) {
    const cpuPercent = cpu();
    const { desired, inService } = fleet;
    timeline.seeFleet({ desired, inService: inService.length, ...(cpuPercent !== undefined && { cpuPercent }) });
    await sleep(PAUSE_MS);
  }
}
