import { evaluationIntervalS, ScalingController } from './controller.ts';
import { type Fault, type InstanceTimes, SimulatedFleet } from './fleet.ts';
import { metricRecorder } from './metrics.ts';
import { directionOf, type ScalingSettings } from './settings.ts';
import { withinBounds } from './step-scaling.ts';

/** Requests per second over time. */
export interface Trace {
  readonly name: string;
  readonly durationS: number;
  /** Demand during the second that begins at `second`. */
  at(second: number): number;
}

/** Everything a simulation depends on. */
export interface Scenario {
  readonly settings: ScalingSettings;
  readonly times: Omit<InstanceTimes, 'warmupS'>;
  /** Requests per second that one instance serves at 100 % CPU. */
  readonly requestsPerInstance: number;
  /** Seconds from the end of a period until CloudWatch shows its data point. */
  readonly metricDelayS: number;
  readonly trace: Trace;
  /** @default - nothing fails */
  readonly faults?: readonly Fault[];
  /** @default - the smallest size that does not scale out at the first second's demand */
  readonly initialSize?: number | undefined;
}

/** One simulated second. Rates are requests per second. */
export interface Second {
  readonly second: number;
  readonly demand: number;
  readonly served: number;
  readonly capacity: number;
  readonly inService: number;
  /** Launched, but not in service yet. */
  readonly pending: number;
  readonly desired: number;
  /** Instances that are paid for, whatever their state. */
  readonly running: number;
  readonly cpuPercent: number;
}

/** What a simulation yields. */
export type Simulation = ReturnType<typeof simulate>;

/** Simulates the scaling of one group under a load trace, second by second. */
export function simulate(scenario: Scenario) {
  const { settings, trace, requestsPerInstance, faults = [] } = scenario;
  const size = withinBounds(scenario.initialSize ?? fittingSize(scenario), settings.bounds);
  const controller = new ScalingController(settings, size, scenario.metricDelayS);
  const fleet = new SimulatedFleet(size, settings.zones, { ...scenario.times, warmupS: settings.warmupS });
  const record = metricRecorder(settings, controller);
  const intervalS = evaluationIntervalS(settings);
  const seconds: Second[] = [];
  const events = faults.map((fault) => ({ second: fault.atS, kind: 'fault', text: faultText(fault) }));

  for (let second = 0; second < trace.durationS; second++) {
    for (const fault of faults) fleet.apply(fault, second);
    fleet.advance(second);
    if (second > 0 && second % intervalS === 0) events.push(...evaluate(controller, fleet, second));
    const { desired } = controller;
    fleet.follow(desired, second);
    const demand = trace.at(second);
    const { targets, healthy, measured, pending } = fleet.counts(second);
    // The load balancer spreads requests evenly over its targets; what an instance cannot take is refused.
    const requestsPerTarget = targets === 0 ? 0 : demand / targets;
    const taken = Math.min(requestsPerTarget, requestsPerInstance);
    const served = healthy * taken;
    const capacity = healthy * requestsPerInstance;
    const cpuPercent = healthy === 0 ? 0 : (100 * taken) / requestsPerInstance;
    record(second + 1, { cpuPercent: measured === 0 ? undefined : cpuPercent, requestsPerTarget });
    const { size: running } = fleet;
    seconds.push({ second, demand, served, capacity, inService: targets, pending, desired, running, cpuPercent });
  }
  return { seconds, events: events.toSorted((one, other) => one.second - other.second) };
}

function faultText(fault: Fault): string {
  return fault.kind === 'kill' ? `${fault.count} instances stop answering` : `zone ${fault.zone} is lost`;
}

function evaluate(controller: ScalingController, fleet: SimulatedFleet, second: number) {
  const before = controller.desired;
  const { desired, changes } = controller.evaluate(second, fleet.counts(second));
  const alarms = changes.map(({ alarm, to }) => ({ second, kind: 'alarm', text: `${alarm} is ${to}` }));
  if (desired === before) return alarms;
  return [...alarms, { second, kind: 'scaling', text: `desired capacity ${before} → ${desired}` }];
}

function fittingSize({ settings, trace, requestsPerInstance }: Scenario): number {
  const cpuAlarms = settings.rules
    .filter((rule) => directionOf(rule) === 'out' && /cpu/i.test(rule.alarm.metric))
    .map(({ alarm }) => alarm.threshold);
  const usablePercent = Math.min(100, ...cpuAlarms);
  return Math.floor((trace.at(0) * 100) / (requestsPerInstance * usablePercent)) + 1;
}
