import { addressIn, holds } from '../cidr.ts';
import type { Resource } from '../synthesize.ts';
import { type Change, references } from './change.ts';
import { fixedNames } from './schema.ts';

const RULE = ['GroupId', 'IpProtocol', 'FromPort', 'ToPort', 'CidrIp', 'CidrIpv6'];

/** Properties of which AWS accepts each combination once. */
const UNIQUE: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::InstanceConnectEndpoint': [],
  'AWS::EC2::NetworkAclEntry': ['NetworkAclId', 'Egress', 'RuleNumber'],
  'AWS::EC2::Route': ['RouteTableId', 'DestinationCidrBlock'],
  'AWS::EC2::SecurityGroupEgress': [...RULE, 'DestinationSecurityGroupId'],
  'AWS::EC2::SecurityGroupIngress': [...RULE, 'SourceSecurityGroupId'],
  'AWS::EC2::SubnetRouteTableAssociation': ['SubnetId'],
  'AWS::EC2::VPCEndpoint': ['VpcId', 'ServiceName'],
  'AWS::ElasticLoadBalancingV2::Listener': ['LoadBalancerArn', 'Port'],
  'AWS::Route53::RecordSet': ['HostedZoneId', 'Name', 'Type', 'SetIdentifier'],
  'AWS::WAFv2::WebACLAssociation': ['ResourceArn'],
};

/**
 * The resources that get a port, a network or a name while another one still has it, because CloudFormation deletes at
 * the end of an update.
 */
export function takenKeys(change: Change): readonly string[] {
  const { before, after, fates } = change;
  const ofType = Map.groupBy(Object.entries(before.Resources), ([, { Type }]) => Type);
  return Object.entries(after.Resources).flatMap(([id, resource]) =>
    (ofType.get(resource.Type) ?? [])
      .filter(([other]) => other !== id || fates.get(id) === 'replaced')
      .filter(([, other]) => sameKey(other, resource, change))
      .map(([other]) => `${id} (${resource.Type}) takes ${JSON.stringify(keyOf(resource))} while ${other} has it`),
  );
}

function sameKey(before: Resource, after: Resource, { fates }: Change): boolean {
  const key = keyOf(after);
  const isNew = (id: string) => ['created', 'replaced'].includes(fates.get(id) ?? 'kept');
  // A new load balancer, network or group has none of the ports, subnets and rules of the old one.
  if (key === undefined || references(key).some(isNew)) return false;
  if (after.Type === 'AWS::EC2::Subnet') return overlap(before.Properties.CidrBlock, after.Properties.CidrBlock);
  return JSON.stringify(key) === JSON.stringify(keyOf(before));
}

function keyOf(resource: Resource): object | undefined {
  const { Type, Properties } = resource;
  if (Type === 'AWS::EC2::Subnet') return pick(Properties, ['VpcId', 'CidrBlock']);
  const unique = UNIQUE[Type];
  if (unique) return pick(Properties, unique);
  const names = fixedNames(resource);
  return Object.keys(names).length > 0 ? names : undefined;
}

function pick(properties: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, properties[name]]));
}

function overlap(one: string, other: string): boolean {
  return holds(one, addressIn(other)) || holds(other, addressIn(one));
}

/** Properties of a DNS record of which Route 53 permits one, for all records of a name. */
const ROUTING = ['Weight', 'Region', 'Failover', 'GeoLocation', 'MultiValueAnswer'];

/**
 * The DNS records that an update would give another identifier or routing policy. Route 53 refuses a record while one
 * of the same name has another policy, or the same policy under another identifier.
 */
export function reroutedNames({ before, after, fates }: Change): readonly string[] {
  const routing = ({ Properties: p }: Resource) => [p.SetIdentifier, ...ROUTING.filter((policy) => policy in p)].join();
  return Object.entries(after.Resources).flatMap(([id, record]) => {
    const old = before.Resources[id];
    if (record.Type !== 'AWS::Route53::RecordSet' || !old || fates.get(id) === 'replaced') return [];
    const [from, to] = [routing(old), routing(record)];
    return from === to ? [] : [`${id} changes its routing from "${from}" to "${to}"`];
  });
}

/**
 * The rules of network ACLs that an update moves to another entry. CloudFormation changes the entries in any order, so
 * a connection that is allowed before and after would be refused in between.
 */
export function movedAclRules({ before, after }: Change): readonly string[] {
  const rules = (template: Change['before']) =>
    Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::EC2::NetworkAclEntry');
  const meaning = ({ Properties: { RuleNumber: _, ...rule } }: Resource) => JSON.stringify(rule);
  const next = new Map(rules(after).map(([id, rule]) => [meaning(rule), id]));
  return rules(before)
    .map(([id, rule]) => [id, next.get(meaning(rule))] as const)
    .filter(([id, moved]) => moved !== undefined && moved !== id)
    .map(([id, moved]) => `The rule of ${id} moves to ${moved}`);
}
