import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type IFilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type AlarmText, runbookAlarm } from '../../runbook-alarm.ts';
import { sumMetric } from '../metrics.ts';

interface LogAlarm extends AlarmText {
  readonly pattern: IFilterPattern;
}

/** Lines of the server's log that need somebody's attention, by the name of their metric. */
const LINES: Readonly<Record<string, LogAlarm>> = {
  Crashes: {
    pattern: FilterPattern.stringValue('$.level', '=', 'fatal'),
    means: 'A worker of the server crashed, or could not start.',
    runbook:
      'search the log group app for { $.level = "fatal" }, which has the stack trace, and system for "via signal".',
  },
  AccessDenied: {
    // The names that AWS services give to this error. A path that a client sends can contain them too.
    pattern: FilterPattern.any(
      ...['AccessDenied', 'AccessDeniedException'].map((name) =>
        FilterPattern.stringValue('$.err.rootCause', '=', name),
      ),
    ),
    means: 'AWS refused a call of the server for lack of a permission.',
    runbook:
      'search the log group app for { $.err.rootCause = "AccessDenied*" }; npm run plan with --drift shows what was changed.',
  },
};

/**
 * A worker that one of these signals ends writes no line: the kernel kills it when memory runs out, or V8 aborts. V8
 * then writes `FATAL ERROR` to pm2's log, and pm2 writes the signal. A stop or a reload sends `SIGINT`.
 */
const CRASH_SIGNALS = ['SIGKILL', 'SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGTRAP'];

/** Alarms on lines of the server's log. The filters count nothing, and cost nothing, while there is no such line. */
export function logAlarms(
  scope: Construct,
  id: string,
  { stage, app, system }: { readonly stage: string; readonly app: ILogGroup; readonly system: ILogGroup },
): readonly Alarm[] {
  const lines = new Construct(scope, id);
  // Metrics of filters have no dimensions of their own, so the namespace has the stage.
  const namespace = `Stampede/Logs/${stage}`;
  const count = (metricName: string, logGroup: ILogGroup, filterPattern: IFilterPattern, filterId: string) =>
    new MetricFilter(lines, filterId, {
      logGroup,
      filterPattern,
      metricNamespace: namespace,
      metricName,
      metricValue: '1',
    });
  const bySignal = FilterPattern.anyTerm(...CRASH_SIGNALS.map((signal) => `via signal [${signal}]`));
  count('Crashes', system, bySignal, 'CrashesBySignalFilter');
  return Object.entries(LINES).map(([name, { pattern, means, runbook }]) => {
    count(name, app, pattern, `${name}Filter`);
    return runbookAlarm(lines, name, {
      means,
      runbook,
      metric: sumMetric(namespace, name),
      when: { above: 0, periods: 1 },
    });
  });
}
