import type { AlarmRule } from './alarm.ts';
import type { Bounds, StepPolicy } from './step-scaling.ts';

/** A CloudWatch alarm that triggers a scaling policy. */
export interface ScalingAlarm extends AlarmRule {
  readonly name: string;
  /** Namespace and name, as in `AWS/EC2 CPUUtilization`. */
  readonly metric: string;
  readonly periodS: number;
}

/** An alarm and the policy it triggers. */
export interface ScalingRule {
  readonly alarm: ScalingAlarm;
  readonly policy: StepPolicy;
}

/** Everything that decides the size of one Auto Scaling group. */
export interface ScalingSettings {
  readonly bounds: Bounds;
  readonly zones: readonly string[];
  /** Seconds after entering service during which an instance counts neither as capacity nor in the group's metrics. */
  readonly warmupS: number;
  readonly rules: readonly ScalingRule[];
}

/** The alarms of all rules, each once. */
export function alarmsOf({ rules }: ScalingSettings): ScalingAlarm[] {
  return [...new Map(rules.map(({ alarm }) => [alarm.name, alarm])).values()];
}

/** Whether a rule adds capacity, or removes it. */
export function directionOf({ policy, alarm }: ScalingRule): 'out' | 'in' {
  if (policy.adjustmentType === 'ExactCapacity') return alarm.comparison.startsWith('Greater') ? 'out' : 'in';
  return policy.steps.some(({ adjustment }) => adjustment > 0) ? 'out' : 'in';
}
