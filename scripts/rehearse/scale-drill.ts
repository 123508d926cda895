import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VerdictLine } from '../drill/data.ts';
import { startBackground } from './background.ts';
import { capFleet } from './cpu-cap.ts';
import { FleetCpu } from './fleet-cpu.ts';
import { Scaler } from './scaler.ts';
import type { Stage } from './stage.ts';
import type { Timeline } from './timeline.ts';

/** Seconds of the template's alarms, periods and warm-up that pass in a real one. Booting is not compressed. */
const SCALING_TIME_FACTOR = 20;
const CPUS_PER_INSTANCE = 0.25;
/** A prime whose trial division takes some 20 ms of CPU. */
const NUMBER = 999_999_999_999_989;
const HOT = { perS: 20, durationS: 45 };
const CALM_S = 75;

/** Heats two small instances until the template's alarms scale out, then lets them cool until they scale in. */
export async function scaleOutAndIn(stage: Stage, timeline: Timeline): Promise<VerdictLine[]> {
  const { fleet, facts, anybody, balancer, workshop } = stage;
  const { min } = facts.scaling.bounds;
  const scaler = new Scaler(facts.scaling, SCALING_TIME_FACTOR);
  const running = new AbortController();
  const heat = `http://${balancer.address}/load?number=${NUMBER}`;
  const line = [
    process.execPath,
    join(import.meta.dirname, 'heat.ts'),
    heat,
    `${HOT.perS}`,
    `${HOT.durationS}`,
  ] as const;
  const work = Promise.all([
    scaler.follow(fleet, new FleetCpu(CPUS_PER_INSTANCE), timeline, running.signal),
    capFleet(fleet, CPUS_PER_INSTANCE, running.signal),
  ]);
  let largest = 0;
  try {
    timeline.tell(`heat: ${HOT.perS} computations per second, ${CPUS_PER_INSTANCE} CPU an instance`);
    startBackground('heat', anybody.namespace.inside(line), workshop);
    for (let second = 0; second < HOT.durationS + CALM_S; second++) {
      largest = Math.max(largest, fleet.inService.length);
      if (largest > min && fleet.desired === min && fleet.members.length === min) break;
      await sleep(1_000);
    }
  } finally {
    running.abort();
    await work;
    fleet.desired = min;
  }
  timeline.alarms.push(...scaler.alarms);
  return [
    sizeLine('the heated fleet scales out', largest > min, largest, `more than ${min}`),
    sizeLine('the calm fleet scales in again', fleet.members.length === min, fleet.members.length, `${min}`),
  ];
}

function sizeLine(promise: string, kept: boolean, instances: number, expected: string): VerdictLine {
  return { promise, kept, measured: `${instances} instances`, expected };
}
