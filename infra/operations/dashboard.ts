import {
  Column,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { SERVICE_NAME } from '../../server/contract.ts';
import type { DataStack } from '../data/stack.ts';
import type { NetworkStack } from '../network/stack.ts';
import type { ServiceStack } from '../service/stack.ts';
import { healthyHosts, p99Seconds, requests, serverErrorPercent, unhealthyHosts } from '../service/traffic-metrics.ts';
import { type AppMetrics, groupMetric, natMetric, tableMetric } from './metrics.ts';

/** What the dashboard shows. */
export interface DashboardProps {
  readonly data: DataStack;
  readonly network: NetworkStack;
  readonly service: ServiceStack;
  readonly metric: AppMetrics;
}

/** One column: its title and its graphs, each with a title and its lines. */
interface Chapter {
  readonly title: string;
  readonly width: number;
  readonly graphs: Readonly<Record<string, readonly IMetric[]>>;
}

const GRAPH_HEIGHT = 5;

/** The story from left to right, as a request takes it: users, load balancer, fleet, database, and what it costs. */
export function storyDashboard(scope: Construct, id: string, props: DashboardProps): Dashboard {
  const chapters = [users(props), loadBalancer(props), fleet(props), database(props), cost(props)];
  return new Dashboard(scope, id, {
    dashboardName: `${SERVICE_NAME}-${props.service.stage}`,
    widgets: [chapters.map(column)],
  });
}

function column({ title, width, graphs }: Chapter): IWidget {
  const heading = new TextWidget({ markdown: `## ${title}`, width, height: 1 });
  const widgets = Object.entries(graphs).map(
    ([name, left]) => new GraphWidget({ title: name, left: [...left], width, height: GRAPH_HEIGHT }),
  );
  return new Column(heading, ...widgets);
}

const users = ({ service, metric }: DashboardProps): Chapter => ({
  title: 'Users',
  width: 5,
  graphs: {
    'Timestamps recorded': [metric('timestampsRecorded', Stats.SUM), metric('timestampsRefused', Stats.SUM)],
    'Time to answer, p99 (s)': [p99Seconds(service.loadBalancer)],
    'Server errors (%)': [serverErrorPercent(service.loadBalancer)],
  },
});

const loadBalancer = ({ service: { loadBalancer: balancer } }: DashboardProps): Chapter => ({
  title: 'Load balancer',
  width: 5,
  graphs: {
    Requests: [requests(balancer)],
    Targets: [healthyHosts(balancer), unhealthyHosts(balancer)],
    Connections: [
      balancer.balancer.metrics.activeConnectionCount(),
      balancer.balancer.metrics.rejectedConnectionCount(),
      balancer.targetGroup.metrics.targetConnectionErrorCount(),
    ],
  },
});

const fleet = ({ service, metric }: DashboardProps): Chapter => ({
  title: 'Fleet',
  width: 5,
  graphs: {
    'CPU and event loop (%)': [metric('hostCpu', Stats.AVERAGE), metric('eventLoopUtilization', Stats.AVERAGE)],
    Instances: [
      groupMetric(service.fleet.groupName, 'GroupDesiredCapacity'),
      groupMetric(service.fleet.groupName, 'GroupInServiceInstances'),
      groupMetric(service.fleet.groupName, 'GroupMaxSize'),
    ],
    'Clock error, restarts': [metric('clockErrorBound', Stats.MAXIMUM), metric('workerRestarts', Stats.SUM)],
  },
});

const database = ({ data, metric }: DashboardProps): Chapter => {
  const { tableName } = data.timestamps.table;
  return {
    title: 'Database',
    width: 5,
    graphs: {
      'Commit latency (ms)': [metric('commitLatency', 'p50'), metric('commitLatency', 'p99')],
      'Timestamps per block': [metric('timestampsPerBlock', Stats.AVERAGE)],
      'Throttles and failures': [
        tableMetric(tableName, 'WriteThrottleEvents'),
        tableMetric(tableName, 'ReadThrottleEvents'),
        metric('timestampsFailed', Stats.SUM),
      ],
    },
  };
};

const cost = ({ data, network, service, metric }: DashboardProps): Chapter => ({
  title: 'Cost',
  width: 4,
  graphs: {
    'Write units': [
      tableMetric(data.timestamps.table.tableName, 'ConsumedWriteCapacityUnits'),
      metric('writeUnits', Stats.SUM),
    ],
    'Load balancer capacity units': [service.loadBalancer.balancer.metrics.consumedLCUs()],
    'NAT bytes': network.natGatewayIds.map((gateway) => natMetric(gateway, 'BytesOutToDestination')),
  },
});
