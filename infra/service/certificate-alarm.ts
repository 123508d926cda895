import { Duration } from 'aws-cdk-lib';
import { type Alarm, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookAlarm } from '../runbook-alarm.ts';
import type { LoadBalancer } from './load-balancer.ts';

/** ACM renews the certificates that it issues 45 days or more before they expire; imported ones it does not renew. */
const LEAST_DAYS = 30;

/**
 * The alarm on the certificate of the load balancer; none without TLS. It is in the stack of the certificate, because
 * another stack would not notice that it is replaced.
 */
export function certificateAlarm(scope: Construct, { certificate }: LoadBalancer): readonly Alarm[] {
  if (!certificate) return [];
  return [
    runbookAlarm(scope, 'CertificateExpires', {
      means: `The certificate expires in less than ${LEAST_DAYS} days, and was not renewed.`,
      runbook: 'in ACM: an imported certificate needs a new import; otherwise restore the CNAME that validates it.',
      metric: certificate.metricDaysToExpiry({ statistic: Stats.MINIMUM, period: Duration.days(1) }),
      when: { below: LEAST_DAYS, periods: 1 },
    }),
  ];
}
