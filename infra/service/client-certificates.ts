import {
  type MutualAuthentication,
  MutualAuthenticationMode,
  TrustStore,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/table.ts';

/**
 * Requires a certificate of every client (mutual TLS), signed by an authority in the bundle of the settings. The load
 * balancer refuses other clients before they can send a request.
 */
export function clientCertificates(
  scope: Construct,
  { clientAuthorities }: Settings,
): MutualAuthentication | undefined {
  if (!clientAuthorities) return undefined;
  const { hostname, pathname } = new URL(clientAuthorities);
  const trustStore = new TrustStore(scope, 'ClientAuthorities', {
    bucket: Bucket.fromBucketName(scope, 'ClientAuthoritiesBucket', hostname),
    key: pathname.slice(1),
  });
  return { mutualAuthenticationMode: MutualAuthenticationMode.VERIFY, trustStore };
}
