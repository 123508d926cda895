import { timeAxis, valueAxis } from '../../../cli/chart-axes.ts';
import type { Chart, Curve, Mark } from '../../../cli/svg-chart.ts';
import type { DrillRun, Observation, PredictedSecond, Span } from '../run-record.ts';

/** The charts of a run, from what users see down to the fleet. A prediction lies under its measurement. */
export function chartsOf({ durationS, observations, prediction, faults, alarms }: DrillRun): Chart[] {
  const measured = (look: string, label: string, shape: Curve['shape'], value: ValueOf<Observation>): Curve => ({
    label,
    look,
    shape,
    points: observations.map((each) => [each.second, value(each)]),
  });
  const predicted = (label: string, shape: Curve['shape'], value: ValueOf<PredictedSecond>): Curve => ({
    label,
    look: 'predicted',
    shape,
    points: prediction?.seconds.map((each) => [each.second, value(each)]) ?? [],
  });
  const x = timeAxis(durationS);
  const mark = (look: string, label: string, { fromS, toS }: Span) => ({ look, label, from: fromS, to: toS });
  const marks: Mark[] = [
    ...faults.map((fault) => mark('fault', fault.text, fault)),
    ...alarms.map((alarm) => ({ ...mark('alarm', `${alarm.name} in ALARM`, alarm), isOnAxis: true })),
  ];
  const charts: Pick<Chart, 'title' | 'curves' | 'y'>[] = [
    {
      title: 'Requests per second',
      curves: [
        measured('requests', 'all', 'area', ({ requestsPerS }) => requestsPerS),
        predicted('load of the simulation', 'line', ({ demandPerS }) => demandPerS),
        measured('errors', 'failed', 'area', ({ errorsPerS }) => (errorsPerS > 0 ? errorsPerS : undefined)),
      ],
    },
    {
      title: 'Latency, ms',
      curves: [
        measured('p99', 'p99', 'area', ({ p99Ms }) => p99Ms),
        measured('p95', 'p95', 'line', ({ p95Ms }) => p95Ms),
        measured('p50', 'p50', 'line', ({ p50Ms }) => p50Ms),
      ],
    },
    {
      title: 'CPU of the fleet, %',
      y: valueAxis(100),
      curves: [
        predicted('predicted', 'line', ({ cpuPercent }) => cpuPercent),
        measured('cpu', 'average', 'line', ({ cpuPercent }) => cpuPercent && Math.min(100, cpuPercent)),
      ],
    },
    {
      title: 'Instances',
      curves: [
        predicted('in service, predicted', 'step-area', ({ inService }) => inService),
        predicted('desired, predicted', 'step', ({ desired }) => desired),
        measured('desired', 'desired', 'step', ({ desired }) => desired),
        measured('in-service', 'in service', 'step', ({ inService }) => inService),
      ],
    },
  ];
  return charts.map((chart) => ({ ...chart, x, marks }));
}

type ValueOf<Second> = (second: Second) => number | undefined;
