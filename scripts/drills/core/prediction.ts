import type { ScalingSettings } from '../../scaling/model/settings.ts';
import { simulate, type Trace } from '../../scaling/model/simulation.ts';
import type { CapacityCourse, Observation, Prediction } from './run-record.ts';

/** What a prediction is based on. */
export interface PredictOptions {
  readonly settings: ScalingSettings;
  /** Seconds of the model that pass in one of the run. */
  readonly timeFactor: number;
  /** Second of the run at which a period of the alarms begins, and the model with it. May lie before the run. */
  readonly fromS: number;
  /** From deregistration to termination, in seconds of the run. */
  readonly drainS: number;
  /** From a failure until the load balancer stops sending requests, in seconds of the run. */
  readonly detectS: number;
  /** Until CloudWatch shows a data point, in seconds of the model. */
  readonly metricDelayS: number;
  /** @default - measured: answers divided by the CPU that they took */
  readonly requestsPerInstance?: number | undefined;
}

/** From launch to service, in seconds of the model, where a run shows no launch. */
const USUAL_BOOT_S = 60;

/**
 * What the model predicts for the measured load, in the seconds of the run.
 *
 * @returns undefined when no CPU was measured and no capacity given, or when the fleet was not observed
 */
export function predict(options: PredictOptions, observations: readonly Observation[]): Prediction | undefined {
  const { settings, timeFactor, fromS, metricDelayS } = options;
  const seen = observations.filter(({ second, desired }) => second >= fromS && desired !== undefined);
  const initialSize = seen[0]?.desired;
  const requestsPerInstance = options.requestsPerInstance ?? measuredCapacity(observations);
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
      drainS: Math.round(options.drainS * timeFactor),
      detectS: Math.round(options.detectS * timeFactor),
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

/** The measured load from `fromS` on, in the model's seconds; none where nothing was observed. */
export function observedTrace(observations: readonly Observation[], timeFactor: number, fromS: number): Trace {
  const rates = new Map(observations.map(({ second, requestsPerS }) => [second, requestsPerS]));
  const lastS = observations.at(-1)?.second ?? fromS - 1;
  return {
    name: 'observed',
    durationS: Math.max(0, Math.ceil((lastS + 1 - fromS) * timeFactor)),
    at: (second) => rates.get(Math.floor(fromS + second / timeFactor)) ?? 0,
  };
}

/** When the desired capacity first changed in each direction, and its maximum. */
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

/**
 * Requests per second that one instance answers at 100 % CPU: all answers, divided by the CPU that the fleet used
 * meanwhile. Undefined when no CPU was measured.
 */
export function measuredCapacity(observations: readonly Observation[]): number | undefined {
  let answered = 0;
  let busyInstances = 0;
  for (const { requestsPerS, errorsPerS, cpuPercent, inService } of observations) {
    if (requestsPerS === 0 || cpuPercent === undefined || inService === undefined) continue;
    answered += requestsPerS - errorsPerS;
    busyInstances += (cpuPercent / 100) * inService;
  }
  return answered > 0 && busyInstances > 0 ? answered / busyInstances : undefined;
}

/** Seconds from the first scale-out until as many instances as desired were in service; undefined when that was not seen. */
export function measuredBootS(observations: readonly Observation[]): number | undefined {
  const launched = observations.find(
    ({ desired = 0 }, index) => desired > (observations[index - 1]?.desired ?? desired),
  );
  if (launched?.desired === undefined) return undefined;
  const { second: launchedS, desired } = launched;
  const complete = observations.find(({ second, inService = 0 }) => second >= launchedS && inService >= desired);
  return complete && complete.second - launchedS;
}
