import { METRIC_NAMESPACE, METRICS } from '../../../server/contract.ts';
import type { ScalingController } from './controller.ts';
import type { ScalingAlarm } from './settings.ts';

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

/** Collects what alarms watch and hands each period's data point to the controller. */
export class MetricRecorder {
  readonly #alarms: readonly (readonly [ScalingAlarm, Metric])[];
  readonly #controller: ScalingController;
  #seconds: Load[] = [];

  /** @throws Error for an alarm on a metric that the model cannot compute. */
  constructor(alarms: readonly ScalingAlarm[], controller: ScalingController) {
    this.#alarms = alarms.map((alarm) => [alarm, modelOf(alarm)]);
    this.#controller = controller;
  }

  /** Adds the second that ends at `endS`. */
  record(endS: number, load: Load): void {
    this.#seconds.push(load);
    for (const [alarm, metric] of this.#alarms) {
      if (endS % alarm.periodS !== 0) continue;
      const value = metric(this.#seconds.slice(-alarm.periodS));
      if (value !== undefined) this.#controller.observe(alarm, endS, value);
    }
    const longestS = Math.max(0, ...this.#alarms.map(([alarm]) => alarm.periodS));
    if (this.#seconds.length > 2 * longestS) this.#seconds = this.#seconds.slice(-longestS);
  }
}

function modelOf(alarm: ScalingAlarm): Metric {
  const metric = MODELLED[alarm.metric];
  if (metric) return metric;
  const known = Object.keys(MODELLED).join(', ');
  throw new Error(`alarm ${alarm.name} scales on '${alarm.metric}', which the model cannot compute: expected ${known}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
