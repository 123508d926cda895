import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../core/judge.ts';
import type { JudgedRun } from '../core/report/page.ts';
import type { DrillRun } from '../core/run-record.ts';
import { Timeline } from '../core/timeline.ts';
import type { DrillOn } from '../registry.ts';
import { acknowledgedIn, compareWithTable, observationsOf } from './answers.ts';
import type { Clients } from './clients.ts';
import type { FaultOutcome } from './faults/fault.ts';
import { FAULTS } from './faults/faults.ts';
import { predictScaling } from './scaling/prediction.ts';
import { FleetCpu } from './stage/instance-cpu.ts';
import type { Stage } from './stage/stage.ts';
import { TIME_FACTORS } from './stage/time-factors.ts';

/** Seconds of even load before a fault, and of healthy service after the recovery. */
const STEADY_S = 5;
const LOOK_MS = 500;
const CALM_DEADLINE_MS = 30_000;

/**
 * Runs one drill against the stage under the load of its clients: steady state, fault, recovery, and the judgement on
 * it. It ends when the service has been healthy again for a while.
 */
export async function runDrill(drill: DrillOn<'rehearsal'>, stage: Stage, clients: Clients): Promise<JudgedRun> {
  console.error(`${drill.name}: ${drill.summary}`);
  const fault = drill.fault && FAULTS[drill.fault];
  const startedAtMs = Date.now();
  const timeline = new Timeline(startedAtMs);
  stage.fleet.log = (text, detection) => timeline.tell(text, detection);
  const looking = new AbortController();
  const look = watch(stage, timeline, new FleetCpu(fault?.cpusPerInstance), looking.signal);
  try {
    const { checks, cpuLoad } = await runFault(drill, stage, timeline, clients);
    const answers = await clients.answersTo(startedAtMs, Date.now());
    const observations = timeline.join(observationsOf(answers, startedAtMs));
    const prediction = cpuLoad && predictScaling(stage.facts, timeline, cpuLoad, observations);
    const durationS = timeline.second;
    const run: DrillRun = {
      drill: drill.name,
      summary: drill.summary,
      startedAt: new Date(startedAtMs).toISOString(),
      durationS,
      timeFactor: fault?.timeFactor ?? TIME_FACTORS.loadBalancer,
      observations,
      faults: timeline.faults,
      alarms: timeline.alarmsUntil(durationS),
      events: timeline.events,
      ...(prediction && { prediction }),
      durability: compareWithTable(acknowledgedIn(answers), await stage.readTable()),
    };
    return { run, verdict: judge(run, drill.objectives, checks) };
  } finally {
    looking.abort();
    await look;
  }
}

async function runFault(
  { fault, steadyS = STEADY_S, objectives }: DrillOn<'rehearsal'>,
  stage: Stage,
  timeline: Timeline,
  clients: Clients,
): Promise<FaultOutcome> {
  await sleep(steadyS * 1_000);
  if (!fault) return { checks: [] };
  const outcome = await FAULTS[fault].cause(stage, timeline);
  await clients.untilHealthy(objectives.health, STEADY_S * 1_000, CALM_DEADLINE_MS);
  return outcome;
}

/** Notes the fleet and its CPU while the drill runs. */
async function watch(stage: Stage, timeline: Timeline, cpu: FleetCpu, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { desired, inService } = stage.fleet;
    const cpuPercent = cpu.percent(stage.fleet);
    timeline.seeFleet({ desired, inService: inService.length, ...(cpuPercent !== undefined && { cpuPercent }) });
    await sleep(LOOK_MS);
  }
}
