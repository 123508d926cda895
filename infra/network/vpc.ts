import { Annotations, Aws } from 'aws-cdk-lib';
import {
  CfnFlowLog,
  type CfnNatGateway,
  type CfnVPC,
  IpAddresses,
  type IVpc,
  NatProvider,
  SubnetType,
  Vpc,
  type VpcProps,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { MAX_ZONES, type Settings } from '../settings/table.ts';

/**
 * The network: public subnets for load balancer, NAT and bastion, private ones for the fleet, isolated ones for the
 * Instance Connect Endpoint. With the gateway endpoints, writes to DynamoDB do not depend on NAT.
 */
export function stampedeVpc(scope: Construct, id: string, settings: Settings): IVpc {
  Annotations.of(scope).addInfo(describeNatPrice(settings));
  return new Vpc(scope, id, {
    ipAddresses: IpAddresses.cidr(settings.vpcCidr),
    // Named instead of looked up: synth needs no credentials, and a new zone in the region moves no subnet.
    availabilityZones: zoneNames(settings.region, settings.networkZones),
    // Without reserved addresses, the private subnet of an added zone would overlap an isolated one.
    reservedAzs: MAX_ZONES - settings.networkZones.length,
    ...natGateways(settings),
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
    ],
  }) as IVpc; // exactOptionalPropertyTypes rejects the library's optional properties, which may be `undefined`.
}

function natGateways({ nat, region, zones }: Settings): VpcProps {
  if (nat === 'regional') return { natGatewayProvider: NatProvider.regionalGateway() };
  return {
    natGateways: nat === 'single' ? 1 : zones.length,
    natGatewaySubnets: { subnetType: SubnetType.PUBLIC, availabilityZones: zoneNames(region, zones) },
  };
}

/** Full names of zones, such as `eu-west-1a`. */
export function zoneNames(region: string, letters: readonly string[]): string[] {
  return letters.map((letter) => `${region}${letter}`);
}

/** Ids of the NAT gateways. CDK creates a zonal one below a public subnet, and a regional one below the network. */
export function natGatewayIds(vpc: IVpc): readonly string[] {
  const regional = vpc.node.tryFindChild('RegionalNatGateway') as CfnNatGateway | undefined;
  const zonal = vpc.publicSubnets.map((subnet) => subnet.node.tryFindChild('NATGateway') as CfnNatGateway | undefined);
  return [regional, ...zonal].flatMap((gateway) => (gateway ? [gateway.ref] : []));
}

/** Id of the security group that AWS creates with a VPC. CDK has it on the class only, not on the interface. */
export function defaultSecurityGroupId(vpc: IVpc): string {
  return (vpc.node.defaultChild as CfnVPC).attrDefaultSecurityGroup;
}

/** Monthly list price of NAT gateways in us-east-1, in USD, without traffic. Other regions cost up to 50 % more. */
export function natPricePerMonthUsd(gateways: number): number {
  return gateways * 0.045 * 730;
}

/** Describes the selected NAT option and its monthly cost, and the other options. */
export function describeNatPrice({
  nat,
  zones,
  networkZones,
}: Pick<Settings, 'nat' | 'zones' | 'networkZones'>): string {
  const options: Readonly<Record<Settings['nat'], readonly [what: string, billed: number]>> = {
    single: ['a single gateway, lost with its zone', 1],
    'per-az': [`a gateway in each of ${zones.length} zones`, zones.length],
    // AWS bills each zone that it covers like a zonal gateway.
    regional: [`a regional gateway in ${networkZones.length} zones`, networkZones.length],
  };
  const price = (gateways: number): string => `about ${natPricePerMonthUsd(gateways).toFixed(0)} USD a month`;
  const [what, billed] = options[nat];
  const others = Object.entries(options)
    .filter(([name]) => name !== nat)
    .map(([name, [, gateways]]) => `nat=${name} would be ${price(gateways)}`);
  return `NAT: ${what}, ${price(billed)} plus 0.045 USD a GB; timestamps do not use it. ${others.join(', ')}`;
}

export interface FlowLogProps {
  readonly vpc: IVpc;
  readonly logGroup: ILogGroup;
  readonly traffic: 'REJECT' | 'ALL';
}

/** Logs the network's traffic. */
export function addFlowLog(scope: Construct, id: string, { vpc, logGroup, traffic }: FlowLogProps): void {
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resources: [logGroup.logGroupArn],
    }),
  );
  new CfnFlowLog(scope, id, {
    resourceType: 'VPC',
    resourceId: vpc.vpcId,
    trafficType: traffic,
    logDestinationType: 'cloud-watch-logs',
    logGroupName: logGroup.logGroupName,
    deliverLogsPermissionArn: role.roleArn,
    maxAggregationInterval: 60,
  });
}
