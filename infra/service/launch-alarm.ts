import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../runbook-alarm.ts';
import { groupMetric } from './group-metric.ts';

/**
 * Raised when launched instances do not enter service; rolls back a deployment. A refresh launches before it terminates,
 * so the group keeps its desired capacity in service all the time: only the pending instances show a bad image. A good
 * instance is pending for about a minute. A bad one stays pending until its launch is abandoned, after 3 to 5 minutes,
 * and is replaced by the next: 5 of 7 minutes allow for the time in between.
 */
export function launchAlarm(scope: Construct, id: string, groupName: string): Alarm {
  return runbookAlarm(scope, id, {
    means: 'Instances are launched, but for 5 of 7 minutes they have not entered service.',
    runbook:
      'read the activity history of the group and the log group system. After a deployment the refresh rolls back automatically; the image or its settings are bad.',
    metric: groupMetric(groupName, 'GroupPendingInstances'),
    when: { above: 0, periods: 7, breaching: 5 },
  });
}
