import { z } from 'zod';
import { directionOf, type ScalingRule, type ScalingSettings } from '../model/settings.ts';
import { alarmSchema } from './alarm.ts';
import { groupZones, type ServingGroup } from './group.ts';
import { refersTo, type StageTemplates } from './stage.ts';

/** The cooldown of a group that sets neither a cooldown nor a warm-up. */
const DEFAULT_COOLDOWN_S = 300;

const stepSchema = z
  .object({
    MetricIntervalLowerBound: z.coerce.number().optional(),
    MetricIntervalUpperBound: z.coerce.number().optional(),
    ScalingAdjustment: z.coerce.number(),
  })
  .transform(({ MetricIntervalLowerBound: lowerBound, MetricIntervalUpperBound: upperBound, ScalingAdjustment }) => ({
    ...(lowerBound !== undefined && { lowerBound }),
    ...(upperBound !== undefined && { upperBound }),
    adjustment: ScalingAdjustment,
  }));

const policySchema = z.object({
  AutoScalingGroupName: z.string(),
  PolicyType: z.literal('StepScaling', 'the reader models StepScaling only'),
  AdjustmentType: z.enum(['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity']),
  MetricAggregationType: z.enum(['Average', 'Minimum', 'Maximum']).default('Average'),
  MinAdjustmentMagnitude: z.coerce.number().optional(),
  EstimatedInstanceWarmup: z.coerce.number().optional(),
  StepAdjustments: z.array(stepSchema),
});

const actionsSchema = z.object({ AlarmActions: z.array(z.string()).default([]) });

/** Reads bounds, zones, alarms and step policies of a group. @throws Error when a policy has no alarm. */
export function readScaling(stage: StageTemplates, group: ServingGroup): ScalingSettings {
  const rules: ScalingRule[] = [];
  const scaleOutWarmups: number[] = [];
  for (const { stack, logicalId, properties } of stage.list('AWS::AutoScaling::ScalingPolicy', policySchema)) {
    if (!refersTo(properties.AutoScalingGroupName, group)) continue;
    const { MinAdjustmentMagnitude: magnitude, EstimatedInstanceWarmup: warmupS } = properties;
    const rule = {
      alarm: readAlarm(stage, { stack, logicalId }),
      policy: {
        name: logicalId,
        adjustmentType: properties.AdjustmentType,
        aggregation: properties.MetricAggregationType,
        ...(magnitude !== undefined && { minAdjustmentMagnitude: magnitude }),
        steps: properties.StepAdjustments,
      },
    };
    rules.push(rule);
    if (warmupS !== undefined && directionOf(rule) === 'out') scaleOutWarmups.push(warmupS);
  }
  const { MinSize, MaxSize, DefaultInstanceWarmup, Cooldown } = group.properties;
  return {
    bounds: { min: MinSize, max: MaxSize },
    zones: groupZones(stage, group),
    // The model has one warm-up per instance: of several scale-out policies the longest decides.
    warmupS:
      scaleOutWarmups.length > 0
        ? Math.max(...scaleOutWarmups)
        : (DefaultInstanceWarmup ?? Cooldown ?? DEFAULT_COOLDOWN_S),
    rules,
  };
}

/** Reads the alarm that starts a policy. */
function readAlarm(stage: StageTemplates, policy: { stack: string; logicalId: string }): ScalingRule['alarm'] {
  const starting = stage
    .list('AWS::CloudWatch::Alarm', actionsSchema.loose())
    .find(({ properties }) => properties.AlarmActions.some((action) => refersTo(action, policy)));
  if (!starting) throw new Error(`${policy.stack}/${policy.logicalId} is started by no alarm of the stage`);
  const alarm = alarmSchema.safeParse(starting.properties).data;
  const { metric, periodS } = alarm ?? {};
  if (alarm && metric && periodS !== undefined) return { ...alarm, name: starting.logicalId, metric, periodS };
  throw new Error(
    `${starting.stack}/${starting.logicalId} starts a scaling policy, but is no alarm on one metric with a fixed ` +
      'threshold: expected Namespace, MetricName, Period, Threshold and a plain ComparisonOperator',
  );
}
