import type { CommandLine } from '../../../cli/run.ts';
import type { FirewallRule, SecurityGroup } from '../../../scaling/template/security-groups.ts';

const TABLE = 'security_groups';

/**
 * Security groups as an nftables ruleset: a packet passes when a group of the sender and a group of the receiver permit
 * it. Each group is a set, so that instances join and leave without a change of rules. Answers pass, because security
 * groups are stateful. Addresses in no group (the internet, AWS's endpoints) are not filtered on their side.
 */
export function nftRuleset(groups: readonly SecurityGroup[]): string {
  const sets = groups.map(({ logicalId }) => `  set ${setName(logicalId)} { type ipv4_addr; flags interval; }`);
  const chains = [...chain('egress', groups), ...chain('ingress', groups)];
  return table(TABLE, [...sets, ...chains], ['ct state established,related accept', 'jump egress', 'jump ingress']);
}

/** Replaces the rules of {@link nftRuleset} at once; members of groups and open connections stay. */
export function nftOtherRules(groups: readonly SecurityGroup[]): string {
  const chains = [...chain('egress', groups), ...chain('ingress', groups)];
  const flush = ['egress', 'ingress'].map((name) => `flush chain ip ${TABLE} ${name}`);
  return [...flush, `table ip ${TABLE} {`, ...chains, '}', ''].join('\n');
}

/** The command line that prints the rules by which receivers admit packets. */
export const NFT_LIST_INGRESS: CommandLine = ['nft', 'list', 'chain', 'ip', TABLE, 'ingress'];

/** Descriptions of ingress rules that a listing of the router lacks. */
export function missingRules(groups: readonly SecurityGroup[], listing: string): string[] {
  const descriptions = groups.flatMap(({ ingress }) => ingress.map(({ description }) => commentOf(description)));
  return descriptions.filter((text) => text !== '' && !listing.includes(`"${text}"`));
}

/** A gateway endpoint as an nftables ruleset: only subnets that have the route to it reach it. */
export function nftGateway(service: string, address: string, cidrs: readonly string[]): string {
  const permissions = cidrs.map((cidr) => `ip saddr ${cidr} ip daddr ${address} return`);
  // Without an endpoint the route leads over NAT to the public address, which anyone can reach.
  const refusals = cidrs.length > 0 ? [`ip daddr ${address} counter drop`] : [];
  return table(`gateway_endpoint_${service}`, [], [...permissions, ...refusals]);
}

/** Drops the first packets of new connections to an address; open connections stay. */
export function nftRefuseNewConnections(address: string): string {
  return table(REFUSED_CONNECTIONS, [], [`ip daddr ${address} ct state new counter drop`]);
}

/** The table that {@link nftRefuseNewConnections} makes. */
export const REFUSED_CONNECTIONS = 'refused_connections';

/** The command line that adds an address to a group or removes it. */
export function nftMember(change: 'add' | 'delete', group: string, address: string): CommandLine {
  return ['nft', change, 'element', 'ip', TABLE, setName(group), `{ ${address} }`];
}

/** A table with rules for every packet that the router forwards. */
function table(name: string, setsAndChains: readonly string[], rules: readonly string[]): string {
  return [
    `table ip ${name} {`,
    ...setsAndChains,
    '  chain forward {',
    '    type filter hook forward priority 0; policy accept;',
    ...rules.map((rule) => `    ${rule}`),
    '  }',
    '}',
    '',
  ].join('\n');
}

/** An address in a group needs a rule of one of its groups; `return` means that this side permits the packet. */
function chain(direction: 'egress' | 'ingress', groups: readonly SecurityGroup[]): string[] {
  const [own, other] = direction === 'egress' ? ['saddr', 'daddr'] : ['daddr', 'saddr'];
  const permissions = groups.flatMap((group) =>
    group[direction].map((rule) => {
      const peer = 'cidr' in rule.peer ? rule.peer.cidr : `@${setName(rule.peer.group)}`;
      const text = commentOf(rule.description);
      const comment = text && ` comment "${text}"`;
      return `    ip ${own} @${setName(group.logicalId)} ip ${other} ${peer}${match(rule)} return${comment}`;
    }),
  );
  const refusals = groups.map(({ logicalId }) => `    ip ${own} @${setName(logicalId)} counter drop`);
  return [`  chain ${direction} {`, ...permissions, ...refusals, '  }'];
}

/** nftables allows 128 bytes of comment, without quotes. */
function commentOf(description: string): string {
  return description.replace(/[^\w .,:;/()-]/g, '').slice(0, 120);
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
