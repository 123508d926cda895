import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRIC_PERIOD_S, METRICS } from '../../server/contract.ts';

/** Default period of metrics. */
export const PERIOD = Duration.seconds(METRIC_PERIOD_S);

/** Creates the metrics of {@link METRICS} for one fleet. */
export type AppMetrics = (name: keyof typeof METRICS, statistic: string) => Metric;

/** The server's metrics in a stage. */
export function appMetrics(stage: string, groupName: string): AppMetrics {
  const dimensionsMap = { [METRIC_DIMENSIONS.stage]: stage, [METRIC_DIMENSIONS.autoScalingGroup]: groupName };
  return (name, statistic) =>
    new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: METRICS[name].name,
      dimensionsMap,
      statistic,
      period: PERIOD,
    });
}

/** The sum of a metric in a namespace, such as `AWS/DynamoDB`. @default - it has no dimensions */
export function sumMetric(
  namespace: string,
  metricName: string,
  dimensionsMap?: Readonly<Record<string, string>>,
): Metric {
  return new Metric({
    namespace,
    metricName,
    ...(dimensionsMap && { dimensionsMap }),
    statistic: Stats.SUM,
    period: PERIOD,
  });
}

/** A metric with 0 for each period without data. `name` stands for it in the expression. */
export function orZero(name: string, metric: Metric, label = name): MathExpression {
  return new MathExpression({
    expression: `FILL(${name}, 0)`,
    label,
    period: metric.period,
    usingMetrics: { [name]: metric },
  });
}

/** A metric of a NAT gateway. */
export function natMetric(natGatewayId: string, metricName: string): Metric {
  return sumMetric('AWS/NATGateway', metricName, { NatGatewayId: natGatewayId });
}

/** A metric of the table or of one operation on it. */
export function tableMetric(tableName: string, metricName: string, operation?: string): Metric {
  return sumMetric('AWS/DynamoDB', metricName, { TableName: tableName, ...(operation && { Operation: operation }) });
}

/** The executions of a state machine in an hour that did not do their work: one that a person stopped did not either. */
export function failedExecutions(stateMachine: StateMachine): MathExpression {
  const period = Duration.hours(1);
  return new MathExpression({
    expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
    label: 'failed executions',
    period,
    usingMetrics: {
      failed: stateMachine.metricFailed({ period }),
      timedOut: stateMachine.metricTimedOut({ period }),
      aborted: stateMachine.metricAborted({ period }),
    },
  });
}
