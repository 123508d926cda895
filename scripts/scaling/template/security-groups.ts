import { z } from 'zod';
import { parseReference } from './reference.ts';
import { refersTo, type StageTemplates } from './stage.ts';

/** Who is at the other end of a rule: a network, or the members of a group, by logical id. */
export type Peer = { readonly cidr: string } | { readonly group: string };

/** One permission of a security group. */
export interface FirewallRule {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'any';
  /** First and last port; undefined means all of them. */
  readonly ports: readonly [from: number, to: number] | undefined;
  readonly peer: Peer;
  readonly description: string;
}

/** A security group with all its rules, from all templates of the stage. */
export interface SecurityGroup {
  readonly logicalId: string;
  readonly ingress: readonly FirewallRule[];
  readonly egress: readonly FirewallRule[];
}

const ruleSchema = z.object({
  IpProtocol: z.coerce.string(),
  FromPort: z.coerce.number().optional(),
  ToPort: z.coerce.number().optional(),
  CidrIp: z.string().optional(),
  CidrIpv6: z.string().optional(),
  SourceSecurityGroupId: z.string().optional(),
  DestinationSecurityGroupId: z.string().optional(),
  Description: z.string().default(''),
});

const groupSchema = z.object({
  SecurityGroupIngress: z.array(ruleSchema).default([]),
  SecurityGroupEgress: z.array(ruleSchema).default([]),
});

const separateSchema = ruleSchema.extend({ GroupId: z.string() });

const PROTOCOLS: Readonly<Record<string, FirewallRule['protocol']>> = {
  tcp: 'tcp',
  '6': 'tcp',
  udp: 'udp',
  '17': 'udp',
  icmp: 'icmp',
  '1': 'icmp',
  '-1': 'any',
};

/** What Amazon EC2 adds to a group whose template names no egress rule. */
const ALLOW_ALL_OUT: FirewallRule = {
  protocol: 'any',
  ports: undefined,
  peer: { cidr: '0.0.0.0/0' },
  description: 'the default of EC2 where no egress rule is given',
};

/** Reads all security groups of a stage. Rules for IPv6 are left out: the stage has IPv4 only. */
export function readSecurityGroups(stage: StageTemplates): SecurityGroup[] {
  const ingress = stage.list('AWS::EC2::SecurityGroupIngress', separateSchema);
  const egress = stage.list('AWS::EC2::SecurityGroupEgress', separateSchema);
  return stage.list('AWS::EC2::SecurityGroup', groupSchema).map(({ stack, logicalId, properties }) => {
    const rulesOf = (own: readonly Rule[], separate: typeof ingress) =>
      [
        ...own,
        ...separate.map(({ properties: rule }) => rule).filter((rule) => refersTo(rule.GroupId, { stack, logicalId })),
      ].flatMap((rule) => readRule(`${stack}/${logicalId}`, rule));
    const out = rulesOf(properties.SecurityGroupEgress, egress);
    return {
      logicalId,
      ingress: rulesOf(properties.SecurityGroupIngress, ingress),
      egress: out.length > 0 ? out : [ALLOW_ALL_OUT],
    };
  });
}

type Rule = z.output<typeof ruleSchema>;

function readRule(place: string, rule: Rule): FirewallRule[] {
  if (rule.CidrIpv6 !== undefined) return [];
  const protocol = PROTOCOLS[rule.IpProtocol];
  const group = parseReference(rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId)?.logicalId;
  const peer = rule.CidrIp === undefined ? group && { group } : { cidr: rule.CidrIp };
  if (!protocol || !peer) {
    throw new Error(
      `${place} has a rule the reader does not know (protocol ${rule.IpProtocol}, '${rule.Description}'): ` +
        'expected tcp, udp, icmp or -1, and a CidrIp or a security group of the stage',
    );
  }
  const { FromPort: from, ToPort: to = from } = rule;
  const hasPorts = (protocol === 'tcp' || protocol === 'udp') && from !== undefined && to !== undefined && from >= 0;
  return [{ protocol, ports: hasPorts ? [from, to] : undefined, peer, description: rule.Description }];
}
