import { type Alarm, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../../runbook-alarm.ts';
import { recordingRegions } from '../../settings/regions.ts';
import type { Settings } from '../../settings/table.ts';
import { type AppMetrics, PERIOD } from '../metrics.ts';

/** Age of another region's heartbeat, in seconds. Up to 16 s are normal. */
const LAG_S = 60;
/** DynamoDB usually replicates within a second. The server assumes that partitions are less than a minute apart. */
const LATENCY_MS = 30_000;

/** Alarms on the replication to and from the other regions; none with one region. */
export function regionAlarms(
  scope: Construct,
  { settings, tableName, metric }: { settings: Settings; tableName: string; metric: AppMetrics },
): readonly Alarm[] {
  const others = recordingRegions(settings).filter((region) => region !== settings.region);
  if (others.length === 0) return [];
  return [
    runbookAlarm(scope, 'ReplicationLag', {
      means: 'Another region has not been heard of for a minute: its last timestamps may be missing in listings.',
      runbook: 'run npm run status with the AWS_REGION of that region; settledUntil waits, nothing is lost.',
      metric: metric('replicationLag', Stats.MAXIMUM),
      when: { above: LAG_S, periods: 5, breaching: 3 },
    }),
    ...others.map((region, index) =>
      runbookAlarm(scope, `ReplicationLatency${index}`, {
        means: `DynamoDB takes more than ${LATENCY_MS / 1_000} s to replicate to ${region}.`,
        runbook:
          'check the AWS Health Dashboard and the throttles of the replica; until then do not trust settledUntil.',
        metric: new Metric({
          namespace: 'AWS/DynamoDB',
          metricName: 'ReplicationLatency',
          dimensionsMap: { TableName: tableName, ReceivingRegion: region },
          statistic: Stats.AVERAGE,
          period: PERIOD,
        }),
        when: { above: LATENCY_MS, periods: 5, breaching: 3 },
      }),
    ),
  ];
}
