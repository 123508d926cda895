import { alarmPrefixes } from '../../infra/contract.ts';
import { describeGroup, latestRefresh } from '../aws/auto-scaling.ts';
import { type Alarm, describeAlarms } from '../aws/cloudwatch.ts';
import { describeInstances } from '../aws/ec2.ts';
import { describeTargets } from '../aws/elbv2.ts';
import { textTable } from '../cli/table.ts';
import { outputsOf } from '../stage/outputs.ts';
import { age } from './age.ts';
import { readDay } from './day.ts';

/** What `status` shows. */
type StageStatus = Awaited<ReturnType<typeof readStatus>>;

/** Reads a stage at a glance. */
export async function readStatus(stage: string, now: Date) {
  const [{ url, autoScalingGroup, targetGroupArn, amiId }, { bastionGroup }, { tableName }] = await Promise.all([
    outputsOf(stage, 'service'),
    outputsOf(stage, 'network'),
    outputsOf(stage, 'data'),
  ]);
  const [group, refresh, targets, bastion, alarms, day] = await Promise.all([
    describeGroup(autoScalingGroup),
    latestRefresh(autoScalingGroup),
    describeTargets(targetGroupArn),
    describeGroup(bastionGroup),
    describeAlarms(alarmPrefixes(stage)),
    readDay({ stage, autoScalingGroup, amiId, tableName }, now),
  ]);
  const instances = await describeInstances(group.members.map(({ id }) => id));
  return { stage, url, group, refresh, targets, instances, bastion, alarms, day };
}

/** Renders a stage at a glance: fleet first, then what is wrong. */
export function statusReport(status: StageStatus, now: Date): string {
  return [header(status), instanceTable(status, now), alarmLines(status.alarms, now)].join('\n\n');
}

function header({ stage, url, group, refresh, targets, bastion, day }: StageStatus): string {
  const { min, desired, max, members } = group;
  const healthy = targets.filter(({ state }) => state === 'healthy').length;
  return textTable([
    ['Stage', stage],
    ['Url', url],
    ['Fleet', `${desired} wanted (${min} to ${max}), ${members.length} there, ${healthy} healthy`],
    ['Refresh', refresh ? [refresh.status, `${refresh.percent} %`, refresh.reason].join(' ').trim() : 'none yet'],
    ['Bastion', bastion.members.length > 0 ? 'awake' : 'parked'],
    ...day,
  ]);
}

function instanceTable({ group, targets, instances }: StageStatus, now: Date): string {
  const rows = group.members.map((member) => {
    const target = targets.find(({ instanceId }) => instanceId === member.id);
    const instance = instances.find(({ id }) => id === member.id);
    return [
      member.id,
      member.zone,
      member.lifecycle,
      target ? [target.state, target.reason].join(' ').trim() : 'no target',
      instance?.imageId ?? '',
      instance?.launchedAt ? age(instance.launchedAt, now) : '',
    ];
  });
  return textTable([['INSTANCE', 'ZONE', 'LIFECYCLE', 'TARGET', 'IMAGE', 'AGE'], ...rows]);
}

function alarmLines(all: readonly Alarm[], now: Date): string {
  const { scaling = [], watching = [] } = Object.groupBy(all, (alarm) => (scales(alarm) ? 'scaling' : 'watching'));
  const { ALARM = [], INSUFFICIENT_DATA = [], OK = [] } = Object.groupBy(watching, ({ state }) => state);
  const count = `${ALARM.length} in alarm, ${INSUFFICIENT_DATA.length} without data, ${OK.length} ok`;
  const rows = [...ALARM, ...INSUFFICIENT_DATA].map(({ name, state, reason, since }) => [
    state,
    name,
    since ? age(since, now) : '',
    reason,
  ]);
  const inAlarm = scaling.filter(({ state }) => state === 'ALARM');
  return [
    `Alarms: ${count}`,
    ...(rows.length > 0 ? [textTable(rows)] : []),
    ...inAlarm.map(({ name, since }) =>
      `Scaling, which is normal: ${name} in alarm ${since ? age(since, now) : ''}`.trim(),
    ),
  ].join('\n');
}

/** Whether an alarm scales the fleet. The one that scales in stays in ALARM while the fleet is idle. */
function scales({ actions }: Alarm): boolean {
  return actions.some((action) => action.includes(':scalingPolicy:'));
}
