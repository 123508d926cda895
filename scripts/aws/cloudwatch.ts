import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { CLIENT_SETTINGS, explained, fields, readList } from './call.ts';

const alarm = fields({
  name: ['AlarmName', z.string()],
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  state: ['StateValue', z.string()],
  reason: ['StateReason', z.string().default('')],
  /** Since when it is in that state. */
  since: ['StateTransitionedTimestamp', z.date().optional()],
  /** ARNs of what it starts in ALARM. */
  actions: ['AlarmActions', z.array(z.string()).default([])],
});

/** A CloudWatch alarm, metric or composite. */
export type Alarm = z.infer<typeof alarm>;

const cpuPoint = z.object({ at: z.date(), percent: z.number() });

/** Average CPU of a fleet in the period that begins at `at`. */
export type CpuPoint = z.infer<typeof cpuPoint>;

const client = () => new CloudWatch(CLIENT_SETTINGS);

/** Reads all alarms whose names begin with one of the prefixes, sorted by name. */
export async function describeAlarms(prefixes: readonly string[]): Promise<readonly Alarm[]> {
  const found = await Promise.all(prefixes.map(alarmsOf));
  return found.flat().sort((a, b) => a.name.localeCompare(b.name));
}

function alarmsOf(prefix: string): Promise<Alarm[]> {
  const filter = { AlarmNamePrefix: prefix, AlarmTypes: ['CompositeAlarm' as const, 'MetricAlarm' as const] };
  return readList(
    `read the alarms ${prefix}*`,
    client().paginateDescribeAlarms(filter),
    ({ CompositeAlarms = [], MetricAlarms = [] }) =>
      [...CompositeAlarms, ...MetricAlarms].map((found) => ({
        ...found,
        StateTransitionedTimestamp: found.StateTransitionedTimestamp ?? found.StateUpdatedTimestamp,
      })),
    alarm,
  );
}

/** A time in which alarms start no actions. */
export interface MuteRule {
  readonly name: string;
  /** At most {@link MUTE_RULE_ALARMS}. */
  readonly alarms: readonly string[];
  /** A full minute: CloudWatch mutes from that minute on. */
  readonly from: Date;
  readonly minutes: number;
}

/** Alarms that one rule can mute. */
export const MUTE_RULE_ALARMS = 100;

/** Creates a rule that mutes alarms once, or replaces the one of that name. It ends by itself. */
export async function putMuteRule({ name, alarms, from, minutes }: MuteRule): Promise<void> {
  const call = client().putAlarmMuteRule({
    Name: name,
    Description: 'Stampede: a drill',
    Rule: { Schedule: { Expression: `at(${from.toISOString().slice(0, 16)})`, Duration: `PT${minutes}M` } },
    MuteTargets: { AlarmNames: [...alarms] },
    ExpireDate: new Date(from.getTime() + minutes * 60_000),
  });
  await explained(`mute ${alarms.length} alarms`, call);
}

/** Deletes a rule: alarms that are raised now start their actions again. */
export async function deleteMuteRule(name: string): Promise<void> {
  await explained(`delete the mute rule ${name}`, client().deleteAlarmMuteRule({ AlarmMuteRuleName: name }));
}

/** A metric to read, with one value for each period. */
export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Average' | 'Maximum' | 'Sum';
  readonly periodS: number;
}

/** A value of a metric in the period that begins at `at`. */
export interface MetricPoint {
  readonly at: Date;
  readonly value: number;
}

const series = fields({
  id: ['Id', z.string()],
  times: ['Timestamps', z.date().array().default([])],
  values: ['Values', z.number().array().default([])],
});

/** Reads metrics by names of the caller, the oldest value first. One that has no values is empty. */
export async function readMetrics<Name extends string>(
  queries: Readonly<Record<Name, MetricQuery>>,
  from: Date,
  to: Date,
): Promise<Readonly<Record<Name, readonly MetricPoint[]>>> {
  const names = Object.keys(queries) as Name[];
  const MetricDataQueries = names.map((Id) => {
    const { namespace, name, dimensions, statistic, periodS } = queries[Id];
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const Metric = { Namespace: namespace, MetricName: name, Dimensions };
    return { Id, MetricStat: { Metric, Period: periodS, Stat: statistic } };
  });
  const request = { StartTime: from, EndTime: to, MetricDataQueries, ScanBy: 'TimestampAscending' as const };
  const pages = client().paginateGetMetricData(request);
  const found = await readList(`read the metrics ${names.join(', ')}`, pages, (page) => page.MetricDataResults, series);
  const pointsOf = (name: Name) =>
    found
      .filter(({ id }) => id === name)
      .flatMap(({ times, values }) => times.map((at, index) => ({ at, value: values[index] ?? Number.NaN })));
  return Object.fromEntries(names.map((name) => [name, pointsOf(name)])) as unknown as Record<Name, MetricPoint[]>;
}

/** Reads the CPU of a group's instances; the last minutes are missing, as CloudWatch shows them later. */
export function groupCpu(group: string, from: Date, to: Date): Promise<CpuPoint[]> {
  const Metric = {
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }],
  };
  const query = { Id: 'cpu', MetricStat: { Metric, Period: METRIC_PERIOD_S, Stat: 'Average' } };
  const request = { StartTime: from, EndTime: to, MetricDataQueries: [query], ScanBy: 'TimestampAscending' as const };
  return readList(
    `read the CPU of ${group}`,
    client().paginateGetMetricData(request),
    ({ MetricDataResults = [] }) =>
      MetricDataResults.flatMap(({ Timestamps = [], Values = [] }) =>
        Timestamps.map((at, index) => ({ at, percent: Values[index] })),
      ),
    cpuPoint,
  );
}
