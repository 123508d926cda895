import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBackground } from '../../../cli/run.ts';
import { becomesTrue } from '../../../cli/wait.ts';
import type { Timeline } from '../../core/timeline.ts';
import { scaleFleet } from '../scaling/scaler.ts';
import type { Stage } from '../stage/stage.ts';
import { beginFault } from './fault.ts';

/** The CPU limit of each instance while the drill runs. */
export const CPUS_PER_INSTANCE = 0.25;
/** A prime whose trial division takes about 20 ms of CPU. */
const NUMBER = 999_999_999_999_989;
const LOAD = { perInstanceS: 10, longestS: 60 };
const SCALE_IN_DEADLINE_MS = 90_000;

/** Loads the CPUs of small instances until the template's alarms scale out, then waits until they scale in. */
export async function loadCpu({ fleet, facts, client, loadBalancer, sandbox }: Stage, timeline: Timeline) {
  const { min } = facts.scaling.bounds;
  const perS = LOAD.perInstanceS * min;
  const log = join(sandbox.directory, 'cpu-load.log');
  const script = join(import.meta.dirname, '../scaling/cpu-load-process.ts');
  const url = `http://${loadBalancer.address}/load?number=${NUMBER}`;
  const line = client.namespace.inside([process.execPath, script, url, `${perS}`, `${LOAD.longestS}`]);
  const running = new AbortController();
  const scalingFromMs = Date.now();
  await fleet.limitCpu(CPUS_PER_INSTANCE);
  const scaling = scaleFleet(facts.scaling, fleet, CPUS_PER_INSTANCE, timeline, running.signal);
  let largest = 0;
  const isLarger = () => {
    largest = Math.max(largest, fleet.inService.length);
    return largest > min;
  };
  const isSmallAgain = () => isLarger() && fleet.desired === min && fleet.members.length === min;
  try {
    const end = beginFault(timeline, `CPU load, ${perS} computations per second, ${CPUS_PER_INSTANCE} CPU an instance`);
    const load = startBackground(line, { log });
    sandbox.undo.later('CPU load', load.stop);
    await becomesTrue(isLarger, LOAD.longestS * 1_000);
    await load.stop();
    timeline.log('the CPU load ends');
    end();
    await becomesTrue(isSmallAgain, SCALE_IN_DEADLINE_MS);
  } finally {
    running.abort();
    await scaling;
    await fleet.limitCpu(undefined);
    fleet.desired = min;
  }
  const sent = (await readFile(log, 'utf8')).split('\n').filter((text) => /^\d+$/.test(text));
  return {
    checks: [
      sizeCheck('the fleet scales out under load', largest > min, largest, `more than ${min}`),
      sizeCheck('the fleet scales in afterwards', fleet.members.length === min, fleet.members.length, `${min}`),
    ],
    cpuLoad: { scalingFromMs, sentAtMs: sent.map(Number) },
  };
}

function sizeCheck(check: string, passed: boolean, instances: number, expected: string) {
  return { check, passed, measured: `${instances} instances`, expected };
}
