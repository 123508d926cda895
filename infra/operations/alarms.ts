import { type AlarmBase, AlarmRule, AlarmState, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Ami } from '../ami.ts';
import type { DataStack } from '../data/stack.ts';
import type { NetworkStack } from '../network/stack.ts';
import { describeAlarm, notify } from '../runbook-alarm.ts';
import type { ServiceStack } from '../service/stack.ts';
import { type AppAlarms, appAlarms } from './app-alarms.ts';
import type { AppMetrics } from './app-metrics.ts';
import { burnRateAlarms } from './burn-rate-alarms.ts';
import { FailureEvents } from './failure-events.ts';
import { fleetAlarms } from './fleet-alarms.ts';
import { imageAlarm } from './image-alarm.ts';
import { natAlarms } from './nat-alarms.ts';
import { tableAlarms } from './table-alarms.ts';

/** What is watched. */
export interface AlarmsProps {
  readonly data: DataStack;
  readonly network: NetworkStack;
  readonly service: ServiceStack;
  readonly ami: Ami;
  readonly metric: AppMetrics;
}

/** Every alarm, each with a runbook line, all told to people when they begin and when they end. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { data, network, service, ami, metric }: AlarmsProps) {
    super(scope, id);
    const { settings } = service;
    const { groupName } = service.fleet;
    const zones = network.vpc.availabilityZones;
    const app = appAlarms(this, metric);
    const table = tableAlarms(this, data.timestamps.table.tableName);
    const rest: readonly AlarmBase[] = [
      ...fleetAlarms(this, { groupName, loadBalancer: service.loadBalancer, zones }),
      ...natAlarms(this, network.natGatewayIds),
      ...burnRateAlarms(this, service.loadBalancer),
      ...new FailureEvents(this, 'Failures', { groupName, people: data.people }).alarms,
      ...(ami.builtAt === undefined
        ? []
        : [imageAlarm(this, { groupName, builtAt: ami.builtAt, maxAgeDays: settings.imageMaxAgeDays })]),
    ];
    const usersAffected = this.#usersAffected(service, app);
    for (const alarm of [usersAffected, ...Object.values(app), ...Object.values(table), ...rest])
      notify(data.people, alarm);
  }

  /** One message instead of four while users are hurt; what is broken behind it is in the others. */
  #usersAffected({ userAlarms }: ServiceStack, { commitFailures, heartbeat }: AppAlarms): CompositeAlarm {
    const causes = [userAlarms.serverErrors, userAlarms.slow, commitFailures, heartbeat];
    return new CompositeAlarm(this, 'UsersAffected', {
      alarmRule: AlarmRule.anyOf(...causes.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
      alarmDescription: describeAlarm({
        means: 'Users are affected: errors, slow answers, failed commits, or no sign of life from the fleet.',
        runbook:
          'open the dashboard and read it from left to right; the first column that is not calm is where to look.',
      }),
    });
  }
}
