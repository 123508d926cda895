import { setTimeout as sleep } from 'node:timers/promises';
import { evaluationIntervalS, ScalingController, USUAL_METRIC_DELAY_S } from '../../../scaling/model/controller.ts';
import { MetricRecorder } from '../../../scaling/model/metrics.ts';
import { alarmsOf, type ScalingSettings } from '../../../scaling/model/settings.ts';
import type { Timeline } from '../../core/timeline.ts';
import type { Fleet } from '../stage/fleet.ts';
import { fleetCpu } from '../stage/instance-cpu.ts';
import { TIME_FACTORS } from '../stage/stage-facts.ts';

const PAUSE_MS = 500;

/** Scales by the measured CPU until `signal` aborts, with the simulator's controller in compressed time. */
export async function scaleFleet(
  settings: ScalingSettings,
  fleet: Fleet,
  cpusPerInstance: number,
  timeline: Timeline,
  signal: AbortSignal,
): Promise<void> {
  const cpu = fleetCpu(fleet, cpusPerInstance);
  const controller = new ScalingController(settings, fleet.desired, USUAL_METRIC_DELAY_S);
  const recorder = new MetricRecorder(alarmsOf(settings), controller);
  const intervalS = evaluationIntervalS(settings);
  const startMs = performance.now();
  let second = 0;
  while (!signal.aborted) {
    await sleep(PAUSE_MS);
    const cpuPercent = cpu();
    const nowS = Math.floor(((performance.now() - startMs) / 1_000) * TIME_FACTORS.scaling);
    while (second < nowS) {
      second += 1;
      recorder.record(second, { cpuPercent, requestsPerTarget: 0 });
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
