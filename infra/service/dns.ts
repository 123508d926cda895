import type { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnHealthCheck, CfnRecordSet, HostedZone, type IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import { HEALTH_PATH } from '../../server/contract.ts';
import type { Settings } from '../settings/table.ts';

/** The hosted zone of the settings, referred to and not looked up; none without a domain name. */
export function namedZone(scope: Construct, settings: Settings): IHostedZone | undefined {
  if (!settings.domainName) return undefined;
  const { hostedZoneId, hostedZoneName } = settings;
  return HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName: hostedZoneName });
}

/** The name, and what it points to. */
export interface NamesProps {
  readonly zone: IHostedZone;
  readonly balancer: ApplicationLoadBalancer;
  readonly settings: Settings;
}

/** Points the service's name at the load balancer; in a pair of regions, only as long as this one is healthy. */
export function addNames(scope: Construct, { zone, balancer, settings }: NamesProps): void {
  new CfnRecordSet(scope, 'Name', {
    hostedZoneId: zone.hostedZoneId,
    name: settings.domainName,
    type: 'A',
    aliasTarget: {
      dnsName: balancer.loadBalancerDnsName,
      hostedZoneId: balancer.loadBalancerCanonicalHostedZoneId,
      evaluateTargetHealth: true,
    },
    ...failover(scope, balancer, settings),
  });
}

function failover(scope: Construct, balancer: ApplicationLoadBalancer, { failover: place, region }: Settings) {
  if (place === 'none') return {};
  const healthCheck = new CfnHealthCheck(scope, 'RegionHealth', {
    healthCheckConfig: {
      type: 'HTTPS',
      // The load balancer's own name, not the shared one, which would ask whichever region answers now.
      fullyQualifiedDomainName: balancer.loadBalancerDnsName,
      port: 443,
      resourcePath: HEALTH_PATH,
      requestInterval: 10,
      failureThreshold: 3,
      enableSni: true,
    },
  });
  return { failover: place.toUpperCase(), setIdentifier: region, healthCheckId: healthCheck.attrHealthCheckId };
}
