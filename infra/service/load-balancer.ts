import { Aws, Duration } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  type ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  DesyncMitigationMode,
  TargetGroupLoadBalancingAlgorithmType,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { HEALTH_PATH, PORT, TIMEOUTS_MS } from '../../server/contract.ts';
import { HEALTH_CHECK } from '../contract.ts';
import type { Firewall } from '../network/firewall.ts';
import type { Settings } from '../settings/table.ts';
import { addListeners } from './listeners.ts';

export interface LoadBalancerProps {
  readonly vpc: IVpc;
  /** Full names, such as `eu-west-1a`. */
  readonly zones: readonly string[];
  readonly firewall: Firewall;
  readonly stage: string;
  readonly settings: Settings;
  readonly logs: IBucket;
}

/** The load balancer and its target group. */
export class LoadBalancer extends Construct {
  readonly balancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  readonly listener: ApplicationListener;
  readonly url: string;
  /** @default - plain HTTP */
  readonly certificate: ICertificate | undefined;

  constructor(scope: Construct, id: string, { vpc, zones, firewall, stage, settings, logs }: LoadBalancerProps) {
    super(scope, id);
    this.balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC, availabilityZones: [...zones] },
      internetFacing: true,
      securityGroup: firewall.loadBalancer,
      idleTimeout: Duration.millis(TIMEOUTS_MS.albIdle),
      dropInvalidHeaderFields: true,
      desyncMitigationMode: DesyncMitigationMode.STRICTEST,
      deletionProtection: settings.loadBalancerProtection,
      ...(settings.minimumLoadBalancerCapacity > 0 && { minimumCapacityUnit: settings.minimumLoadBalancerCapacity }),
    });
    this.balancer.setAttribute('zonal_shift.config.enabled', String(settings.zonalShift));
    this.balancer.logAccessLogs(logs, `${stage}/access`);
    this.balancer.logConnectionLogs(logs, `${stage}/connection`);
    if (settings.healthCheckLogs) logHealthChecks(this.balancer, logs, `${stage}/health-check`);
    this.targetGroup = appTargets(this, 'Targets', vpc);
    const { balancer, targetGroup } = this;
    const { listener, url, certificate } = addListeners(this, { balancer, targetGroup, settings });
    this.listener = listener;
    this.url = url;
    this.certificate = certificate;
  }
}

/** CDK has no method for these logs. The bucket policy is the one that Elastic Load Balancing documents for them. */
function logHealthChecks(balancer: ApplicationLoadBalancer, logs: IBucket, prefix: string): void {
  logs.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [logs.arnForObjects(`${prefix}/AWSLogs/${Aws.ACCOUNT_ID}/*`)],
    }),
  );
  balancer.setAttribute('health_check_logs.s3.enabled', 'true');
  balancer.setAttribute('health_check_logs.s3.bucket', logs.bucketName);
  balancer.setAttribute('health_check_logs.s3.prefix', prefix);
}

function appTargets(scope: Construct, id: string, vpc: IVpc): ApplicationTargetGroup {
  return new ApplicationTargetGroup(scope, id, {
    vpc,
    targetType: TargetType.INSTANCE,
    protocol: ApplicationProtocol.HTTP,
    port: PORT,
    // A new instance is slower until its code is compiled, so it gets fewer requests.
    loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
    deregistrationDelay: Duration.millis(TIMEOUTS_MS.deregistrationDelay),
    healthCheck: {
      path: HEALTH_PATH,
      port: String(PORT),
      healthyHttpCodes: '200',
      interval: Duration.seconds(HEALTH_CHECK.intervalS),
      timeout: Duration.seconds(HEALTH_CHECK.timeoutS),
      healthyThresholdCount: HEALTH_CHECK.healthyThreshold,
      unhealthyThresholdCount: HEALTH_CHECK.unhealthyThreshold,
    },
  });
}
