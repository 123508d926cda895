import type { ScalingAlarm, ScalingRule, ScalingSettings } from '../../../../scripts/scaling/model/settings.ts';

const cpu = {
  metric: 'AWS/EC2 CPUUtilization',
  periodS: 60,
  evaluationPeriods: 2,
  datapointsToAlarm: 2,
  treatMissingData: 'missing',
} as const;

/** Scale-out above 60 %: one instance, and three above 80 %. */
export const outRule: ScalingRule = {
  alarm: { ...cpu, name: 'CpuHigh', threshold: 60, comparison: 'GreaterThanOrEqualToThreshold' },
  policy: {
    name: 'Out',
    adjustmentType: 'ChangeInCapacity',
    steps: [
      { lowerBound: 0, upperBound: 20, adjustment: 1 },
      { lowerBound: 20, adjustment: 3 },
    ],
  },
};

/** Scale-in below 40 %: one instance. */
export const inRule: ScalingRule = {
  alarm: { ...cpu, name: 'CpuLow', threshold: 40, comparison: 'LessThanOrEqualToThreshold' },
  policy: { name: 'In', adjustmentType: 'ChangeInCapacity', steps: [{ upperBound: 0, adjustment: -1 }] },
};

/** A group of 2 to 8 instances in two zones. */
export const settings: ScalingSettings = {
  bounds: { min: 2, max: 8 },
  zones: ['a', 'b'],
  warmupS: 120,
  rules: [outRule, inRule],
};

/** The same settings with one alarm changed. */
export function withAlarm(rule: ScalingRule, change: Partial<ScalingAlarm>): ScalingSettings {
  const rules = settings.rules.map((each) => (each === rule ? { ...rule, alarm: { ...rule.alarm, ...change } } : each));
  return { ...settings, rules };
}
