import { Duration } from 'aws-cdk-lib';
import { type Alarm, type IMetric, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../../runbook-alarm.ts';
import { groupMetric } from '../../service/group-metric.ts';
import type { LoadBalancer } from '../../service/load-balancer.ts';
import { healthyHosts } from '../../service/traffic-metrics.ts';
import { PERIOD } from '../metrics.ts';

export interface FleetAlarmsProps {
  readonly groupName: string;
  readonly loadBalancer: LoadBalancer;
  /** Full names, such as `eu-west-1a`. */
  readonly zones: readonly string[];
}

/** Alarms on the fleet: at its maximum size, below its desired size, or unevenly distributed. */
export function fleetAlarms(scope: Construct, { groupName, loadBalancer, zones }: FleetAlarmsProps): readonly Alarm[] {
  return [
    runbookAlarm(scope, 'AtMaxCapacity', {
      means: 'The fleet has its maximum size; more load will slow it down.',
      runbook:
        'check requests per second. Real traffic: raise peakRate and deploy. A single client: enable WAF, or lower its limit.',
      metric: minusInService(groupName, 'largest', 'GroupMaxSize', 'room to grow'),
      when: { atMost: 0, periods: 5 },
    }),
    runbookAlarm(scope, 'CapacityMissing', {
      means: 'For 15 minutes fewer instances than desired were in service: launches fail or never become healthy.',
      runbook:
        'read the activity history of the group. InsufficientInstanceCapacity: add alternativeFamilies. Hook abandoned: read the log group system.',
      metric: minusInService(groupName, 'desired', 'GroupDesiredCapacity', 'missing instances'),
      when: { above: 0, periods: 15 },
    }),
    runbookAlarm(scope, 'ZoneImbalance', {
      means:
        'A zone has at least two fewer healthy instances than another; losing the other affects most of the fleet.',
      runbook: 'check whether a zone is impaired; Auto Scaling rebalances when it can launch there again.',
      metric: zoneImbalance(loadBalancer, zones),
      when: { above: 1, periods: 15 },
    }),
  ];
}

/** A metric of the group minus the instances in service. */
function minusInService(groupName: string, name: string, metricName: `Group${string}`, label: string): IMetric {
  return new MathExpression({
    expression: `${name} - inService`,
    label,
    period: PERIOD,
    usingMetrics: {
      [name]: groupMetric(groupName, metricName),
      inService: groupMetric(groupName, 'GroupInServiceInstances'),
    },
  });
}

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
    period: PERIOD,
    usingMetrics: Object.fromEntries(healthyPerZone),
  });
}

export interface ImageAlarmProps {
  readonly groupName: string;
  /** Epoch seconds of the bake. */
  readonly builtAt: number;
  readonly maxAgeDays: number;
}

/** An alarm on the age of the image: CloudWatch subtracts the time of the bake from the time of a data point. */
export function imageAlarm(scope: Construct, { groupName, builtAt, maxAgeDays }: ImageAlarmProps): Alarm {
  const period = Duration.hours(1);
  return runbookAlarm(scope, 'StaleImage', {
    means: `The image is older than ${maxAgeDays} days and lacks recent security updates.`,
    runbook: 'bake a new image and deploy it; nothing is patched in place.',
    metric: new MathExpression({
      expression: `(EPOCH(fleet) - ${builtAt}) / 86400`,
      label: 'age of the image in days',
      period,
      usingMetrics: { fleet: groupMetric(groupName, 'GroupInServiceInstances', period) },
    }),
    when: { above: maxAgeDays, periods: 1 },
    missing: TreatMissingData.IGNORE,
  });
}
