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
 * The scaling table as alarms and step policies. Written out rather than by the library's `scaleOnMetric`, whose alarms have no say on
 * missing data and a period of five minutes.
 */
export class StepScaling extends Construct {
  readonly #groupName: string;
  readonly #warmupS: number;

  constructor(scope: Construct, id: string, { groupName, scaling }: StepScalingProps) {
    super(scope, id);
    this.#groupName = groupName;
    this.#warmupS = scaling.warmupS;
    this.#add('Out', scaleOutPolicy(scaling), ComparisonOperator.GREATER_THAN_THRESHOLD);
    this.#add('In', scaleInPolicy(scaling), ComparisonOperator.LESS_THAN_THRESHOLD);
  }

  #add(direction: 'Out' | 'In', policy: AlarmedPolicy, comparisonOperator: ComparisonOperator): void {
    const { ref: policyArn } = new CfnScalingPolicy(this, `${direction}Policy`, {
      autoScalingGroupName: this.#groupName,
      policyType: 'StepScaling',
      adjustmentType: 'ChangeInCapacity',
      metricAggregationType: 'Average',
      stepAdjustments: [...policy.adjustments],
      // New instances count as capacity that is on its way, and not as idle ones, until they are warm.
      estimatedInstanceWarmup: this.#warmupS,
    });
    const alarm = new Alarm(this, `${direction}Alarm`, {
      alarmDescription: `Scales the fleet ${direction.toLowerCase()}; runbook: nothing to do, this is the fleet breathing.`,
      metric: this.#fleetCpu(),
      comparisonOperator,
      threshold: policy.threshold,
      evaluationPeriods: policy.periods,
      // No data is no reason to scale either way; the heartbeat alarm tells of it.
      treatMissingData: TreatMissingData.MISSING,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policyArn }) });
  }

  #fleetCpu(): Metric {
    return new Metric({
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      dimensionsMap: { AutoScalingGroupName: this.#groupName },
      statistic: Stats.AVERAGE,
      period: Duration.seconds(METRIC_PERIOD_S),
    });
  }
}
