import type { ScalingSettings } from '../../scaling/model/settings.ts';
import { simulate, type Trace } from '../../scaling/model/simulation.ts';
import { measuredBootS, measuredCapacity } from './measured-load.ts';
import type { CapacityCourse, Observation, Prediction } from './run-record.ts';

/** What a prediction starts from. */
export interface PredictionInputs {
  readonly settings: ScalingSettings;
  /** Seconds of the model that pass in one of the run. */
  readonly timeFactor: number;
  /** Second of the run at which a period of the alarms begins, and the model with it. May lie before the run. */
  readonly fromS: number;
  /** From deregistration to termination, in seconds of the run. */
  readonly drainS: number;
  /** From failure until the load balancer sends nothing more, in seconds of the run. */
  readonly detectS: number;
  /** Until CloudWatch shows a data point, in seconds of the model. */
  readonly metricDelayS: number;
  /** @default - what was answered, by the CPU that it took */
  readonly requestsPerInstance?: number;
}

/** From launch to service, in seconds of the model, where a run shows no launch. */
const USUAL_BOOT_S = 60;

/**
 * What the model makes of the load that was measured, in the seconds of the run.
 *
 * @returns undefined when no CPU was measured and no capacity given, or when the fleet was not seen
 */
export function predict(inputs: PredictionInputs, observations: readonly Observation[]): Prediction | undefined {
  const { settings, timeFactor, fromS, metricDelayS } = inputs;
  const seen = observations.filter(({ second, desired }) => second >= fromS && desired !== undefined);
  const initialSize = seen[0]?.desired;
  const requestsPerInstance = inputs.requestsPerInstance ?? measuredCapacity(observations);
  if (initialSize === undefined || requestsPerInstance === undefined) return undefined;
  const bootS = measuredBootS(seen) ?? USUAL_BOOT_S / timeFactor;
  const { seconds } = simulate({
    settings,
    requestsPerInstance,
    metricDelayS,
    initialSize,
    trace: observedTrace(observations, timeFactor, fromS),
    times: {
      bootS: Math.round(bootS * timeFactor),
      drainS: Math.round(inputs.drainS * timeFactor),
      detectS: Math.round(inputs.detectS * timeFactor),
    },
  });
  const expected = seen.flatMap(({ second }) => {
    // The model's first second that begins in this one.
    const found = seconds[Math.ceil((second - fromS) * timeFactor)];
    if (!found) return [];
    const { demand, cpuPercent, desired, inService } = found;
    return [{ second, demandPerS: demand, cpuPercent, desired, inService }];
  });
  return {
    requestsPerInstance,
    bootS,
    seconds: expected,
    predicted: capacityCourse(expected),
    measured: capacityCourse(seen),
  };
}

/** The load that was measured from `fromS` on, in the model's seconds; nothing where nothing was observed. */
export function observedTrace(observations: readonly Observation[], timeFactor: number, fromS: number): Trace {
  const rates = new Map(observations.map(({ second, requestsPerS }) => [second, requestsPerS]));
  const lastS = observations.at(-1)?.second ?? fromS - 1;
  return {
    name: 'observed',
    durationS: Math.max(0, Math.ceil((lastS + 1 - fromS) * timeFactor)),
    at: (second) => rates.get(Math.floor(fromS + second / timeFactor)) ?? 0,
  };
}

/** When the desired capacity turned, and how far it rose. */
export function capacityCourse(fleet: readonly Pick<Observation, 'second' | 'desired'>[]): CapacityCourse {
  const known = fleet.flatMap(({ second, desired }) => (desired === undefined ? [] : [{ second, desired }]));
  const turn = (changed: (now: number, before: number) => boolean) =>
    known.find(({ desired }, index) => changed(desired, known[index - 1]?.desired ?? desired))?.second;
  const outAtS = turn((now, before) => now > before);
  const inAtS = turn((now, before) => now < before);
  return {
    peak: Math.max(0, ...known.map(({ desired }) => desired)),
    ...(outAtS !== undefined && { outAtS }),
    ...(inAtS !== undefined && { inAtS }),
  };
}
