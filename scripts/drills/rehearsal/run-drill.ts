import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../core/judge.ts';
import type { JudgedRun } from '../core/report/page.ts';
import type { DrillRun, VerdictLine } from '../core/run-record.ts';
import { Timeline } from '../core/timeline.ts';
import { acknowledgedIn, compareWithTable, observationsOf } from './answers.ts';
import type { Clients } from './clients.ts';
import { predictScaling } from './scaling/prediction.ts';
import { type RehearsedDrill, STEADY_S } from './scenarios.ts';
import { FleetCpu } from './stage/instance-cpu.ts';
import type { Stage } from './stage/stage.ts';
import { TIME_FACTORS } from './stage/time-factors.ts';

const LOOK_MS = 500;
const CALM_DEADLINE_MS = 30_000;

/**
 * Runs one drill against the stage under the load of its clients: steady state, fault, recovery, and the judgement on
 * it. It ends when users have been served well again for a while.
 */
export async function runDrill(
  name: string,
  drill: RehearsedDrill,
  stage: Stage,
  clients: Clients,
): Promise<JudgedRun> {
  console.error(`${name}: ${drill.summary}`);
  const { objectives, timeFactor = TIME_FACTORS.loadBalancer } = drill;
  const startedAtMs = Date.now();
  const timeline = new Timeline(startedAtMs);
  stage.fleet.log = (text, detection) => timeline.tell(text, detection);
  const looking = new AbortController();
  const look = watch(stage, timeline, new FleetCpu(drill.cpusPerInstance), looking.signal);
  try {
    const proofs = await runFault(drill, stage, timeline, clients);
    const answers = await clients.answersTo(startedAtMs, Date.now());
    const observations = timeline.join(observationsOf(answers, startedAtMs));
    const prediction = timeline.heat && predictScaling(stage.facts, timeline, timeline.heat, observations);
    const run: DrillRun = {
      scenario: name,
      summary: drill.summary,
      startedAt: new Date(startedAtMs).toISOString(),
      durationS: timeline.second,
      timeFactor,
      observations,
      faults: timeline.faults,
      alarms: timeline.alarms,
      events: timeline.events,
      ...(prediction && { prediction }),
      durability: compareWithTable(acknowledgedIn(answers), await stage.readTable()),
    };
    return { run, verdict: judge(run, objectives, proofs) };
  } finally {
    looking.abort();
    await look;
  }
}

async function runFault(
  { fault, steadyS = STEADY_S, objectives }: RehearsedDrill,
  stage: Stage,
  timeline: Timeline,
  clients: Clients,
): Promise<readonly VerdictLine[]> {
  await sleep(steadyS * 1_000);
  if (!fault) return [];
  const proofs = await fault(stage, timeline);
  await clients.untilHealthy(objectives.health, STEADY_S * 1_000, CALM_DEADLINE_MS);
  return proofs;
}

/** Notes the fleet and its CPU while the drill runs. */
async function watch(stage: Stage, timeline: Timeline, cpu: FleetCpu, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    timeline.see(stage, cpu.percent(stage.fleet));
    await sleep(LOOK_MS);
  }
}
