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

/** What the model predicts for the measured load, in the run's seconds; undefined without a capacity or a fleet. */
export function predict(options: PredictOptions, observations: readonly Observation[]): Prediction | undefined {
  const { settings, timeFactor, fromS, metricDelayS } = options;
  const seen = observations.filter(({ second, desired }) => second >= fromS && desired !== undefined);
  const initialSize = seen[0]?.desired;
  const requestsPerInstance = options.requestsPerInstance ?? measuredCapacity(observations);
  if (initialSize === undefined || requestsPerInstance === undefined) return undefined;
  const bootS = measuredBootS(seen) ?? USUAL_BOOT_S / timeFactor;
  const modelled = (runS: number) => Math.round(runS * timeFactor);
  const simulated = simulate({
    settings,
    requestsPerInstance,
    metricDelayS,
    initialSize,
    trace: observedTrace(observations, timeFactor, fromS),
    times: { bootS: modelled(bootS), drainS: modelled(options.drainS), detectS: modelled(options.detectS) },
  });
  const seconds = seen.flatMap(({ second }) => {
    // The model's first second that begins in this one.
    const found = simulated.seconds[Math.ceil((second - fromS) * timeFactor)];
    if (!found) return [];
    const { demand, cpuPercent, desired, inService } = found;
    return [{ second, demandPerS: demand, cpuPercent, desired, inService }];
  });
  const [predicted, measured] = [capacityCourse(seconds), capacityCourse(seen)];
  return { requestsPerInstance, bootS, seconds, predicted, measured };
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
  const changes = known.map(({ second, desired }, index) => ({
    second,
    by: desired - (known[index - 1]?.desired ?? desired),
  }));
  const out = changes.find(({ by }) => by > 0);
  const back = changes.find(({ by }) => by < 0);
  return {
    peak: Math.max(0, ...known.map(({ desired }) => desired)),
    ...(out && { outAtS: out.second }),
    ...(back && { inAtS: back.second }),
  };
}

/** Requests/s that an instance answers at 100 % CPU: all answers, divided by the CPU of the fleet; undefined without a CPU. */
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
  const { outAtS = Infinity } = capacityCourse(observations);
  const since = observations.filter(({ second }) => second >= outAtS);
  const wanted = since[0]?.desired ?? Infinity;
  const complete = since.find(({ inService = 0 }) => inService >= wanted);
  return complete && complete.second - outAtS;
}
