import { Duration } from 'aws-cdk-lib';
import { type Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../runbook-alarm.ts';
import { groupMetric } from './group-metrics.ts';

/** The running image, and how old it may get. */
export interface ImageAlarmProps {
  readonly groupName: string;
  /** Epoch seconds of the bake. */
  readonly builtAt: number;
  readonly maxAgeDays: number;
}

const SECONDS_PER_DAY = 86_400;
const PERIOD = Duration.hours(1);

/** Watches the age of the image without any program: the age is the time of a data point less the time of the bake. */
export const imageAlarm = (scope: Construct, { groupName, builtAt, maxAgeDays }: ImageAlarmProps): Alarm =>
  runbookAlarm(scope, 'StaleImage', {
    means: `The image is older than ${maxAgeDays} days and lacks security updates since.`,
    runbook: 'bake a new image and deploy it; nothing is patched in place.',
    metric: new MathExpression({
      expression: `(EPOCH(fleet) - ${builtAt}) / ${SECONDS_PER_DAY}`,
      label: 'age of the image in days',
      period: PERIOD,
      usingMetrics: { fleet: groupMetric(groupName, 'GroupInServiceInstances', PERIOD) },
    }),
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: maxAgeDays,
    periods: 1,
    missing: TreatMissingData.IGNORE,
  });
