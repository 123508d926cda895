import { CLIENT_PORTS } from '../../ami/contract.ts';
import { holds } from './cidr.ts';
import { aclRules, defaultRoute, groupRules, natSubnets, type Party, parties, type Rule } from './network-model.ts';
import type { Synthesized } from './synthesize.ts';

/** A connection that can be opened: `internet → load balancer tcp 443`. */
export type Connection = `${string} → ${string} ${'tcp' | 'udp'} ${number}`;

/** The layers to evaluate. Without the network ACLs, only the security groups count. */
export type Layers = 'groups and ACLs' | 'groups only';

const PROTOCOLS = { tcp: '6', udp: '17' } as const;

/** Both ends of the range of client ports. */
const SOURCE_PORTS = Object.values(CLIENT_PORTS);

/** A party outside the network. */
export function outside(name: string, address: string): Party {
  return {
    name,
    groups: [],
    subnets: [],
    publicAddress: true,
    addresses: [address],
  };
}

/**
 * Every new connection that can be opened among the parties of the stacks and those outside. The security groups of
 * both ends, the network ACLs of both subnets in both directions and a route must allow it.
 */
export function connections(
  stacks: Synthesized,
  outsiders: readonly Party[],
  layers: Layers = 'groups and ACLs',
): readonly Connection[] {
  const all = [...parties(stacks), ...outsiders];
  const ports = boundaries(all, stacks);
  const found = new Set<Connection>();
  for (const from of all) {
    for (const to of all) {
      if (from === to || (from.subnets.length === 0 && to.subnets.length === 0)) continue;
      if (!routed(from, to, stacks)) continue;
      for (const protocol of ['tcp', 'udp'] as const) {
        for (const port of ports) {
          if (open(from, to, protocol, port, stacks, layers))
            found.add(`${from.name} → ${to.name} ${protocol} ${port}`);
        }
      }
    }
  }
  return [...found].toSorted();
}

/** Ports at which a rule begins or ends, and their neighbours; between two of them nothing changes. */
function boundaries(all: readonly Party[], stacks: Synthesized): readonly number[] {
  const groups = all.flatMap((party) => party.groups);
  const rules = groups.flatMap((group) => [
    ...groupRules(group, 'Ingress', stacks),
    ...groupRules(group, 'Egress', stacks),
  ]);
  const ports = rules.flatMap(({ from, to }) => [from - 1, from, to, to + 1]);
  return [...new Set([...ports, 53, 3_389])].filter((port) => port > 0 && port <= 65_535);
}

/** Traffic inside the network is always routed; other traffic needs a gateway and, inbound, a public address. */
function routed(from: Party, to: Party, stacks: Synthesized): boolean {
  const throughInternetGateway = (party: Party) =>
    party.publicAddress && party.subnets.every((subnet) => defaultRoute(subnet, stacks) === 'internet gateway');
  if (from.subnets.length === 0) return throughInternetGateway(to);
  if (to.subnets.length > 0) return true;
  return throughInternetGateway(from) || from.subnets.every((subnet) => defaultRoute(subnet, stacks) === 'nat');
}

function open(
  from: Party,
  to: Party,
  protocol: 'tcp' | 'udp',
  port: number,
  stacks: Synthesized,
  layers: Layers,
): boolean {
  const number = PROTOCOLS[protocol];
  const groupsOpen =
    allowedByGroups(from, 'Egress', to, number, port, stacks) &&
    allowedByGroups(to, 'Ingress', from, number, port, stacks);
  return groupsOpen && (layers === 'groups only' || aclsOpen(from, to, number, port, stacks));
}

function allowedByGroups(
  party: Party,
  direction: 'Ingress' | 'Egress',
  peer: Party,
  protocol: string,
  port: number,
  stacks: Synthesized,
): boolean {
  if (party.subnets.length === 0) return true;
  return party.groups
    .flatMap((group) => groupRules(group, direction, stacks))
    .some(
      (rule) =>
        covers(rule, protocol, port) &&
        (peer.groups.includes(rule.peer) ||
          (rule.peer.includes('/') && peer.addresses.some((address) => holds(rule.peer, address)))),
    );
}

/** Network ACLs are stateless, so they must also allow answers to client ports. */
function aclsOpen(from: Party, to: Party, protocol: string, port: number, stacks: Synthesized): boolean {
  return (
    passes(from, true, to, protocol, port, stacks) &&
    passes(to, false, from, protocol, port, stacks) &&
    SOURCE_PORTS.every(
      (client) => passes(to, true, from, protocol, client, stacks) && passes(from, false, to, protocol, client, stacks),
    ) &&
    passesNat(from, to, protocol, port, stacks)
  );
}

/** Traffic to the outside without a public address also passes the ACLs of the NAT gateways' subnets, twice each way. */
function passesNat(from: Party, to: Party, protocol: string, port: number, stacks: Synthesized): boolean {
  if (from.publicAddress || to.subnets.length > 0) return true;
  const nat = { ...outside('NAT gateway', ''), subnets: natSubnets(stacks) };
  return (
    passes(nat, false, from, protocol, port, stacks) &&
    passes(nat, true, to, protocol, port, stacks) &&
    SOURCE_PORTS.every(
      (client) => passes(nat, false, to, protocol, client, stacks) && passes(nat, true, from, protocol, client, stacks),
    )
  );
}

function passes(
  party: Party,
  egress: boolean,
  peer: Party,
  protocol: string,
  port: number,
  stacks: Synthesized,
): boolean {
  return party.subnets.every((subnet) =>
    peer.addresses.every((address) => {
      const decisive = aclRules(subnet, egress, stacks).find(
        (rule) => covers(rule, protocol, port) && holds(rule.peer, address),
      );
      return decisive?.allow ?? false;
    }),
  );
}

const covers = (rule: Rule, protocol: string, port: number): boolean =>
  (rule.protocol === '-1' || rule.protocol === protocol) && port >= rule.from && port <= rule.to;
