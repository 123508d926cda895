import { type AwsAnswer, type AwsRequest, queryError } from './fake-aws.ts';

interface Query {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly MetricName: string }; readonly Period: number };
}

/** CloudWatch keeps periods of less than 5 minutes for 15 days, and those of less than an hour for 63 days. */
const LEAST_PERIODS = [
  [15, 300],
  [63, 3_600],
] as const;

/** Answers GetMetricData with one value for each metric, in the last complete period, by the name of the metric. */
export function metricsOnAws(values: Readonly<Record<string, number>>) {
  return ({ params }: AwsRequest): AwsAnswer => {
    const { StartTime, EndTime, MetricDataQueries } = params as unknown as {
      StartTime: number;
      EndTime: number;
      MetricDataQueries: readonly Query[];
    };
    const days = (Date.now() / 1_000 - StartTime) / 86_400;
    for (const [age, least] of LEAST_PERIODS) {
      const wrong = MetricDataQueries.find(({ MetricStat }) => days > age && MetricStat.Period < least);
      if (wrong) return queryError(400, 'ValidationError', `Period of ${wrong.Id} must be at least ${least}`);
    }
    const results = MetricDataQueries.map(({ Id, MetricStat: { Metric, Period } }) => {
      const value = values[Metric.MetricName];
      const at = Math.floor(EndTime / Period - 1) * Period;
      return { Id, StatusCode: 'Complete', ...(value !== undefined && { Timestamps: [at], Values: [value] }) };
    });
    return { body: { MetricDataResults: results } };
  };
}
