import { CloudWatchClient, paginateDescribeAlarms, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { CLIENT_SETTINGS, checked, fields, readPages } from './call.ts';

const alarm = fields({
  name: ['AlarmName', z.string()],
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  state: ['StateValue', z.string()],
  reason: ['StateReason', z.string().default('')],
  /** Since when it is in that state. */
  since: ['StateTransitionedTimestamp', z.date().optional()],
});

/** A CloudWatch alarm, metric or composite. */
export type Alarm = z.infer<typeof alarm>;

/** Average CPU of a fleet in the period that begins at `at`. */
export interface CpuPoint {
  readonly at: Date;
  readonly percent: number;
}

const client = () => new CloudWatchClient(CLIENT_SETTINGS);

/** Reads all alarms whose names begin with one of the prefixes, sorted by name. */
export async function describeAlarms(prefixes: readonly string[]): Promise<readonly Alarm[]> {
  const found = await Promise.all(prefixes.map(alarmsOf));
  return found.flat().sort((a, b) => a.name.localeCompare(b.name));
}

async function alarmsOf(prefix: string): Promise<readonly Alarm[]> {
  const doing = `read the alarms ${prefix}*`;
  const filter = { AlarmNamePrefix: prefix, AlarmTypes: ['CompositeAlarm' as const, 'MetricAlarm' as const] };
  const pages = paginateDescribeAlarms({ client: client() }, filter);
  const alarms = await readPages(doing, pages, ({ CompositeAlarms = [], MetricAlarms = [] }) =>
    [...CompositeAlarms, ...MetricAlarms].map((found) => ({
      ...found,
      StateTransitionedTimestamp: found.StateTransitionedTimestamp ?? found.StateUpdatedTimestamp,
    })),
  );
  return checked(doing, alarm.array(), alarms);
}

/** Reads the CPU of a group's instances; the last minutes are missing, as CloudWatch shows them later. */
export async function groupCpu(group: string, from: Date, to: Date): Promise<CpuPoint[]> {
  const Metric = {
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }],
  };
  const query = { Id: 'cpu', MetricStat: { Metric, Period: METRIC_PERIOD_S, Stat: 'Average' } };
  const request = { StartTime: from, EndTime: to, MetricDataQueries: [query], ScanBy: 'TimestampAscending' as const };
  const results = await readPages(
    `read the CPU of ${group}`,
    paginateGetMetricData({ client: client() }, request),
    (page) => page.MetricDataResults,
  );
  return results.flatMap(({ Timestamps = [], Values = [] }) =>
    Timestamps.flatMap((at, index) => {
      const percent = Values[index];
      return percent === undefined ? [] : [{ at, percent }];
    }),
  );
}
