import { Annotations } from 'aws-cdk-lib';
import { Certificate, CertificateValidation, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  type ApplicationListener,
  type ApplicationLoadBalancer,
  ApplicationProtocol,
  type ApplicationTargetGroup,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/table.ts';
import { addNames, namedZone } from './dns.ts';

/** The two ends that the listeners connect, and whether there is a certificate. */
export interface ListenersProps {
  readonly balancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  readonly settings: Settings;
}

/** Opens the load balancer to clients; returns the listener that leads to the fleet, and the address to call. */
export function addListeners(scope: Construct, props: ListenersProps): { listener: ApplicationListener; url: string } {
  const { balancer, settings } = props;
  const zone = namedZone(scope, settings);
  const certificate = serviceCertificate(scope, settings, zone);
  if (zone) addNames(scope, { zone, balancer, settings });
  const host = settings.domainName || balancer.loadBalancerDnsName;
  return certificate
    ? { listener: addTlsListeners(props, certificate), url: `https://${host}` }
    : { listener: addPlainListener(scope, props), url: `http://${host}` };
}

function serviceCertificate(scope: Construct, settings: Settings, zone?: IHostedZone): ICertificate | undefined {
  if (settings.certificateArn) return Certificate.fromCertificateArn(scope, 'Certificate', settings.certificateArn);
  if (!zone) return undefined;
  return new Certificate(scope, 'Certificate', {
    domainName: settings.domainName,
    validation: CertificateValidation.fromDns(zone),
  });
}

function addTlsListeners({ balancer, targetGroup }: ListenersProps, certificate: ICertificate): ApplicationListener {
  balancer.addRedirect({ open: false });
  return balancer.addListener('Https', {
    protocol: ApplicationProtocol.HTTPS,
    certificates: [certificate],
    sslPolicy: SslPolicy.RECOMMENDED_TLS,
    defaultTargetGroups: [targetGroup],
    open: false,
  });
}

function addPlainListener(scope: Construct, { balancer, targetGroup }: ListenersProps): ApplicationListener {
  Annotations.of(scope).addWarningV2(
    'stampede:plain-http',
    'The service answers over plain HTTP: anyone on the way can read and change requests. Say -c certificateArn=… or -c domainName=…',
  );
  return balancer.addListener('Http', {
    protocol: ApplicationProtocol.HTTP,
    defaultTargetGroups: [targetGroup],
    open: false,
  });
}
