import { addressIn } from './cidr.ts';
import { type Resource, resourcesOf, type Synthesized } from './synthesize.ts';

/** An endpoint of connections: its subnets and its security groups. */
export interface Party {
  readonly name: string;
  /** Logical ids of its security groups; empty outside the network. */
  readonly groups: readonly string[];
  /** Logical ids of its subnets; empty outside the network. */
  readonly subnets: readonly string[];
  readonly publicAddress: boolean;
  /** One for each subnet, or one outside the network. */
  readonly addresses: readonly string[];
}

/** A rule of a security group or a network ACL, in a common format. */
export interface Rule {
  /** IANA number as text; `-1` is all. */
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  /** A network, or the logical id of a security group. */
  readonly peer: string;
  readonly allow: boolean;
}

const PROTOCOLS: Readonly<Record<string, string>> = { tcp: '6', udp: '17', icmp: '1' };

/** Reads the logical id from a reference, which may be an import from another stack. */
export function logicalId(reference: unknown, { all }: Synthesized): string {
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::ImportValue': exported } = reference as Record<string, string>;
  if (Ref) return Ref;
  if (attribute) return attribute[0] as string;
  const output = all
    .flatMap(({ Outputs = {} }) => Object.values(Outputs))
    .find(({ Export }) => Export?.Name === exported);
  if (!output) throw new Error(`Nothing exports ${JSON.stringify(reference)}`);
  return logicalId(output.Value, { all } as Synthesized);
}

/** All resources with a security group. */
export function parties(stacks: Synthesized): readonly Party[] {
  const ids = (references: readonly unknown[]) => references.map((reference) => logicalId(reference, stacks));
  const party = (name: string, groups: unknown[], subnets: unknown[], publicAddress: boolean): Party => ({
    name,
    groups: ids(groups),
    subnets: ids(subnets),
    publicAddress,
    addresses: ids(subnets).map((subnet) => addressIn(stacks.network.Resources[subnet]?.Properties.CidrBlock)),
  });
  const balancers = resourcesOf('AWS::ElasticLoadBalancingV2::LoadBalancer', ...stacks.all).map(({ Properties: p }) =>
    party('load balancer', p.SecurityGroups, p.Subnets, p.Scheme === 'internet-facing'),
  );
  const endpoints = resourcesOf('AWS::EC2::InstanceConnectEndpoint', ...stacks.all).map(({ Properties: p }) =>
    party('instance connect', p.SecurityGroupIds, [p.SubnetId], false),
  );
  const groups = resourcesOf('AWS::AutoScaling::AutoScalingGroup', ...stacks.all).map(({ Properties: p }) => {
    const { LaunchTemplateId } = p.MixedInstancesPolicy?.LaunchTemplate.LaunchTemplateSpecification ?? p.LaunchTemplate;
    const template = logicalId(LaunchTemplateId, stacks);
    const { NetworkInterfaces: [nic] = [], SecurityGroupIds: ids } = launchTemplate(template, stacks).Properties
      .LaunchTemplateData;
    const name = p.AutoScalingGroupName.endsWith('bastion') ? 'bastion' : 'app';
    const publicAddress = nic?.AssociatePublicIpAddress ?? p.VPCZoneIdentifier.some(mapsPublicAddress);
    return party(name, nic?.Groups ?? ids, p.VPCZoneIdentifier, publicAddress);
  });
  return [...balancers, ...endpoints, ...groups];

  function mapsPublicAddress(subnet: unknown): boolean {
    return stacks.network.Resources[logicalId(subnet, stacks)]?.Properties.MapPublicIpOnLaunch === true;
  }
}

function launchTemplate(id: string, { all }: Synthesized): Resource {
  const template = all.map(({ Resources }) => Resources[id]).find((resource) => resource !== undefined);
  if (!template) throw new Error(`No launch template ${id}`);
  return template;
}

/** The rules of a security group, inline or as separate resources. */
export function groupRules(group: string, direction: 'Ingress' | 'Egress', stacks: Synthesized): readonly Rule[] {
  const inside = stacks.network.Resources[group]?.Properties[`SecurityGroup${direction}`] ?? [];
  const beside = resourcesOf(`AWS::EC2::SecurityGroup${direction}`, ...stacks.all)
    .map(({ Properties }) => Properties)
    .filter(({ GroupId }) => logicalId(GroupId, stacks) === group);
  return [...inside, ...beside].map((rule) => ({
    protocol: PROTOCOLS[rule.IpProtocol] ?? String(rule.IpProtocol),
    from: rule.FromPort ?? 0,
    to: rule.ToPort ?? 65_535,
    peer: rule.CidrIp ?? logicalId(rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId, stacks),
    allow: true,
  }));
}

/** The rules of a subnet's network ACL, in the order of evaluation. */
export function aclRules(subnet: string, egress: boolean, stacks: Synthesized): readonly Rule[] {
  const association = resourcesOf('AWS::EC2::SubnetNetworkAclAssociation', stacks.network).find(
    ({ Properties }) => logicalId(Properties.SubnetId, stacks) === subnet,
  );
  const acl = association && logicalId(association.Properties.NetworkAclId, stacks);
  return resourcesOf('AWS::EC2::NetworkAclEntry', stacks.network)
    .map(({ Properties }) => Properties)
    .filter((entry) => logicalId(entry.NetworkAclId, stacks) === acl && entry.Egress === egress)
    .toSorted((a, b) => a.RuleNumber - b.RuleNumber)
    .map((entry) => ({
      protocol: String(entry.Protocol),
      from: entry.PortRange?.From ?? 0,
      to: entry.PortRange?.To ?? 65_535,
      peer: entry.CidrBlock,
      allow: entry.RuleAction === 'allow',
    }));
}

/** The target of a subnet's default route. */
export function defaultRoute(subnet: string, stacks: Synthesized): 'internet gateway' | 'nat' | 'none' {
  const association = resourcesOf('AWS::EC2::SubnetRouteTableAssociation', stacks.network).find(
    ({ Properties }) => logicalId(Properties.SubnetId, stacks) === subnet,
  );
  const table = association && logicalId(association.Properties.RouteTableId, stacks);
  const route = resourcesOf('AWS::EC2::Route', stacks.network).find(
    ({ Properties: p }) => logicalId(p.RouteTableId, stacks) === table && p.DestinationCidrBlock === '0.0.0.0/0',
  );
  if (!route) return 'none';
  return route.Properties.GatewayId ? 'internet gateway' : 'nat';
}

/** The subnets of the NAT gateways; a regional gateway has none. */
export function natSubnets(stacks: Synthesized): readonly string[] {
  return resourcesOf('AWS::EC2::NatGateway', stacks.network).flatMap(({ Properties: { SubnetId } }) =>
    SubnetId ? [logicalId(SubnetId, stacks)] : [],
  );
}
