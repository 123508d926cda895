import { METRIC_NAMESPACE, METRICS } from '../../../server/contract.ts';
import type { ScalingController } from './controller.ts';
import { alarmsOf, type ScalingAlarm, type ScalingSettings } from './settings.ts';

/** What one simulated second contributes to the metrics of the group. */
export interface Load {
  /** CPU of the measured instances in percent; undefined when none reports. */
  readonly cpuPercent: number | undefined;
  readonly requestsPerTarget: number;
}

/** Sums up the seconds of one period; undefined is no data. */
type Metric = (seconds: readonly Load[]) => number | undefined;

const cpu: Metric = (seconds) => {
  const values = seconds.map(({ cpuPercent }) => cpuPercent).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : sum(values) / values.length;
};

/** The metrics that the model can compute, and so the ones that a scaling alarm may watch. */
const MODELLED: Readonly<Record<string, Metric>> = {
  'AWS/EC2 CPUUtilization': cpu,
  [`${METRIC_NAMESPACE} ${METRICS.hostCpu.name}`]: cpu,
  'AWS/ApplicationELB RequestCountPerTarget': (seconds) => sum(seconds.map((second) => second.requestsPerTarget)),
};

/** Takes second after second, and hands each period's data point to the controller. @throws Error for other metrics. */
export function metricRecorder(settings: ScalingSettings, controller: ScalingController) {
  const alarms = alarmsOf(settings).map((alarm) => ({ alarm, metric: metricOf(alarm) }));
  const longestS = Math.max(0, ...alarms.map(({ alarm }) => alarm.periodS));
  const seconds: Load[] = [];
  return (endS: number, load: Load): void => {
    seconds.push(load);
    if (seconds.length > longestS) seconds.shift();
    for (const { alarm, metric } of alarms) {
      const value = endS % alarm.periodS === 0 ? metric(seconds.slice(-alarm.periodS)) : undefined;
      if (value !== undefined) controller.observe(alarm, endS, value);
    }
  };
}

function metricOf(alarm: ScalingAlarm): Metric {
  const metric = MODELLED[alarm.metric];
  if (metric) return metric;
  const known = Object.keys(MODELLED).join(', ');
  throw new Error(`alarm ${alarm.name} scales on '${alarm.metric}', which the model cannot compute: expected ${known}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
