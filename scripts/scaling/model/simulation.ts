import { evaluationIntervalS, ScalingController } from './controller.ts';
import { type InstanceTimes, type Serving, SimulatedFleet } from './fleet.ts';
import { MetricRecorder } from './metrics.ts';
import { alarmsOf, directionOf, type ScalingSettings } from './settings.ts';
import { withinBounds } from './step-scaling.ts';

/** Requests per second over time. */
export interface Trace {
  readonly name: string;
  readonly durationS: number;
  /** Demand during the second that begins at `second`. */
  at(second: number): number;
}

/** Something that goes wrong at a given second. */
export type Fault =
  | { readonly kind: 'kill'; readonly count: number; readonly atS: number }
  | { readonly kind: 'lose-zone'; readonly zone: string; readonly atS: number; readonly untilS: number };

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
  readonly desired: number;
  /** Instances that are paid for, whatever their state. */
  readonly running: number;
  readonly cpuPercent: number;
}

/** A notable event of a second. */
export interface SimulationEvent {
  readonly second: number;
  readonly kind: 'alarm' | 'scaling' | 'fault';
  readonly text: string;
}

/** What a simulation yields. */
export interface Simulation {
  readonly seconds: readonly Second[];
  readonly events: readonly SimulationEvent[];
}

/** Plays a load trace against the scaling of one group, second by second. */
export function simulate(scenario: Scenario): Simulation {
  const { settings, trace, requestsPerInstance, faults = [] } = scenario;
  const size = withinBounds(scenario.initialSize ?? fittingSize(scenario), settings.bounds);
  const controller = new ScalingController(settings, size, scenario.metricDelayS);
  const fleet = new SimulatedFleet(size, settings.zones, { ...scenario.times, warmupS: settings.warmupS });
  const recorder = new MetricRecorder(alarmsOf(settings), controller);
  const intervalS = evaluationIntervalS(settings);
  const seconds: Second[] = [];
  const events: SimulationEvent[] = faults.map((fault) => ({
    second: fault.atS,
    kind: 'fault',
    text: faultText(fault),
  }));

  for (let second = 0; second < trace.durationS; second++) {
    applyFaults(faults, fleet, second);
    fleet.advance(second);
    if (second > 0 && second % intervalS === 0) events.push(...evaluate(controller, fleet, second));
    fleet.follow(controller.desired, second);
    const demand = trace.at(second);
    const serving = fleet.serving(second);
    const answer = serve(demand, serving, requestsPerInstance);
    recorder.record(second + 1, { cpuPercent: answer.measuredPercent, requestsPerTarget: answer.perTarget });
    seconds.push({
      second,
      demand,
      served: answer.served,
      capacity: serving.healthy * requestsPerInstance,
      inService: serving.targets,
      desired: controller.desired,
      running: fleet.size,
      cpuPercent: answer.cpuPercent,
    });
  }
  return { seconds, events: events.toSorted((one, other) => one.second - other.second) };
}

function applyFaults(faults: readonly Fault[], fleet: SimulatedFleet, nowS: number): void {
  for (const fault of faults) {
    if (fault.kind === 'kill' && fault.atS === nowS) fleet.kill(fault.count, nowS);
    if (fault.kind === 'lose-zone' && fault.atS === nowS) fleet.loseZone(fault.zone, nowS);
    if (fault.kind === 'lose-zone' && fault.untilS === nowS) fleet.restoreZone(fault.zone);
  }
}

function faultText(fault: Fault): string {
  return fault.kind === 'kill' ? `${fault.count} instances stop answering` : `zone ${fault.zone} is lost`;
}

function evaluate(controller: ScalingController, fleet: SimulatedFleet, second: number): SimulationEvent[] {
  const before = controller.desired;
  const { desired, changes } = controller.evaluate(second, fleet.counts(second));
  const alarms = changes.map(({ alarm, to }) => ({ second, kind: 'alarm' as const, text: `${alarm} is ${to}` }));
  if (desired === before) return alarms;
  return [...alarms, { second, kind: 'scaling', text: `desired capacity ${before} → ${desired}` }];
}

/** The load balancer spreads requests evenly over its targets; what an instance cannot take is refused. */
function serve(demand: number, { targets, healthy, measured }: Serving, requestsPerInstance: number) {
  const perTarget = targets === 0 ? 0 : demand / targets;
  const taken = Math.min(perTarget, requestsPerInstance);
  const cpuPercent = healthy === 0 ? 0 : (100 * taken) / requestsPerInstance;
  return { served: healthy * taken, perTarget, cpuPercent, measuredPercent: measured === 0 ? undefined : cpuPercent };
}

function fittingSize({ settings, trace, requestsPerInstance }: Scenario): number {
  const cpuAlarms = settings.rules
    .filter((rule) => directionOf(rule) === 'out' && /cpu/i.test(rule.alarm.metric))
    .map(({ alarm }) => alarm.threshold);
  const usablePercent = Math.min(100, ...cpuAlarms);
  return Math.floor((trace.at(0) * 100) / (requestsPerInstance * usablePercent)) + 1;
}
