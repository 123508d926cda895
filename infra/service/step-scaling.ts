import { Duration } from 'aws-cdk-lib';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-autoscaling';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { type AlarmedPolicy, type Scaling, scaleInPolicy, scaleOutPolicy } from '../scaling/steps.ts';

/** The group to scale, and by which steps. */
export interface StepScalingProps {
  readonly groupName: string;
  readonly scaling: Scaling;
}

/**
 * The scaling steps as alarms and step policies. The library's `scaleOnMetric` is not used, because its alarms do not
 * treat missing data and have a period of five minutes.
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
        // Until they are warm, new instances count as capacity that is being added, not as idle instances.
        estimatedInstanceWarmup: scaling.warmupS,
      });
      const alarm = new Alarm(this, `${direction}Alarm`, {
        alarmDescription: `Scales the fleet ${direction.toLowerCase()}; runbook: none, this is normal operation.`,
        metric: fleetCpu,
        comparisonOperator,
        threshold: policy.threshold,
        evaluationPeriods: policy.periods,
        // Without data the fleet keeps its size; the heartbeat alarm reports the silence.
        treatMissingData: TreatMissingData.MISSING,
      });
      alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policyArn }) });
    };
    add('Out', scaleOutPolicy(scaling), ComparisonOperator.GREATER_THAN_THRESHOLD);
    add('In', scaleInPolicy(scaling), ComparisonOperator.LESS_THAN_THRESHOLD);
  }
}
