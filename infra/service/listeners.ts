import { Annotations } from 'aws-cdk-lib';
import { Certificate, CertificateValidation, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  type ApplicationListener,
  type ApplicationLoadBalancer,
  ApplicationProtocol,
  type ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnHealthCheck, CfnRecordSet, HostedZone, type IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import { HEALTH_PATH } from '../../server/contract.ts';
import { LISTENER_PRIORITIES, REGION_HEALTH_CHECK } from '../contract.ts';
import { regionalName } from '../settings/regions.ts';
import type { Settings } from '../settings/table.ts';
import { clientCertificates } from './client-certificates.ts';
import { forwardCallers } from './jwt-validation.ts';

export interface ListenersProps {
  readonly balancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  readonly settings: Settings;
}

/** What a load balancer serves. */
interface Listeners {
  /** The listener that forwards to the fleet. */
  readonly listener: ApplicationListener;
  /** URL of the service in this region. */
  readonly url: string;
  /** @default - plain HTTP */
  readonly certificate: ICertificate | undefined;
}

/** Adds the listeners. */
export function addListeners(scope: Construct, props: ListenersProps): Listeners {
  const { balancer, settings } = props;
  const zone = namedZone(scope, settings);
  const certificate = serviceCertificate(scope, settings, zone);
  if (zone) addNames(scope, zone, props);
  const host = hostOf(settings) || balancer.loadBalancerDnsName;
  return certificate
    ? { listener: addTlsListeners(scope, props, certificate), url: `https://${host}`, certificate }
    : { listener: addPlainListener(scope, props), url: `http://${host}`, certificate };
}

/** The name of this region's load balancer; empty without a domain name. */
function hostOf(settings: Settings): string {
  return settings.regions.length > 0 ? regionalName(settings, settings.region) : settings.domainName;
}

function serviceCertificate(scope: Construct, settings: Settings, zone?: IHostedZone): ICertificate | undefined {
  if (settings.certificateArn) return Certificate.fromCertificateArn(scope, 'Certificate', settings.certificateArn);
  if (!zone) return undefined;
  return new Certificate(scope, 'Certificate', {
    domainName: settings.domainName,
    ...(settings.regions.length > 0 && { subjectAlternativeNames: [hostOf(settings)] }),
    validation: CertificateValidation.fromDns(zone),
  });
}

function addTlsListeners(scope: Construct, props: ListenersProps, certificate: ICertificate): ApplicationListener {
  const { balancer, targetGroup, settings } = props;
  const mutualAuthentication = clientCertificates(scope, settings);
  const https = balancer.addListener('Https', {
    protocol: ApplicationProtocol.HTTPS,
    certificates: [certificate],
    sslPolicy: SslPolicy.RECOMMENDED_TLS,
    defaultAction: forwardCallers(settings, targetGroup),
    ...(mutualAuthentication && { mutualAuthentication }),
    open: false,
  });
  // Health checks from outside, such as Route 53's, have no token.
  if (settings.jwtIssuer) {
    https.addAction('Health', {
      priority: LISTENER_PRIORITIES.health,
      conditions: [ListenerCondition.pathPatterns([HEALTH_PATH])],
      action: ListenerAction.forward([targetGroup]),
    });
  }
  const redirect = ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true });
  // Otherwise a stage that gets a certificate could redirect before port 443 answers.
  addHttpListener(props, redirect).node.addDependency(https);
  return https;
}

/**
 * Port 80 is the same listener with and without TLS: CloudFormation would create a second one before it deletes the
 * first, which the load balancer refuses.
 */
function addHttpListener({ balancer }: ListenersProps, defaultAction: ListenerAction): ApplicationListener {
  return balancer.addListener('Http', { protocol: ApplicationProtocol.HTTP, defaultAction, open: false });
}

function addPlainListener(scope: Construct, props: ListenersProps): ApplicationListener {
  Annotations.of(scope).addWarningV2(
    'stampede:plain-http',
    'The service uses plain HTTP: anyone on the network path can read and change requests. Use -c certificateArn=… or -c domainName=…',
  );
  return addHttpListener(props, ListenerAction.forward([props.targetGroup]));
}

/** The hosted zone of the settings, without a lookup; `undefined` without a domain name. */
function namedZone(scope: Construct, settings: Settings): IHostedZone | undefined {
  if (!settings.domainName) return undefined;
  const { hostedZoneId, hostedZoneName } = settings;
  return HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName: hostedZoneName });
}

/**
 * Points the shared name to the load balancer: clients get the healthy region with the lowest latency. A single region
 * has a latency record as well, because Route 53 accepts none beside a simple one: a second region could not be added
 * later. In several regions, the regional name always leads here.
 */
function addNames(scope: Construct, zone: IHostedZone, { balancer, settings }: ListenersProps): void {
  const { region, domainName, regions } = settings;
  const record = { hostedZoneId: zone.hostedZoneId, type: 'A' };
  const aliasTarget = {
    dnsName: balancer.loadBalancerDnsName,
    hostedZoneId: balancer.loadBalancerCanonicalHostedZoneId,
  };
  new CfnRecordSet(scope, 'Name', {
    ...record,
    name: domainName,
    aliasTarget: { ...aliasTarget, evaluateTargetHealth: true },
    setIdentifier: region,
    region,
    ...(regions.length > 0 && { healthCheckId: regionHealth(scope, balancer).attrHealthCheckId }),
  });
  if (regions.length > 0) {
    new CfnRecordSet(scope, 'RegionalName', { ...record, name: regionalName(settings, region), aliasTarget });
  }
}

function regionHealth(scope: Construct, balancer: ApplicationLoadBalancer): CfnHealthCheck {
  return new CfnHealthCheck(scope, 'RegionHealth', {
    healthCheckConfig: {
      type: 'HTTPS',
      // The load balancer's own name, because the shared name leads to the nearest healthy region.
      fullyQualifiedDomainName: balancer.loadBalancerDnsName,
      port: 443,
      resourcePath: HEALTH_PATH,
      requestInterval: REGION_HEALTH_CHECK.intervalS,
      failureThreshold: REGION_HEALTH_CHECK.failureThreshold,
      enableSni: true,
    },
  });
}
