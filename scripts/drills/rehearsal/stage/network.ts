import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureQuietly } from '../../../cli/run.ts';
import { deleteNamespace, makeNamespace, type NetworkNamespace } from '../../../machine/network-namespace.ts';
import { nameInRun } from '../../../machine/run-name.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import type { FirewallRule, SecurityGroup } from '../../../scaling/template/security-groups.ts';
import type { Subnet } from '../../../scaling/template/subnets.ts';
import {
  missingRules,
  NFT_LIST_INGRESS,
  nftGateway,
  nftMember,
  nftOtherRules,
  nftRefuseNewConnections,
  nftRuleset,
  REFUSED_CONNECTIONS,
} from './nft-ruleset.ts';

/** Addresses outside the VPC: documentation networks, which no stage uses. */
export const OUTSIDE = {
  /** The one address that may reach the bastion. */
  operator: '203.0.113.10',
  client: '203.0.113.20',
  /** Users of a stage in two regions. */
  users: '203.0.113.30',
  database: '198.51.100.10',
  autoScaling: '198.51.100.20',
  secrets: '198.51.100.30',
  cloudWatch: '198.51.100.40',
  s3: '198.51.100.50',
} as const;

/** Address of the instance metadata service on every instance. */
export const METADATA_ADDRESS = '169.254.169.254';

/** Port of AWS's endpoints, the only one that the instances' security group lets them reach. */
export const AWS_PORT = 443;

/** Next hop of every machine, like the VPC's router. */
const GATEWAY = '169.254.1.1';

/** A filtered packet is dropped, so the client waits; an open port answers within milliseconds. */
const REFUSED_AFTER_S = 2;

/** A stage's VPC. */
export type StageNetwork = Awaited<ReturnType<typeof makeNetwork>>;

/** A machine with its own link to the router. */
export type Attachment = Awaited<ReturnType<StageNetwork['attach']>>;

/** Makes the VPC: one router with a link to each machine, so that rules also apply within a subnet. */
export async function makeNetwork(
  securityGroups: readonly SecurityGroup[],
  gateways: { readonly database: readonly Subnet[]; readonly s3: readonly Subnet[] },
  { directory, undo, prefix }: Sandbox,
) {
  const router = await makeNamespace(nameInRun(`${prefix}router`), undo);
  await captureQuietly(router.inside(['sysctl', '--quiet', '--write', 'net.ipv4.ip_forward=1']));
  await ip(router, `address add ${METADATA_ADDRESS}/32 dev lo`);
  const cidrsOf = (subnets: readonly Subnet[]) => subnets.map(({ cidr }) => cidr);
  const endpoints = [
    nftGateway('dynamodb', OUTSIDE.database, cidrsOf(gateways.database)),
    nftGateway('s3', OUTSIDE.s3, cidrsOf(gateways.s3)),
  ];
  const rules = join(directory, 'router.nft');
  await writeFile(rules, [nftRuleset(securityGroups), ...endpoints].join(''));
  await captureQuietly(router.inside(['nft', '--file', rules]));
  return {
    router,
    /** Connects a machine outside the VPC by one more network card, which leads to a network of the VPC only. */
    connect: async (namespace: NetworkNamespace, address: string, card: string, cidr: string) => {
      await addLink(router, namespace, address, card);
      await restoreLink(router, address);
      await ip(namespace, `route add ${cidr} via ${GATEWAY} dev ${card} onlink`);
    },
    /** Removes what a group admits to a port, until the returned function is called. Open connections stay. */
    closePort: async (group: string, port: number) => {
      const isOther = ({ ports }: FirewallRule) => !ports || port < ports[0] || port > ports[1];
      const changed = securityGroups.map((each) =>
        each.logicalId === group ? { ...each, ingress: each.ingress.filter(isOther) } : each,
      );
      const file = join(directory, 'changed-rules.nft');
      const use = async (groups: readonly SecurityGroup[]) => {
        await writeFile(file, nftOtherRules(groups));
        await captureQuietly(router.inside(['nft', '--file', file]));
      };
      await use(changed);
      return () => use(securityGroups);
    },
    /** Descriptions of the rules that the security groups have and the router lacks. */
    missingRules: async () => missingRules(securityGroups, await captureQuietly(router.inside(NFT_LIST_INGRESS))),
    /** Lets new connections to an address time out, until the returned function is called. Open ones stay. */
    refuseNewConnections: async (address: string) => {
      const file = join(directory, 'refused-connections.nft');
      await writeFile(file, nftRefuseNewConnections(address));
      await captureQuietly(router.inside(['nft', '--file', file]));
      return () => captureQuietly(router.inside(['nft', 'delete', 'table', 'ip', REFUSED_CONNECTIONS]));
    },
    /** Connects a new machine; without a security group it is outside the VPC. */
    attach: async (name: string, address: string, group?: string) => {
      const namespace = await makeNamespace(nameInRun(`${prefix}${name}`), undo);
      const changeGroup = async (change: 'add' | 'delete') => {
        if (group !== undefined) await captureQuietly(router.inside(nftMember(change, group, address)));
      };
      const restore = () => restoreLink(router, address);
      await addLink(router, namespace, address, 'eth0');
      await restore();
      await ip(namespace, `route add default via ${GATEWAY} dev eth0 onlink`);
      await changeGroup('add');
      return {
        namespace,
        /** Also the name of its link in the router: Linux allows 15 characters. */
        address,
        /** Takes its link down: its packets are dropped without an error. */
        cut: () => ip(router, `link set ${address} down`),
        restore,
        /** Removes it from the network for good. */
        detach: async () => {
          await changeGroup('delete');
          await deleteNamespace(namespace.name);
        },
      };
    },
  };
}

async function addLink(router: NetworkNamespace, namespace: NetworkNamespace, address: string, card: string) {
  await ip(router, `link add ${address} type veth peer name ${card} netns ${namespace.name}`);
  await ip(router, `address add ${GATEWAY}/32 dev ${address}`);
  await ip(namespace, `address add ${address}/32 dev ${card}`);
  await ip(namespace, `link set ${card} up`);
}

async function restoreLink(router: NetworkNamespace, address: string) {
  await ip(router, `link set ${address} up`);
  await ip(router, `route replace ${address}/32 dev ${address}`);
}

/** Runs `ip` with the words of a command, on the network of a namespace. */
async function ip({ name }: NetworkNamespace, command: string): Promise<void> {
  await captureQuietly(['ip', '-n', name, ...command.split(' ')]);
}

/** Whether a machine can open a connection to an address. */
export async function canConnect({ namespace }: Attachment, address: string, port: number): Promise<boolean> {
  const probe = `exec 3<>/dev/tcp/${address}/${port}`;
  const line = namespace.inside(['timeout', `${REFUSED_AFTER_S}`, 'bash', '-c', probe]);
  return (await captureQuietly(line).catch(() => undefined)) !== undefined;
}

/** The n-th address of a network: `addressIn('10.20.16.0/20', 11)` is `10.20.16.11`. */
export function addressIn(cidr: string, n: number): string {
  const [base = '', bits] = cidr.split('/');
  if (n >= 2 ** (32 - Number(bits))) throw new RangeError(`${cidr} has no address number ${n}`);
  const bytes = Buffer.from(base.split('.').map(Number));
  bytes.writeUInt32BE(bytes.readUInt32BE() + n);
  return bytes.join('.');
}
