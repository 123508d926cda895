import { z } from 'zod';

/** A CloudWatch alarm with a fixed threshold; defaults are those of the CloudWatch documentation. */
export const alarmSchema = z
  .object({
    Namespace: z.string().optional(),
    MetricName: z.string().optional(),
    Period: z.coerce.number().optional(),
    Threshold: z.coerce.number(),
    EvaluationPeriods: z.coerce.number(),
    DatapointsToAlarm: z.coerce.number().optional(),
    ComparisonOperator: z.enum([
      'GreaterThanOrEqualToThreshold',
      'GreaterThanThreshold',
      'LessThanThreshold',
      'LessThanOrEqualToThreshold',
    ]),
    TreatMissingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).default('missing'),
  })
  .transform((alarm) => ({
    /** Namespace and name; undefined for metric math. */
    metric: alarm.Namespace && alarm.MetricName && `${alarm.Namespace} ${alarm.MetricName}`,
    periodS: alarm.Period,
    evaluationPeriods: alarm.EvaluationPeriods,
    datapointsToAlarm: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
    threshold: alarm.Threshold,
    comparison: alarm.ComparisonOperator,
    treatMissingData: alarm.TreatMissingData,
  }));
