import {
  type CfnNatGateway,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/table.ts';

/**
 * A network of its own: public subnets for load balancer, NAT and bastion, private ones with a way out for the fleet, isolated ones
 * for the endpoint by which operators come in. The gateway endpoints keep writes to DynamoDB alive when NAT is lost.
 */
export function stampedeVpc(scope: Construct, id: string, settings: Settings): IVpc {
  return new Vpc(scope, id, {
    ipAddresses: IpAddresses.cidr(settings.vpcCidr),
    // Named, not looked up: synth needs no credentials, and a new zone of the region moves no subnet.
    availabilityZones: settings.zones.map((letter) => `${settings.region}${letter}`),
    natGateways: settings.nat === 'single' ? 1 : settings.zones.length,
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
    ],
    gatewayEndpoints: {
      DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      S3: { service: GatewayVpcEndpointAwsService.S3 },
    },
  }) as IVpc; // The library's optional properties say `| undefined`, which exactOptionalPropertyTypes tells from absent.
}

/** Ids of the NAT gateways, which the library hides below the public subnets. */
export const natGatewayIds = (vpc: IVpc): readonly string[] =>
  vpc.publicSubnets
    .map((subnet) => subnet.node.tryFindChild('NATGateway') as CfnNatGateway | undefined)
    .flatMap((gateway) => (gateway ? [gateway.ref] : []));
