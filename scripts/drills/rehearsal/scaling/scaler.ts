import { setTimeout as sleep } from 'node:timers/promises';
import { evaluationIntervalS, ScalingController, USUAL_METRIC_DELAY_S } from '../../../scaling/model/controller.ts';
import { MetricRecorder } from '../../../scaling/model/metrics.ts';
import type { ScalingSettings } from '../../../scaling/model/settings.ts';
import type { FleetCounts } from '../../../scaling/model/step-scaling.ts';
import type { Timeline } from '../../core/timeline.ts';
import type { Fleet } from '../stage/fleet.ts';
import type { FleetCpu } from '../stage/instance-cpu.ts';

const LOOK_MS = 500;

/**
 * CloudWatch and the group's scaling, driven by the measured CPU: the simulator's own controller with the template's
 * alarms and steps. `timeFactor` of its seconds pass in a real one.
 */
export class Scaler {
  readonly #settings: ScalingSettings;
  readonly #timeFactor: number;

  constructor(settings: ScalingSettings, timeFactor: number) {
    this.#settings = settings;
    this.#timeFactor = timeFactor;
  }

  /** Scales the fleet until it is told to stop. */
  async follow(fleet: Fleet, cpu: FleetCpu, timeline: Timeline, signal: AbortSignal): Promise<void> {
    const controller = new ScalingController(this.#settings, fleet.desired, USUAL_METRIC_DELAY_S);
    const watched = new Map(this.#settings.rules.map(({ alarm }) => [alarm.name, alarm]));
    const recorder = new MetricRecorder([...watched.values()], controller);
    const intervalS = evaluationIntervalS(this.#settings);
    const startMs = performance.now();
    let second = 0;
    while (!signal.aborted) {
      await sleep(LOOK_MS);
      const cpuPercent = cpu.percent(fleet);
      const nowS = Math.floor(((performance.now() - startMs) / 1_000) * this.#timeFactor);
      while (second < nowS) {
        second += 1;
        recorder.record(second, { cpuPercent, requestsPerTarget: 0 });
        if (second % intervalS !== 0) continue;
        const { desired, changes } = controller.evaluate(second, this.#counts(fleet));
        for (const { alarm, to } of changes) timeline.tell(`${alarm} is ${to}`, timeline.seeAlarm(alarm, to));
        if (desired !== fleet.desired) timeline.tell(`desired capacity ${fleet.desired} → ${desired}`);
        fleet.desired = desired;
      }
    }
  }

  #counts({ members, inService }: Fleet): FleetCounts {
    const ageS = (since: number) => ((performance.now() - since) / 1_000) * this.#timeFactor;
    const warm = inService.filter(
      ({ inServiceAtMs }) => ageS(inServiceAtMs ?? Infinity) >= this.#settings.warmupS,
    ).length;
    return {
      warm,
      warming: inService.length - warm,
      pending: members.filter(({ state }) => state === 'pending').length,
      terminating: members.filter(({ state }) => state === 'terminating').length,
    };
  }
}
