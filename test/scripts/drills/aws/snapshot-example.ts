import type { Member, Refresh } from '../../../../scripts/aws/auto-scaling.ts';
import type { Alarm } from '../../../../scripts/aws/cloudwatch.ts';
import type { Snapshot } from '../../../../scripts/drills/aws/snapshot.ts';

/** What a test says about a stage; two instances in two zones serve when it says nothing. */
export interface ExampleSnapshot {
  readonly second?: number;
  readonly desired?: number;
  readonly members?: readonly Member[];
  /** State of the target of each member by its id. @default - all healthy */
  readonly targets?: Readonly<Record<string, string>>;
  readonly alarms?: readonly Alarm[];
  readonly refresh?: Refresh;
  /** Version of the launch template. @default 7 */
  readonly launches?: string;
}

/** A member in service. */
export function member(id: string, zone: string): Member {
  return { id, zone, lifecycle: 'InService', health: 'Healthy' };
}

const PAIR = [member('i-1', 'eu-west-1a'), member('i-2', 'eu-west-1b')];

/** The stage as AWS saw it, so many seconds after the epoch. */
export function snapshotExample({ second = 0, members = PAIR, ...said }: ExampleSnapshot = {}): Snapshot {
  const targets = said.targets ?? Object.fromEntries(members.map(({ id }) => [id, 'healthy']));
  const launchTemplate = { id: 'lt-0123456789abcdef0', version: said.launches ?? '7' };
  return {
    at: new Date(second * 1_000),
    group: {
      name: 'group',
      min: 2,
      max: 6,
      desired: said.desired ?? members.length,
      members,
      launchTemplate,
      subnets: [],
    },
    targets: Object.entries(targets).map(([instanceId, state]) => ({ instanceId, state, reason: '' })),
    alarms: said.alarms ?? [],
    refresh: said.refresh,
  };
}

/** An alarm in a state since a second. */
export function alarm(name: string, state: string, second: number): Alarm {
  return {
    name,
    state,
    reason: 'because',
    since: new Date(second * 1_000),
    actions: [],
  };
}
