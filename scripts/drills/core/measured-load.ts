import type { Observation } from './run-record.ts';

/**
 * Requests per second that one instance answers at 100 % CPU: all that were answered, by the CPU that the fleet used
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

/** Seconds from the first scale-out until as many as desired were in service; undefined when that was not seen. */
export function measuredBootS(observations: readonly Observation[]): number | undefined {
  const launched = observations.find(
    ({ desired = 0 }, index) => desired > (observations[index - 1]?.desired ?? desired),
  );
  if (launched?.desired === undefined) return undefined;
  const { second: launchedS, desired } = launched;
  const whole = observations.find(({ second, inService = 0 }) => second >= launchedS && inService >= desired);
  return whole && whole.second - launchedS;
}
