import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBackground } from '../../../cli/run.ts';
import { becomesTrue } from '../../../cli/wait.ts';
import type { Check } from '../../core/run-record.ts';
import type { Timeline } from '../../core/timeline.ts';
import { Scaler } from '../scaling/scaler.ts';
import { FleetCpu, limitFleetCpu } from '../stage/instance-cpu.ts';
import type { Stage } from '../stage/stage.ts';
import { TIME_FACTORS } from '../stage/time-factors.ts';
import type { FaultOutcome } from './fault.ts';

/** The cap of each instance while the drill runs. */
export const CPUS_PER_INSTANCE = 0.25;
/** A prime whose trial division takes some 20 ms of CPU. */
const NUMBER = 999_999_999_999_989;
const HEAT = { perInstanceS: 10, longestS: 60 };
const CALM_DEADLINE_MS = 90_000;

/** Heats two small instances until the template's alarms scale out, then lets them cool until they scale in. */
export async function scaleOutAndIn(stage: Stage, timeline: Timeline): Promise<FaultOutcome> {
  const { fleet, facts, client, loadBalancer, sandbox } = stage;
  const { min } = facts.scaling.bounds;
  const scaler = new Scaler(facts.scaling, TIME_FACTORS.scaling);
  const running = new AbortController();
  const perS = HEAT.perInstanceS * min;
  const url = `http://${loadBalancer.address}/load?number=${NUMBER}`;
  const script = join(import.meta.dirname, '../scaling/cpu-load.ts');
  const heat = [process.execPath, script, url, `${perS}`, `${HEAT.longestS}`] as const;
  const scalingFromMs = Date.now();
  const work = Promise.all([
    scaler.follow(fleet, new FleetCpu(CPUS_PER_INSTANCE), timeline, running.signal),
    limitFleetCpu(fleet, CPUS_PER_INSTANCE, running.signal),
  ]);
  let largest = 0;
  const isLarger = () => {
    largest = Math.max(largest, fleet.inService.length);
    return largest > min;
  };
  const isCalm = () => isLarger() && fleet.desired === min && fleet.members.length === min;
  try {
    timeline.tell(`fault: heat, ${perS} computations per second, ${CPUS_PER_INSTANCE} CPU an instance`);
    const fromS = timeline.second;
    const heating = startBackground(client.namespace.inside(heat), { log: join(sandbox.directory, 'heat.log') });
    sandbox.undo.later('heat', heating.stop);
    await becomesTrue(isLarger, HEAT.longestS * 1_000);
    await heating.stop();
    timeline.tell('the heat ends');
    timeline.faults.push({ fromS, toS: timeline.second, text: 'heat' });
    await becomesTrue(isCalm, CALM_DEADLINE_MS);
  } finally {
    running.abort();
    await work;
    fleet.desired = min;
  }
  return {
    checks: [
      sizeLine('the heated fleet scales out', largest > min, largest, `more than ${min}`),
      sizeLine('the calm fleet scales in again', fleet.members.length === min, fleet.members.length, `${min}`),
    ],
    cpuLoad: { scalingFromMs, sentAtMs: await readHeat(sandbox) },
  };
}

async function readHeat({ directory }: Stage['sandbox']): Promise<number[]> {
  const log = await readFile(join(directory, 'heat.log'), 'utf8');
  return log.split('\n').flatMap((line) => (/^\d+$/.test(line) ? [Number(line)] : []));
}

function sizeLine(check: string, passed: boolean, instances: number, expected: string): Check {
  return { check, passed, measured: `${instances} instances`, expected };
}
