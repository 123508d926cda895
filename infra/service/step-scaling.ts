import { Duration } from 'aws-cdk-lib';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-autoscaling';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { type AlarmedPolicy, type Scaling, scaleInPolicy, scaleOutPolicy } from '../scaling/steps.ts';

const DESCRIPTIONS = {
  Out: 'Scales the fleet out; runbook: none, this is normal operation.',
  In: 'Scales the fleet in, and stays in ALARM while the fleet is idle; runbook: none, this is normal operation.',
} as const;

export interface StepScalingProps {
  readonly groupName: string;
  readonly scaling: Scaling;
}

/**
 * Alarms and step policies of the scaling steps. CDK's `scaleOnMetric` is not used, because its alarms have a period of
 * five minutes and do not set the treatment of missing data.
 */
export class StepScaling extends Construct {
  constructor(scope: Construct, id: string, { groupName, scaling }: StepScalingProps) {
    super(scope, id);
    const fleetCpu = new Metric({
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      dimensionsMap: { AutoScalingGroupName: groupName },
      statistic: Stats.AVERAGE,
      period: Duration.seconds(METRIC_PERIOD_S),
    });
    const add = (direction: 'Out' | 'In', policy: AlarmedPolicy, comparisonOperator: ComparisonOperator): void => {
      const { ref: policyArn } = new CfnScalingPolicy(this, `${direction}Policy`, {
        autoScalingGroupName: groupName,
        policyType: 'StepScaling',
        adjustmentType: 'ChangeInCapacity',
        metricAggregationType: 'Average',
        stepAdjustments: [...policy.adjustments],
        // Until it has warmed up, a new instance does not count in the average.
        estimatedInstanceWarmup: scaling.warmupS,
      });
      const alarm = new Alarm(this, `${direction}Alarm`, {
        alarmDescription: DESCRIPTIONS[direction],
        metric: fleetCpu,
        comparisonOperator,
        threshold: policy.threshold,
        evaluationPeriods: policy.periods,
        // Without data the fleet keeps its size; the heartbeat alarm reports missing data.
        treatMissingData: TreatMissingData.MISSING,
      });
      alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policyArn }) });
    };
    add('Out', scaleOutPolicy(scaling), ComparisonOperator.GREATER_THAN_THRESHOLD);
    add('In', scaleInPolicy(scaling), ComparisonOperator.LESS_THAN_THRESHOLD);
  }
}
