import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillRun, VerdictLine } from '../drill/data.ts';
import type { JudgedRun } from '../drill/report/page.ts';
import { judge } from '../drill/verdict.ts';
import { acknowledgedIn, observationsOf } from './answers.ts';
import { FleetCpu } from './fleet-cpu.ts';
import { startLoad } from './load.ts';
import { type RehearsedDrill, STEADY_S } from './scenarios.ts';
import type { Stage } from './stage.ts';
import { compareStored } from './stored.ts';
import { Timeline } from './timeline.ts';

const LOOK_MS = 500;

/** Runs one drill against the stage: steady state, fault, recovery, and the judgement on it. */
export async function runDrill(name: string, drill: RehearsedDrill, stage: Stage): Promise<JudgedRun> {
  console.error(`${name}: ${drill.summary}`);
  const target = `http://${stage.balancer.address}`;
  const load = await startLoad(name, target, drill.load, stage.anybody, stage.workshop);
  const timeline = new Timeline(load.startedAtMs);
  stage.fleet.tell = (text, detection) => timeline.tell(text, detection);
  const looking = new AbortController();
  const look = watch(stage, timeline, looking.signal);
  try {
    const [answers, proofs] = await Promise.all([load.answers, runFault(drill, stage, timeline)]);
    const run: DrillRun = {
      scenario: name,
      summary: drill.summary,
      startedAt: new Date(load.startedAtMs).toISOString(),
      durationS: timeline.second,
      timeFactor: stage.timeFactor,
      observations: timeline.join(observationsOf(answers, load.startedAtMs)),
      faults: timeline.faults,
      alarms: timeline.alarms,
      events: timeline.events,
      durability: compareStored(acknowledgedIn(answers), await stage.storedTimestamps()),
    };
    return { run, verdict: judge(run, drill.objectives, proofs) };
  } finally {
    looking.abort();
    await look;
  }
}

async function runFault({ fault }: RehearsedDrill, stage: Stage, timeline: Timeline): Promise<readonly VerdictLine[]> {
  if (!fault) return [];
  await sleep(STEADY_S * 1_000);
  return await fault(stage, timeline);
}

/** Notes the fleet and its CPU while the drill runs. */
async function watch(stage: Stage, timeline: Timeline, signal: AbortSignal): Promise<void> {
  const cpu = new FleetCpu();
  while (!signal.aborted) {
    timeline.see(stage, cpu.percent(stage.fleet));
    await sleep(LOOK_MS);
  }
}
