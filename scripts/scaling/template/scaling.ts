import { z } from 'zod';
import { directionOf, type ScalingAlarm, type ScalingRule, type ScalingSettings } from '../model/settings.ts';
import type { StepPolicy } from '../model/step-scaling.ts';
import { groupZones, type ServingGroup } from './group.ts';
import { refersTo, type StageResource, type StageTemplates } from './stage.ts';

/** The cooldown of a group that sets neither a cooldown nor a warm-up. */
const DEFAULT_COOLDOWN_S = 300;

const policySchema = z.object({
  AutoScalingGroupName: z.string(),
  PolicyType: z.literal('StepScaling', 'the reader models StepScaling only'),
  AdjustmentType: z.enum(['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity']),
  MetricAggregationType: z.enum(['Average', 'Minimum', 'Maximum']).default('Average'),
  MinAdjustmentMagnitude: z.coerce.number().optional(),
  EstimatedInstanceWarmup: z.coerce.number().optional(),
  StepAdjustments: z.array(
    z.object({
      MetricIntervalLowerBound: z.coerce.number().optional(),
      MetricIntervalUpperBound: z.coerce.number().optional(),
      ScalingAdjustment: z.coerce.number(),
    }),
  ),
});

const alarmSchema = z.object({
  AlarmActions: z.array(z.string()).default([]),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Period: z.coerce.number().optional(),
  Metrics: z.array(z.unknown()).optional(),
  EvaluationPeriods: z.coerce.number(),
  DatapointsToAlarm: z.coerce.number().optional(),
  Threshold: z.coerce.number().optional(),
  ComparisonOperator: z.string(),
  TreatMissingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).default('missing'),
});

const comparisonSchema = z.enum([
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
]);

type PolicyResource = StageResource<z.output<typeof policySchema>>;
type AlarmResource = StageResource<z.output<typeof alarmSchema>>;

/** Reads bounds, zones, alarms and step policies of a group. @throws Error when a policy has no alarm. */
export function readScaling(stage: StageTemplates, group: ServingGroup): ScalingSettings {
  const alarms = stage.list('AWS::CloudWatch::Alarm', alarmSchema);
  const policies = stage
    .list('AWS::AutoScaling::ScalingPolicy', policySchema)
    .filter(({ properties }) => refersTo(properties.AutoScalingGroupName, group));
  const warmups = new Map<ScalingRule, number | undefined>();
  for (const resource of policies) {
    const alarm = alarms.find(({ properties }) => properties.AlarmActions.some((action) => refersTo(action, resource)));
    if (!alarm) throw new Error(`${resource.stack}/${resource.logicalId} is started by no alarm of the stage`);
    warmups.set({ alarm: readAlarm(alarm), policy: readPolicy(resource) }, resource.properties.EstimatedInstanceWarmup);
  }
  const { MinSize, MaxSize, DefaultInstanceWarmup, Cooldown } = group.properties;
  const ofScaleOut = [...warmups]
    .filter(([rule]) => directionOf(rule) === 'out')
    .flatMap(([, warmupS]) => warmupS ?? []);
  return {
    bounds: { min: MinSize, max: MaxSize },
    zones: groupZones(stage, group),
    // An instance has one age: with several scale-out policies the most cautious one decides.
    warmupS:
      ofScaleOut.length > 0 ? Math.max(...ofScaleOut) : (DefaultInstanceWarmup ?? Cooldown ?? DEFAULT_COOLDOWN_S),
    rules: [...warmups.keys()],
  };
}

function readPolicy({ logicalId, properties }: PolicyResource): StepPolicy {
  const { MinAdjustmentMagnitude: magnitude } = properties;
  return {
    name: logicalId,
    adjustmentType: properties.AdjustmentType,
    aggregation: properties.MetricAggregationType,
    ...(magnitude === undefined ? {} : { minAdjustmentMagnitude: magnitude }),
    steps: properties.StepAdjustments.map((step) => ({
      ...(step.MetricIntervalLowerBound === undefined ? {} : { lowerBound: step.MetricIntervalLowerBound }),
      ...(step.MetricIntervalUpperBound === undefined ? {} : { upperBound: step.MetricIntervalUpperBound }),
      adjustment: step.ScalingAdjustment,
    })),
  };
}

function readAlarm({ stack, logicalId, properties }: AlarmResource): ScalingAlarm {
  const { Namespace, MetricName, Period, Threshold, EvaluationPeriods } = properties;
  const comparison = comparisonSchema.safeParse(properties.ComparisonOperator);
  if (!Namespace || !MetricName || !Period || Threshold === undefined || !comparison.success) {
    throw new Error(
      `${stack}/${logicalId} starts a scaling policy, but is no alarm on one metric with a fixed threshold: ` +
        'expected Namespace, MetricName, Period, Threshold and a plain ComparisonOperator',
    );
  }
  return {
    name: logicalId,
    metric: `${Namespace} ${MetricName}`,
    periodS: Period,
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: properties.DatapointsToAlarm ?? EvaluationPeriods,
    threshold: Threshold,
    comparison: comparison.data,
    treatMissingData: properties.TreatMissingData,
  };
}
