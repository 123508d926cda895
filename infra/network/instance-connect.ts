import { CfnInstanceConnectEndpoint, type IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Firewall } from './firewall.ts';

/** The network, and the group that may reach the instances' port 22. */
export interface InstanceConnectProps {
  readonly vpc: IVpc;
  readonly firewall: Firewall;
}

/** A door to private instances without a bastion or a public address; it costs nothing, and IAM guards it. */
export function addInstanceConnectEndpoint(
  scope: Construct,
  id: string,
  { vpc, firewall }: InstanceConnectProps,
): void {
  const [subnet] = vpc.isolatedSubnets;
  if (!subnet) throw new Error('The network has no isolated subnet, expected one for the Instance Connect Endpoint');
  new CfnInstanceConnectEndpoint(scope, id, {
    subnetId: subnet.subnetId,
    securityGroupIds: [firewall.instanceConnect.securityGroupId],
    preserveClientIp: false,
  });
}
