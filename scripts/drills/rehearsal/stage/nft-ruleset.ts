import type { FirewallRule, SecurityGroup } from '../../../scaling/template/security-groups.ts';

/** Addresses of the members of each security group, by the group's logical id. */
export type Members = Readonly<Record<string, readonly string[]>>;

/** Where packets are judged: `forward` between namespaces; `input` and `output` when a member lives in the router. */
export type Hook = 'forward' | 'input' | 'output';

/** Name of the nftables table that stands for the security groups. */
export const NFT_TABLE = 'security_groups';

/**
 * Security groups as an nftables ruleset: a packet passes when the sender's groups let it out and the receiver's let it
 * in. Each group is a set, so that instances join and leave without touching a rule. Answers pass, as security groups
 * are stateful; addresses in no group (the internet, AWS's own endpoints) are not filtered on their side.
 */
export function nftRuleset(
  groups: readonly SecurityGroup[],
  members: Members,
  hooks: readonly Hook[] = ['forward'],
): string {
  const unknown = Object.keys(members).filter((name) => !groups.some(({ logicalId }) => logicalId === name));
  if (unknown.length > 0) {
    const known = groups.map(({ logicalId }) => logicalId).join(', ');
    throw new Error(`members of ${unknown.join(', ')}, which are no security groups of the stage: expected ${known}`);
  }
  return [
    `table ip ${NFT_TABLE} {`,
    ...groups.map(({ logicalId }) => set(logicalId, members[logicalId] ?? [])),
    chain('egress', 'saddr', 'daddr', groups, ({ egress }) => egress),
    chain('ingress', 'daddr', 'saddr', groups, ({ ingress }) => ingress),
    ...hooks.map(baseChain),
    '}',
    '',
  ].join('\n');
}

/** A gateway endpoint as an nftables ruleset: only addresses of subnets that have the route to it get there. */
export function nftGateway(address: string, cidrs: readonly string[]): string {
  return [
    'table ip gateway_endpoint {',
    '  chain forward {',
    '    type filter hook forward priority 0; policy accept;',
    ...cidrs.map((cidr) => `    ip saddr ${cidr} ip daddr ${address} return`),
    // Without an endpoint the way leads over NAT to the public address, which anybody can reach.
    ...(cidrs.length > 0 ? [`    ip daddr ${address} counter drop`] : []),
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Arguments for `nft` that let an address join a group, or leave it. */
export function nftMember(change: 'add' | 'delete', group: string, address: string): string[] {
  return [change, 'element', 'ip', NFT_TABLE, setName(group), `{ ${address} }`];
}

function set(group: string, addresses: readonly string[]): string {
  const elements = addresses.length > 0 ? ` elements = { ${addresses.join(', ')} };` : '';
  return `  set ${setName(group)} { type ipv4_addr; flags interval;${elements} }`;
}

/** An address that is in some group needs a rule of one of its groups; `return` means that this side agrees. */
function chain(
  name: 'egress' | 'ingress',
  own: 'saddr' | 'daddr',
  other: 'saddr' | 'daddr',
  groups: readonly SecurityGroup[],
  rulesOf: (group: SecurityGroup) => readonly FirewallRule[],
): string {
  const permissions = groups.flatMap((group) =>
    rulesOf(group).map((rule) => {
      const peer = 'cidr' in rule.peer ? rule.peer.cidr : `@${setName(rule.peer.group)}`;
      const comment = rule.description === '' ? '' : ` comment "${commentText(rule.description)}"`;
      return `    ip ${own} @${setName(group.logicalId)} ip ${other} ${peer}${match(rule)} return${comment}`;
    }),
  );
  const refusals = groups.map(({ logicalId }) => `    ip ${own} @${setName(logicalId)} counter drop`);
  return [`  chain ${name} {`, ...permissions, ...refusals, '  }'].join('\n');
}

function baseChain(hook: Hook): string {
  return [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority 0; policy accept;`,
    '    ct state established,related accept',
    ...(hook === 'forward' ? [] : ['    meta iiftype loopback accept']),
    '    jump egress',
    '    jump ingress',
    '  }',
  ].join('\n');
}

function match({ protocol, ports }: FirewallRule): string {
  if (protocol === 'any') return '';
  if (!ports) return ` meta l4proto ${protocol}`;
  const [from, to] = ports;
  return ` ${protocol} dport ${from === to ? from : `${from}-${to}`}`;
}

function setName(group: string): string {
  return `members_of_${group}`;
}

/** nftables takes 128 bytes of comment, and no quotes in it. */
function commentText(text: string): string {
  return text.replace(/[^\w .,:;/()-]/g, '').slice(0, 120);
}
