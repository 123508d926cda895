import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { pino } from 'pino';
import { orUnavailable } from '../../../server/dynamodb/client.ts';
import { LOG_FORMAT } from '../../../server/logger.ts';
import { EVERYTHING_ON, resourcesOf, synthesize } from '../synthesize.ts';

const everything = synthesize('prod', EVERYTHING_ON);
const filters = resourcesOf('AWS::Logs::MetricFilter', everything.operations).map(({ Properties }) => Properties);

/** The names of the metrics that count a line, by the part of CloudWatch's JSON patterns that the filters use. */
function metricsThatCount(line: string): readonly string[] {
  return filtersOf('App')
    .filter(({ FilterPattern: pattern }) => matches(pattern, JSON.parse(line)))
    .map(({ MetricTransformations: [metric] }) => metric.MetricName);
}

function filtersOf(logGroup: 'App' | 'System') {
  return filters.filter(({ LogGroupName }) => JSON.stringify(LogGroupName).includes(`LogGroups${logGroup}`));
}

function matches(pattern: string, line: unknown): boolean {
  const [, expression] = /^\{ (.+) \}$/.exec(pattern) ?? assert.fail(`${pattern} is not a JSON pattern`);
  return (expression as string).split(' || ').some((term) => {
    const parts = /^\(?\$\.([\w.]+) = "(\w+)"\)?$/.exec(term) ?? assert.fail(`${term} is not $.field = "text"`);
    const [, path, value] = parts as unknown as readonly [string, string, string];
    const field = path.split('.').reduce<unknown>((node, name) => (node as Record<string, unknown>)?.[name], line);
    return field === value;
  });
}

/** The line that the server's logger writes. */
function lineOf(log: (logger: pino.Logger) => void): string {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  log(pino(LOG_FORMAT, sink));
  assert.equal(lines.length, 1);
  return lines.join('');
}

const metadata = { $fault: 'client', $metadata: {} } as const;
const message = 'User: arn:aws:sts::123456789012:assumed-role/example is not authorized';
const byDynamoDB = new DynamoDBServiceException({ ...metadata, name: 'AccessDeniedException', message });
const byS3 = new S3ServiceException({ ...metadata, name: 'AccessDenied', message });

describe('alarms on the server’s log', () => {
  it('count crashes', () => {
    const line = lineOf((logger) => logger.fatal({ err: new Error('a bug') }, 'crashed'));
    assert.deepEqual(metricsThatCount(line), ['Crashes']);
  });

  it('count in pm2’s log the workers that a signal ended, because they write no line of their own', () => {
    // What pm2 logs for a worker that was stopped, that the kernel killed, and that V8 ended for lack of memory.
    const line = (signal: string) => `PM2 log: App [stampede:0] exited with code [0] via signal [${signal}]`;
    const [filter, ...others] = filtersOf('System');
    assert.deepEqual(others, []);
    const terms = Array.from(filter?.FilterPattern.matchAll(/\?"([^"]+)"/g) ?? [], ([, term = '']) => term);
    const isCounted = (signal: string) => terms.some((term) => line(signal).includes(term));
    const signals = ['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGTRAP'];
    assert.deepEqual(signals.filter(isCounted), signals.slice(2));
    assert.equal(filter?.MetricTransformations[0].MetricName, 'Crashes');
  });

  it('are raised by a worker that restarts every quarter of an hour, but not by one reload of all workers', () => {
    const [alarm] = resourcesOf('AWS::CloudWatch::Alarm', everything.operations)
      .map(({ Properties }) => Properties)
      .filter(({ MetricName }) => MetricName === 'WorkerRestarts');
    assert.deepEqual([alarm.Threshold, alarm.Period, alarm.EvaluationPeriods, alarm.DatapointsToAlarm], [0, 60, 60, 4]);
  });

  it('count calls that AWS refuses', () => {
    for (const err of [byDynamoDB, byS3])
      assert.deepEqual(metricsThatCount(lineOf((logger) => logger.warn({ err }, 'refused'))), ['AccessDenied']);
  });

  it('count refused calls that are the cause of an error', async () => {
    const err = await orUnavailable(Promise.reject(byDynamoDB)).catch((error: unknown) => error);
    const line = lineOf((logger) => logger.error({ err, url: '/app' }, 'request failed'));
    assert.deepEqual(metricsThatCount(line), ['AccessDenied']);
  });

  it('do not count what a client sends', () => {
    const request = { method: 'GET', url: '/AccessDenied?AccessDeniedException', status: 404 };
    const failed = { err: new Error('the path is /AccessDenied'), url: '/app/AccessDenied' };
    for (const line of [
      lineOf((logger) => logger.info(request, 'request')),
      lineOf((logger) => logger.error(failed, 'request failed')),
    ])
      assert.deepEqual(metricsThatCount(line), []);
  });

  it('read the metrics of their own stage, because metrics of filters have no dimension', () => {
    const counted = filters.flatMap(({ MetricTransformations: metrics }) => metrics);
    const watched = resourcesOf('AWS::CloudWatch::Alarm', everything.operations)
      .map(({ Properties }) => Properties)
      .filter(({ Namespace }) => Namespace === 'Stampede/Logs/prod');
    assert.deepEqual(
      new Set(watched.map(({ MetricName }) => MetricName)),
      new Set(counted.map(({ MetricName }) => MetricName)),
    );
    assert.ok(
      counted.every(({ MetricNamespace, DefaultValue }) => {
        return MetricNamespace === 'Stampede/Logs/prod' && DefaultValue === undefined;
      }),
    );
  });
});
