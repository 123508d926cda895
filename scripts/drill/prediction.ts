import { type Scenario, simulate, type Trace } from '../model/simulation.ts';
import type { Observation, Prediction } from './data.ts';

/** A measured load as a trace for the model, in the model's seconds: each measured one stands for `timeFactor`. */
export function observedTrace(observations: readonly Observation[], timeFactor = 1): Trace {
  const rates = new Map(observations.map(({ second, requestsPerS }) => [second, requestsPerS]));
  const lastS = observations.at(-1)?.second ?? -1;
  return {
    name: 'observed',
    durationS: Math.round((lastS + 1) * timeFactor),
    at: (second) => rates.get(Math.floor(second / timeFactor)) ?? 0,
  };
}

/** What the model would have expected of the load that was measured, in the seconds of the run. */
export function predict(
  scenario: Omit<Scenario, 'trace'>,
  observations: readonly Observation[],
  timeFactor = 1,
): Prediction[] {
  const { seconds } = simulate({ ...scenario, trace: observedTrace(observations, timeFactor) });
  return observations.flatMap(({ second }) => {
    const expected = seconds[Math.floor(second * timeFactor)];
    return expected ? [{ second, servedPerS: expected.served, inService: expected.inService }] : [];
  });
}
