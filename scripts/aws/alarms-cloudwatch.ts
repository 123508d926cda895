import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { CLIENT_SETTINGS } from './client-settings.ts';
import { explained } from './explained.ts';

/** A CloudWatch alarm, metric or composite. */
export interface Alarm {
  readonly name: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  readonly state: string;
  readonly reason: string;
  /** Since when it is in that state. */
  readonly since: Date | undefined;
}

/** Reads all alarms whose names begin with one of the prefixes, sorted by name. */
export async function describeAlarms(prefixes: readonly string[]): Promise<readonly Alarm[]> {
  const client = new CloudWatchClient(CLIENT_SETTINGS);
  const found = await Promise.all(prefixes.map((prefix) => alarmsOf(client, prefix)));
  return found.flat().sort((a, b) => a.name.localeCompare(b.name));
}

async function alarmsOf(client: CloudWatchClient, prefix: string): Promise<readonly Alarm[]> {
  const pages = paginateDescribeAlarms(
    { client },
    { AlarmNamePrefix: prefix, AlarmTypes: ['CompositeAlarm', 'MetricAlarm'] },
  );
  const read = Array.fromAsync(pages, ({ CompositeAlarms = [], MetricAlarms = [] }) => [
    ...CompositeAlarms,
    ...MetricAlarms,
  ]);
  return (await explained(`read the alarms ${prefix}*`, read)).flat().map((alarm) => ({
    name: alarm.AlarmName ?? '',
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    reason: alarm.StateReason ?? '',
    since: alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp,
  }));
}
