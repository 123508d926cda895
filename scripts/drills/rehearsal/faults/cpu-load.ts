import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBackground } from '../../../cli/run.ts';
import { becomesTrue } from '../../../cli/wait.ts';
import { evaluationIntervalS, ScalingController, USUAL_METRIC_DELAY_S } from '../../../scaling/model/controller.ts';
import { metricRecorder } from '../../../scaling/model/metrics.ts';
import type { Timeline } from '../../core/timeline.ts';
import type { Fleet } from '../stage/fleet.ts';
import type { Stage } from '../stage/stage.ts';
import { TIME_FACTORS } from '../stage/stage-facts.ts';

/** The CPU limit of each instance while the drill runs. */
export const CPUS_PER_INSTANCE = 0.25;
/** A prime whose trial division takes about 20 ms of CPU. */
const NUMBER = 999_999_999_999_989;
const LOAD = { perInstanceS: 10, longestS: 60 };
const SCALE_IN_DEADLINE_MS = 90_000;
const PAUSE_MS = 500;

/** Loads the CPUs of small instances until the template's alarms scale out, then waits until they scale in. */
export async function loadCpu(stage: Stage, timeline: Timeline) {
  const { fleet, facts, client, loadBalancer, sandbox } = stage;
  const { min } = facts.scaling.bounds;
  const perS = LOAD.perInstanceS * min;
  const log = join(sandbox.directory, 'cpu-load.log');
  const script = join(import.meta.dirname, 'cpu-load-process.ts');
  const url = `http://${loadBalancer.address}/load?number=${NUMBER}`;
  const line = client.namespace.inside([process.execPath, script, url, `${perS}`, `${LOAD.longestS}`]);
  const running = new AbortController();
  const scalingFromMs = Date.now();
  await fleet.limitCpu(CPUS_PER_INSTANCE);
  const scaling = scaleFleet(stage, timeline, running.signal);
  let largest = 0;
  const isLarger = () => {
    largest = Math.max(largest, fleet.inService.length);
    return largest > min;
  };
  const isSmallAgain = () => isLarger() && fleet.desired === min && fleet.members.length === min;
  try {
    const end = timeline.beginFault(`CPU load, ${perS} computations per second, ${CPUS_PER_INSTANCE} CPU an instance`);
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

/** When the first period of the controller began, and when each computation was requested: epoch milliseconds. */
export type CpuLoad = Awaited<ReturnType<typeof loadCpu>>['cpuLoad'];

function sizeCheck(check: string, passed: boolean, instances: number, expected: string) {
  return { check, passed, measured: `${instances} instances`, expected };
}

/** Scales by the measured CPU until `signal` aborts, with the simulator's controller in compressed time. */
async function scaleFleet({ fleet, facts }: Stage, timeline: Timeline, signal: AbortSignal): Promise<void> {
  const settings = facts.scaling;
  const cpu = fleetCpu(fleet, CPUS_PER_INSTANCE);
  const controller = new ScalingController(settings, fleet.desired, USUAL_METRIC_DELAY_S);
  const record = metricRecorder(settings, controller);
  const intervalS = evaluationIntervalS(settings);
  const startMs = performance.now();
  let second = 0;
  while (!signal.aborted) {
    await sleep(PAUSE_MS);
    const cpuPercent = cpu();
    const nowS = Math.floor(((performance.now() - startMs) / 1_000) * TIME_FACTORS.scaling);
    while (second < nowS) {
      second += 1;
      record(second, { cpuPercent, requestsPerTarget: 0 });
      if (second % intervalS !== 0) continue;
      const { desired, changes } = controller.evaluate(second, countFleet(fleet, settings.warmupS));
      for (const { alarm, to } of changes) {
        timeline.log(`${alarm} is ${to}`, to === 'ALARM');
        timeline.seeAlarm(alarm, to);
      }
      if (desired !== fleet.desired) timeline.log(`desired capacity ${fleet.desired} → ${desired}`);
      fleet.desired = desired;
    }
  }
}

function countFleet({ members, inService }: Fleet, warmupS: number) {
  const warmAfterMs = (warmupS * 1_000) / TIME_FACTORS.scaling;
  const warm = inService.filter(({ inServiceAtMs = Infinity }) => performance.now() - inServiceAtMs >= warmAfterMs);
  return {
    warm: warm.length,
    warming: inService.length - warm.length,
    pending: members.filter(({ state }) => state === 'pending').length,
    terminating: members.filter(({ state }) => state === 'terminating').length,
  };
}

/** Each call returns the CPU of the instances in service since the last one, in percent of their limit or machine. */
export function fleetCpu(fleet: Fleet, cpusPerInstance = availableParallelism()): () => number | undefined {
  let [lastMs, last] = [performance.now(), new Map<string, number>()];
  return () => {
    const nowMs = performance.now();
    const used = new Map(fleet.inService.map(({ id, instance }) => [id, instance.cgroup.cpuMs()]));
    const shares = [...used].flatMap(([id, ms]) => {
      const before = last.get(id);
      return before === undefined ? [] : (ms - before) / (nowMs - lastMs) / cpusPerInstance;
    });
    [lastMs, last] = [nowMs, used];
    return shares.length === 0 ? undefined : (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length;
  };
}
