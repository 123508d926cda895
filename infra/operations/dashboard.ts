import {
  Column,
  Dashboard,
  GraphWidget,
  type HorizontalAnnotation,
  type IMetric,
  type IWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { SERVICE_NAME } from '../../server/contract.ts';
import { groupMetric } from '../service/group-metric.ts';
import {
  healthyHosts,
  p99Seconds,
  requests,
  serverErrorPercent,
  targetConnectionErrors,
  unhealthyHosts,
} from '../service/traffic-metrics.ts';
import { isHome } from '../settings/regions.ts';
import type { Settings } from '../settings/table.ts';
import type { AlarmsProps } from './alarms/alarms.ts';
import { natMetric, tableMetric } from './metrics.ts';

/** The graph with the scaling thresholds. */
const CPU = 'CPU and event loop (%)';

/** The dashboard. Its columns follow the path of a request: users, load balancer, fleet, database; then cost. */
export function serviceDashboard(
  scope: Construct,
  id: string,
  { data, network, service, metric, canary }: Omit<AlarmsProps, 'ami'>,
): Dashboard {
  const { loadBalancer, fleet } = service;
  const { balancer } = loadBalancer;
  const table = (metricName: string) => tableMetric(data.timestamps.table.tableName, metricName);
  const group = (metricName: `Group${string}`) => groupMetric(fleet.groupName, metricName);
  const columns = [
    column('Users', 5, {
      'Timestamps recorded': [metric('timestampsRecorded', Stats.SUM), metric('timestampsRefused', Stats.SUM)],
      'Time to answer, p99 (s)': [p99Seconds(loadBalancer)],
      'Server errors (%)': [serverErrorPercent(loadBalancer)],
      ...(canary && { 'From outside: success (%)': [canary.success], 'From outside: POST (ms)': [canary.postTime] }),
    }),
    column('Load balancer', 5, {
      Requests: [requests(loadBalancer)],
      Targets: [healthyHosts(loadBalancer), unhealthyHosts(loadBalancer)],
      Connections: [
        balancer.metrics.activeConnectionCount(),
        balancer.metrics.rejectedConnectionCount(),
        targetConnectionErrors(loadBalancer),
      ],
    }),
    column(
      'Fleet',
      5,
      {
        [CPU]: [metric('hostCpu', Stats.AVERAGE), metric('eventLoopUtilization', Stats.AVERAGE)],
        Instances: [group('GroupDesiredCapacity'), group('GroupInServiceInstances'), group('GroupMaxSize')],
        'Clock error, jumps, restarts': [
          metric('clockErrorBound', Stats.MAXIMUM),
          metric('clockJumps', Stats.SUM),
          metric('workerRestarts', Stats.SUM),
        ],
        'Memory of the workers (bytes, one instance)': [
          metric('memory', Stats.AVERAGE),
          metric('memory', Stats.MAXIMUM),
        ],
        'Memory and I/O wait of the hosts (%)': [
          metric('hostMemory', Stats.AVERAGE),
          metric('hostMemory', Stats.MAXIMUM),
          metric('hostIoWait', Stats.AVERAGE),
          metric('hostIoWait', Stats.MAXIMUM),
        ],
      },
      { [CPU]: scalingThresholds(service.settings) },
    ),
    column('Database', 5, {
      'Commit latency (ms)': [metric('commitLatency', 'p50'), metric('commitLatency', 'p99')],
      'Timestamps per block': [metric('timestampsPerBlock', Stats.AVERAGE)],
      'Throttles and failures': [
        table('WriteThrottleEvents'),
        table('ReadThrottleEvents'),
        metric('timestampsFailed', Stats.SUM),
      ],
      'Spilled timestamps, oldest (s), dead letters': [
        metric('timestampsSpilled', Stats.SUM),
        metric('oldestSpillAge', Stats.MAXIMUM),
        metric('deadLetters', Stats.MAXIMUM),
      ],
    }),
    column('Cost', 4, {
      'Write units': [table('ConsumedWriteCapacityUnits'), metric('writeUnits', Stats.SUM)],
      'Load balancer capacity units': [balancer.metrics.consumedLCUs()],
      'NAT bytes': network.natGatewayIds.map((gateway) => natMetric(gateway, 'BytesOutToDestination')),
    }),
  ];
  const { stage, settings } = service;
  // Names of dashboards are unique in an account, not in a region.
  const dashboardName = `${SERVICE_NAME}-${stage}${isHome(settings) ? '' : `-${settings.region}`}`;
  return new Dashboard(scope, id, { dashboardName, widgets: [columns] });
}

/** The thresholds of scaling. An idle fleet stays below the lower one, and its alarm in ALARM. */
function scalingThresholds({ scaleOut, scaleIn }: Settings): HorizontalAnnotation[] {
  return [
    { value: scaleOut[0].from, label: 'scales out above' },
    { value: scaleIn[0].below, label: 'scales in below, down to the minimum; normal when idle' },
  ];
}

/** A column with a heading and graphs, some with horizontal lines. */
function column(
  title: string,
  width: number,
  graphs: Readonly<Record<string, readonly IMetric[]>>,
  lines: Readonly<Record<string, HorizontalAnnotation[]>> = {},
): IWidget {
  const heading = new TextWidget({ markdown: `## ${title}`, width, height: 1 });
  const widgets = Object.entries(graphs).map(
    ([name, left]) =>
      new GraphWidget({ title: name, left: [...left], leftAnnotations: lines[name] ?? [], width, height: 5 }),
  );
  return new Column(heading, ...widgets);
}
