import { type Alarm, type AlarmBase, AlarmRule, AlarmState, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Ami } from '../../ami.ts';
import type { Canary } from '../../canary/canary.ts';
import type { DataStack } from '../../data/stack.ts';
import type { NetworkStack } from '../../network/stack.ts';
import { describeAlarm, notify } from '../../runbook-alarm.ts';
import type { ServiceStack } from '../../service/stack.ts';
import type { AppMetrics } from '../metrics.ts';
import { appAlarms } from './app-alarms.ts';
import { archiveAlarms } from './archive-alarms.ts';
import { burnRateAlarms } from './burn-rate-alarms.ts';
import { canaryAlarms } from './canary-alarms.ts';
import { natAlarms, tableAlarms } from './dependency-alarms.ts';
import { failureAlarms } from './failure-alarms.ts';
import { fleetAlarms, imageAlarm } from './fleet-alarms.ts';
import { logAlarms } from './log-alarms.ts';
import { regionAlarms } from './region-alarms.ts';
import { restoreAlarms } from './restore-alarms.ts';
import { spillAlarms } from './spill-alarms.ts';
import { trafficAlarms } from './traffic-alarms.ts';

export interface AlarmsProps {
  readonly data: DataStack;
  readonly network: NetworkStack;
  readonly service: ServiceStack;
  readonly ami: Ami;
  readonly metric: AppMetrics;
  /** @default - there is no canary */
  readonly canary: Canary | undefined;
}

/** All alarms, with a runbook and with notifications when they are raised and cleared. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { data, network, service, ami, metric, canary }: AlarmsProps) {
    super(scope, id);
    const { settings } = service;
    const { groupName } = service.fleet;
    const app = appAlarms(this, metric);
    const table = tableAlarms(this, data.timestamps.table.tableName);
    const rest: readonly AlarmBase[] = [
      ...spillAlarms(this, metric),
      ...regionAlarms(this, { settings, tableName: data.timestamps.table.tableName, metric }),
      ...archiveAlarms(this, data.archive.stateMachine),
      ...restoreAlarms(this, data.restoreTesting?.check),
      ...fleetAlarms(this, { groupName, loadBalancer: service.loadBalancer, zones: network.zones }),
      ...natAlarms(this, network.natGatewayIds),
      ...trafficAlarms(this, service.loadBalancer),
      ...logAlarms(this, 'Logs', { stage: service.stage, app: data.logs.app, system: data.logs.system }),
      ...burnRateAlarms(this, service.loadBalancer),
      ...failureAlarms(this, 'Failures', { stage: service.stage, tickets: data.topics.ticket }),
    ];
    const { builtAt } = ami;
    const image =
      builtAt === undefined ? [] : [imageAlarm(this, { groupName, builtAt, maxAgeDays: settings.imageMaxAgeDays })];
    const { serverErrors, slow } = service.userAlarms;
    const outside = canary && canaryAlarms(this, canary, data.topics);
    const symptoms = outside?.symptoms ?? [];
    const usersAffected = this.#usersAffected([...symptoms, serverErrors, slow, app.commitFailures, app.heartbeat]);
    for (const alarm of [
      usersAffected,
      ...(outside ? [...symptoms, outside.silent] : []),
      ...Object.values(app),
      ...table,
      ...rest,
      ...image,
    ])
      notify(data.topics, alarm);
  }

  /** One page while users are affected; the other alarms show the cause. */
  #usersAffected(causes: readonly Alarm[]): CompositeAlarm {
    return new CompositeAlarm(this, 'UsersAffected', {
      alarmRule: AlarmRule.anyOf(...causes.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
      alarmDescription: describeAlarm({
        means:
          'Users are affected: a failed canary, errors, slow responses, failed commits, or no heartbeat from the fleet.',
        runbook: 'read the dashboard from left to right; begin with the first column that is not normal.',
      }),
    });
  }
}
