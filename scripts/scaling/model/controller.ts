import { type AlarmState, type Datapoint, evaluateAlarm, evaluatedDatapoints, evaluationRange } from './alarm.ts';
import { alarmsOf, type ScalingAlarm, type ScalingRule, type ScalingSettings } from './settings.ts';
import { aggregate, type FleetCounts, nextDesired, withinBounds } from './step-scaling.ts';

/** Seconds from the end of a period until CloudWatch shows its data point, as a rule; no document promises it. */
export const USUAL_METRIC_DELAY_S = 60;

/** Seconds between two evaluations of an alarm: a minute, or 10 s for periods below a minute. */
export function evaluationIntervalS(settings: ScalingSettings): number {
  return settings.rules.some(({ alarm }) => alarm.periodS < 60) ? 10 : 60;
}

/**
 * CloudWatch and Amazon EC2 Auto Scaling for one group: data points in, desired capacity out. The simulation and the
 * rehearsal drive it alike and define its seconds.
 *
 * An alarm invokes its scaling policy at every evaluation while it is in ALARM, not only on the change; when several
 * policies disagree, the largest capacity wins.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scale-based-on-demand.html
 */
export class ScalingController {
  readonly #settings: ScalingSettings;
  readonly #metricDelayS: number;
  readonly #states = new Map<string, AlarmState>();
  readonly #datapoints = new Map<string, number>();
  #desired: number;

  /** `metricDelayS` is the time from the end of a period until its data point can be seen. */
  constructor(settings: ScalingSettings, desired: number, metricDelayS: number) {
    this.#settings = settings;
    this.#desired = withinBounds(desired, settings.bounds);
    this.#metricDelayS = metricDelayS;
  }

  /** The desired capacity of the group. */
  get desired(): number {
    return this.#desired;
  }

  /** Current state of every alarm, by name. */
  get alarms(): ReadonlyMap<string, AlarmState> {
    return this.#states;
  }

  /** Adds an alarm's value of the period that ends at `endS`. A period without a call has no data. */
  observe(alarm: ScalingAlarm, endS: number, value: number): void {
    this.#datapoints.set(`${alarm.name} ${endS}`, value);
  }

  /** Evaluates all alarms with the data that can be seen at `nowS`, and runs the policies of those in ALARM. */
  evaluate(nowS: number, fleet: FleetCounts) {
    const changes = this.#updateStates(nowS);
    const triggered = this.#settings.rules.filter(({ alarm }) => this.#states.get(alarm.name) === 'ALARM');
    const proposals = triggered.flatMap((rule) => this.#propose(rule, nowS, fleet));
    if (proposals.length > 0) this.#desired = Math.max(...proposals);
    return { desired: this.#desired, changes };
  }

  #updateStates(nowS: number) {
    return alarmsOf(this.#settings).flatMap((alarm) => {
      const from = this.#states.get(alarm.name) ?? 'INSUFFICIENT_DATA';
      const to = evaluateAlarm(alarm, this.#visible(alarm, nowS), from);
      this.#states.set(alarm.name, to);
      return from === to ? [] : [{ alarm: alarm.name, from, to }];
    });
  }

  /** Without a real data point there is no metric value to choose a step by, and nothing happens. */
  #propose({ alarm, policy }: ScalingRule, nowS: number, fleet: FleetCounts): number[] {
    const values = evaluatedDatapoints(alarm, this.#visible(alarm, nowS));
    if (values.length === 0) return [];
    const metric = aggregate(values, policy.aggregation);
    return [nextDesired(policy, metric, alarm.threshold, this.#desired, fleet, this.#settings.bounds)];
  }

  #visible(alarm: ScalingAlarm, nowS: number): Datapoint[] {
    const lastEndS = Math.floor((nowS - this.#metricDelayS) / alarm.periodS) * alarm.periodS;
    const range = evaluationRange(alarm);
    const ends = Array.from({ length: range }, (_, index) => lastEndS - (range - 1 - index) * alarm.periodS);
    return ends.map((endS) => this.#datapoints.get(`${alarm.name} ${endS}`));
  }
}
