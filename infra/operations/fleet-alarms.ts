import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { runbookAlarm } from '../runbook-alarm.ts';
import type { LoadBalancer } from '../service/load-balancer.ts';
import { healthyHosts } from '../service/traffic-metrics.ts';
import { groupMetric } from './group-metrics.ts';

/** The fleet to watch. */
export interface FleetAlarmsProps {
  readonly groupName: string;
  readonly loadBalancer: LoadBalancer;
  /** Full names, such as `eu-west-1a`. */
  readonly zones: readonly string[];
}

const period = Duration.seconds(METRIC_PERIOD_S);

/** Alarms on the fleet's size: it cannot grow, does not grow, or stands on one leg. */
export const fleetAlarms = (
  scope: Construct,
  { groupName, loadBalancer, zones }: FleetAlarmsProps,
): readonly Alarm[] => [
  runbookAlarm(scope, 'AtMaxCapacity', {
    means: 'The fleet is as large as it may get; more load will make it slow.',
    runbook:
      'look at requests per second: if real, raise peakRate and deploy; if one client, turn on WAF or lower its limit.',
    metric: roomToGrow(groupName),
    comparison: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 0,
    periods: 5,
    missing: TreatMissingData.NOT_BREACHING,
  }),
  runbookAlarm(scope, 'CapacityMissing', {
    means: 'For 15 minutes fewer instances have been in service than wanted: launches fail or never become healthy.',
    runbook:
      'read the activity history of the Auto Scaling group; InsufficientInstanceCapacity: choose another instanceType; hook abandoned: read the log group system of the instance.',
    metric: missingInstances(groupName),
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: 0,
    periods: 15,
    missing: TreatMissingData.NOT_BREACHING,
  }),
  runbookAlarm(scope, 'ZoneImbalance', {
    means:
      'One zone has at least two healthy instances fewer than another: losing the full one would lose most of the fleet.',
    runbook:
      'look whether a zone of the region is impaired; if Auto Scaling cannot launch there it rebalances by itself later.',
    metric: zoneImbalance(loadBalancer, zones),
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: 1,
    periods: 15,
    missing: TreatMissingData.NOT_BREACHING,
  }),
];

const roomToGrow = (groupName: string): IMetric =>
  new MathExpression({
    expression: 'largest - inService',
    label: 'room to grow',
    period,
    usingMetrics: {
      largest: groupMetric(groupName, 'GroupMaxSize'),
      inService: groupMetric(groupName, 'GroupInServiceInstances'),
    },
  });

const missingInstances = (groupName: string): IMetric =>
  new MathExpression({
    expression: 'desired - inService',
    label: 'missing instances',
    period,
    usingMetrics: {
      desired: groupMetric(groupName, 'GroupDesiredCapacity'),
      inService: groupMetric(groupName, 'GroupInServiceInstances'),
    },
  });

function zoneImbalance(loadBalancer: LoadBalancer, zones: readonly string[]): IMetric {
  const { dimensions } = healthyHosts(loadBalancer);
  const healthyPerZone = zones.map((zone, index) => [
    `zone${index}`,
    healthyHosts(loadBalancer).with({
      dimensionsMap: { ...dimensions, AvailabilityZone: zone },
      statistic: Stats.AVERAGE,
    }),
  ]);
  const filled = zones.map((_, index) => `FILL(zone${index}, 0)`).join(', ');
  return new MathExpression({
    expression: `MAX([${filled}]) - MIN([${filled}])`,
    label: 'imbalance of zones',
    period,
    usingMetrics: Object.fromEntries(healthyPerZone),
  });
}
