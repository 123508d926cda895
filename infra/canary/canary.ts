import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRIC_PERIOD_S } from '../../server/contract.ts';
import { CANARY_NAMESPACE } from '../contract.ts';
import type { CanarySecret } from '../service/canary-secret.ts';
import { allow } from '../statement.ts';

export interface CanaryProps {
  readonly stage: string;
  /** The public URL of the stage in this region. */
  readonly url: string;
  /** Whether the certificate is of the name in the URL. */
  readonly hasOwnName: boolean;
  readonly secret: CanarySecret;
  readonly logGroup: ILogGroup;
}

/**
 * A function outside the VPC that records a timestamp every minute and reads it back. Its metrics show what clients see,
 * whatever the fleet reports (decision 0052).
 */
export class Canary extends Construct {
  /** Percent of the runs that succeeded. */
  readonly success: Metric;
  /** Milliseconds of the POST, p99. */
  readonly postTime: Metric;

  constructor(scope: Construct, id: string, { stage, url, hasOwnName, secret, logGroup }: CanaryProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    secret.grantRead(role);
    role.addToPolicy(allow('OwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]));
    const run = new LambdaFunction(this, 'Function', {
      description: 'Records a timestamp and reads it back',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // The runtime has AWS's SDK.
      code: Code.fromAsset(join(import.meta.dirname, 'function'), { exclude: ['*.d.mts'] }),
      handler: 'index.handler',
      // Memory is CPU time as well: enough for the two TLS handshakes of a run.
      memorySize: 256,
      // A POST of 10 s, and reads for 5 s of which the last takes 10 s.
      timeout: Duration.seconds(30),
      // The next run comes soon enough.
      retryAttempts: 0,
      role,
      logGroup,
      environment: {
        STAGE: stage,
        URL: url,
        METRIC_NAMESPACE: CANARY_NAMESPACE,
        SECRET_ID: secret.arn,
        ...(!hasOwnName && { CHECK_NAME: 'off' }),
      },
    });
    new Rule(this, 'EveryMinute', {
      description: 'Starts the canary',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(run, { retryAttempts: 0 })],
    });
    const metric = (metricName: string, statistic: string) =>
      new Metric({
        namespace: CANARY_NAMESPACE,
        metricName,
        dimensionsMap: { Stage: stage },
        statistic,
        period: Duration.seconds(METRIC_PERIOD_S),
      });
    this.success = metric('Success', Stats.AVERAGE);
    this.postTime = metric('PostTime', Stats.p(99));
  }
}
