import { CloudWatchClient, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** Average CPU of a fleet in the period that begins at `at`. */
export interface CpuPoint {
  readonly at: Date;
  readonly percent: number;
}

/** Reads the CPU of a group's instances; the last minutes are missing, as CloudWatch shows them later. */
export async function groupCpu(group: string, from: Date, to: Date): Promise<CpuPoint[]> {
  const Metric = {
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }],
  };
  const query = { Id: 'cpu', MetricStat: { Metric, Period: METRIC_PERIOD_S, Stat: 'Average' } };
  const pages = paginateGetMetricData(
    { client: new CloudWatchClient(CLIENT_SETTINGS) },
    { StartTime: from, EndTime: to, MetricDataQueries: [query], ScanBy: 'TimestampAscending' },
  );
  const read = Array.fromAsync(pages, ({ MetricDataResults = [] }) => MetricDataResults);
  return (await explained(`read the CPU of ${group}`, read)).flat().flatMap(({ Timestamps = [], Values = [] }) =>
    Timestamps.flatMap((at, index) => {
      const percent = Values[index];
      return percent === undefined ? [] : [{ at, percent }];
    }),
  );
}
