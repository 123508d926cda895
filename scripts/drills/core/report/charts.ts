import { timeAxis, valueAxis } from '../../../cli/chart-axes.ts';
import type { Chart, Curve, Mark, Point } from '../../../cli/svg-chart.ts';
import type { DrillRun, Observation, PredictedSecond } from '../run-record.ts';

/** The charts of a run, from what users see down to the fleet. A prediction lies under its measurement. */
export function chartsOf({ durationS, observations, prediction, faults, alarms }: DrillRun): Chart[] {
  const seen = observations.map((each) => ({
    ...each,
    errorsPerS: each.errorsPerS || undefined,
    cpuPercent: each.cpuPercent && Math.min(100, each.cpuPercent),
  }));
  const measured = (look: string, label: string, shape: Curve['shape'], field: keyof Observation): Curve => {
    const points = seen.map((each): Point => [each.second, each[field]]);
    return { label, look, shape, points };
  };
  const predicted = (label: string, shape: Curve['shape'], field: keyof PredictedSecond): Curve => {
    const points = (prediction?.seconds ?? []).map((each): Point => [each.second, each[field]]);
    return { label, look: 'predicted', shape, points };
  };
  const marks: Mark[] = [
    ...faults.map(({ text: label, fromS: from, toS: to }) => ({ look: 'fault', label, from, to })),
    ...alarms.map(({ name, fromS, toS }) => {
      return { look: 'alarm', label: `${name} in ALARM`, from: fromS, to: toS, isOnAxis: true };
    }),
  ];
  const charts: Pick<Chart, 'title' | 'curves' | 'y'>[] = [
    {
      title: 'Requests per second',
      curves: [
        measured('requests', 'all', 'area', 'requestsPerS'),
        predicted('load of the simulation', 'line', 'demandPerS'),
        measured('errors', 'failed', 'area', 'errorsPerS'),
      ],
    },
    {
      title: 'Latency, ms',
      curves: [
        measured('p99', 'p99', 'area', 'p99Ms'),
        measured('p95', 'p95', 'line', 'p95Ms'),
        measured('p50', 'p50', 'line', 'p50Ms'),
      ],
    },
    {
      title: 'CPU of the fleet, %',
      y: valueAxis(100),
      curves: [predicted('predicted', 'line', 'cpuPercent'), measured('cpu', 'average', 'line', 'cpuPercent')],
    },
    {
      title: 'Instances',
      curves: [
        predicted('in service, predicted', 'step-area', 'inService'),
        predicted('desired, predicted', 'step', 'desired'),
        measured('desired', 'desired', 'step', 'desired'),
        measured('in-service', 'in service', 'step', 'inService'),
      ],
    },
    { title: 'Memory of the largest worker, MB', curves: [measured('memory', 'resident', 'line', 'memoryMb')] },
  ];
  return charts.map((chart) => ({ ...chart, x: timeAxis(durationS), marks }));
}
