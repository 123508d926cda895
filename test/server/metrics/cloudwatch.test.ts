import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { METRICS } from '../../../server/contract.ts';
import { createCloudWatchClient, createCloudWatchPublisher } from '../../../server/metrics/cloudwatch.ts';
import { createMetrics, type InstanceReport, type Metrics } from '../../../server/metrics/metrics.ts';
import { ACCEPT, type Datum, startFakeCloudWatch } from '../support/fake-cloudwatch.ts';
import { recordBlock, recordEventLoop } from '../support/measured.ts';

const cloudWatch = await startFakeCloudWatch();
const client = createCloudWatchClient({
  endpoint: cloudWatch.endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  maxAttempts: 1,
});
after(() => client.destroy());

const PERIOD_START = new Date('2026-11-21T07:45:00Z');

function reportOf(count: (metrics: Metrics) => void, gauges: InstanceReport['gauges'] = { memory: 0 }): InstanceReport {
  const metrics = createMetrics();
  count(metrics);
  return { totals: metrics.snapshot(), gauges };
}

function createPublisher() {
  const changes: boolean[] = [];
  const publish = createCloudWatchPublisher({
    client,
    stage: 'prod',
    autoScalingGroup: 'asg-1',
    onChange: (failing) => changes.push(failing),
  });
  return { publish, changes };
}

function numbersOf(datum: Datum | undefined) {
  return datum && (datum.Values ? { Values: datum.Values, Counts: datum.Counts } : datum.Value);
}

describe('the CloudWatch publisher', () => {
  beforeEach(() => {
    cloudWatch.calls.length = 0;
    cloudWatch.answerWith(ACCEPT);
  });

  it('publishes all metrics of a period in one signed call', async () => {
    const report = reportOf(
      (metrics) => {
        metrics.count('timestampsRecorded', 41);
        metrics.count('timestampsRefused', 1);
        metrics.count('timestampsFailed', 2);
        for (const timestamps of [1, 20, 20]) recordBlock(metrics, { latencyMs: 1e9, timestamps, writeUnits: 1 });
        recordEventLoop(metrics, 0, 12.5);
      },
      {
        memory: 1e8,
        hostCpu: 35,
        hostIoWait: 1,
        hostMemory: 61.5,
        clockErrorBound: 0.4,
        oldestSpillAge: 30,
        replicationLag: 8,
        deadLetters: 2,
      },
    );
    await createPublisher().publish(report, PERIOD_START);

    assert.equal(cloudWatch.calls.length, 1);
    const [call] = cloudWatch.calls;
    assert.equal(call?.target, 'GraniteServiceVersion20100801.PutMetricData');
    assert.match(call?.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/monitoring\//);
    assert.equal(call?.body.Namespace, 'Stampede');
    const data = call?.body.MetricData ?? [];
    assert.deepEqual(Object.fromEntries(data.map((datum) => [datum.MetricName, numbersOf(datum)])), {
      TimestampsRecorded: 41,
      TimestampsSpilled: 0,
      TimestampsRefused: 1,
      TimestampsFailed: 2,
      WriteUnits: 3,
      ClockJumps: 0,
      WorkerRestarts: 0,
      CommitLatency: { Values: [30_000], Counts: [3] },
      TimestampsPerBlock: { Values: [1, 20], Counts: [1, 2] },
      EventLoopDelay: { Values: [0.25], Counts: [1] },
      EventLoopUtilization: { Values: [13], Counts: [1] },
      Memory: 1e8,
      HostCpu: 35,
      HostIoWait: 1,
      HostMemory: 61.5,
      ClockErrorBound: 0.4,
      OldestSpillAge: 30,
      ReplicationLag: 8,
      DeadLetters: 2,
    });
    for (const datum of data) {
      assert.equal(datum.Timestamp * 1_000, PERIOD_START.getTime());
      assert.deepEqual(datum.Dimensions, [
        { Name: 'Stage', Value: 'prod' },
        { Name: 'AutoScalingGroupName', Value: 'asg-1' },
      ]);
    }
    assert.deepEqual(
      new Map(data.map(({ MetricName, Unit }) => [MetricName, Unit])),
      new Map(Object.values(METRICS).map(({ name, unit }) => [name, unit])),
    );
  });

  it('publishes zeros, and omits only values that the host does not report', async () => {
    const nothing = reportOf(() => {});
    await createPublisher().publish(nothing, PERIOD_START);
    const data = cloudWatch.calls[0]?.body.MetricData ?? [];
    const hostOnly: string[] = [
      METRICS.hostCpu,
      METRICS.hostIoWait,
      METRICS.hostMemory,
      METRICS.clockErrorBound,
      METRICS.oldestSpillAge,
      METRICS.replicationLag,
      METRICS.deadLetters,
    ].map(({ name }) => name);
    const names = Object.values(METRICS).map(({ name }) => name);
    assert.deepEqual(
      data.map(({ MetricName }) => MetricName).sort(),
      names.filter((n) => !hostOnly.includes(n)).sort(),
    );
    for (const datum of data) assert.equal(datum.Value, 0, datum.MetricName);
  });

  it('never has more than 150 values in a metric', async () => {
    const spread = reportOf((metrics) => {
      for (let latencyMs = 0.1; latencyMs < 1e6; latencyMs *= 1.01)
        recordBlock(metrics, { latencyMs, timestamps: Math.ceil(latencyMs), writeUnits: 1 });
    });
    await createPublisher().publish(spread, PERIOD_START);
    const lengths = cloudWatch.calls[0]?.body.MetricData.map(({ Values = [] }) => Values.length) ?? [];
    assert.equal(Math.max(...lengths), 150);
  });

  it('reports each failure and recovery once, and never throws', async () => {
    const { publish, changes } = createPublisher();
    const nothing = reportOf(() => {});
    await publish(nothing, PERIOD_START);
    cloudWatch.answerWith((response) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'AccessDenied', message: 'not authorized to perform PutMetricData' }));
    });
    await publish(nothing, PERIOD_START);
    await publish(nothing, PERIOD_START);
    cloudWatch.answerWith((response) => response.destroy());
    await publish(nothing, PERIOD_START);
    cloudWatch.answerWith(ACCEPT);
    await publish(nothing, PERIOD_START);
    await publish(nothing, PERIOD_START);
    assert.deepEqual(changes, [true, false]);
  });

  it('gives up if CloudWatch does not answer', { timeout: 15_000 }, async () => {
    const { publish, changes } = createPublisher();
    cloudWatch.answerWith(() => {});
    await publish(
      reportOf(() => {}),
      PERIOD_START,
    );
    assert.deepEqual(changes, [true]);
  });
});
