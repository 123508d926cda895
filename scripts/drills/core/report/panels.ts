import type { Curve, Panel } from '../../../cli/svg-chart.ts';
import type { DrillRun, Observation, PredictedSecond } from '../run-record.ts';
import type { Point } from './scale.ts';

/** The panels of a run, from what users see down to the fleet. The model's prediction lies under the measurement. */
export function panelsOf({ observations, prediction }: DrillRun): Panel[] {
  const points = (value: (observation: Observation) => number | undefined): Point[] =>
    observations.map((observation) => [observation.second, value(observation)]);
  const curve = (
    label: string,
    look: string,
    shape: Curve['shape'],
    value: (each: Observation) => number | undefined,
  ) => ({
    label,
    look,
    shape,
    points: points(value),
  });
  const predicted = (label: string, shape: Curve['shape'], value: (each: PredictedSecond) => number): Curve => ({
    label,
    look: 'predicted',
    shape,
    points: prediction?.seconds.map((each) => [each.second, value(each)]) ?? [],
  });
  return [
    {
      title: 'Requests per second',
      curves: [
        curve('all', 'requests', 'area', ({ requestsPerS }) => requestsPerS),
        predicted('load of the simulation', 'line', ({ demandPerS }) => demandPerS),
        curve('failed', 'errors', 'area', ({ errorsPerS }) => (errorsPerS > 0 ? errorsPerS : undefined)),
      ],
    },
    {
      title: 'Latency, ms',
      curves: [
        curve('p99', 'p99', 'area', ({ p99Ms }) => p99Ms),
        curve('p95', 'p95', 'line', ({ p95Ms }) => p95Ms),
        curve('p50', 'p50', 'line', ({ p50Ms }) => p50Ms),
      ],
    },
    {
      title: 'CPU of the fleet, %',
      atLeast: 100,
      curves: [
        predicted('predicted', 'line', ({ cpuPercent }) => cpuPercent),
        curve('average', 'cpu', 'line', ({ cpuPercent }) => cpuPercent && Math.min(100, cpuPercent)),
      ],
    },
    {
      title: 'Instances',
      curves: [
        predicted('in service, predicted', 'step-area', ({ inService }) => inService),
        predicted('desired, predicted', 'step', ({ desired }) => desired),
        curve('desired', 'desired', 'step', ({ desired }) => desired),
        curve('in service', 'in-service', 'step', ({ inService }) => inService),
      ],
    },
  ];
}
