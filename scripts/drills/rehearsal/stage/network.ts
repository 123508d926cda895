import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureQuietly } from '../../../cli/run.ts';
import { deleteNamespace, makeNamespace, type NetworkNamespace } from '../../../machine/network-namespace.ts';
import { nameInRun } from '../../../machine/run-name.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import type { SecurityGroup } from '../../../scaling/template/security-groups.ts';
import type { Subnet } from '../../../scaling/template/subnets.ts';
import { nftGateway, nftMember, nftRuleset } from './nft-ruleset.ts';

/** Addresses outside the VPC: documentation networks, which no stage uses. */
export const OUTSIDE = {
  /** The one address that may reach the bastion. */
  operator: '203.0.113.10',
  /** A client on the internet; sends the load. */
  client: '203.0.113.20',
  /** DynamoDB's endpoint. */
  database: '198.51.100.10',
  /** Auto Scaling's endpoint. */
  autoScaling: '198.51.100.20',
} as const;

/** Address of the instance metadata service on every instance. */
export const METADATA_ADDRESS = '169.254.169.254';

/** Port of AWS's endpoints, the only one that the instances' security group lets them reach. */
export const AWS_PORT = 443;

/** Next hop of every machine, like the VPC's router. */
const GATEWAY = '169.254.1.1';

/** A filtered packet is dropped, so the client waits; an open port answers within milliseconds. */
const REFUSED_AFTER_S = 2;

/** A machine with its own link to the router. */
export interface Attachment {
  readonly namespace: NetworkNamespace;
  /** Also the name of its link in the router: Linux allows 15 characters. */
  readonly address: string;
  /** Security group, by logical id; undefined for a machine outside the VPC. */
  readonly group: string | undefined;
}

/** The VPC of a stage: one router with a link to each machine, so that rules also apply within a subnet. */
export class StageNetwork {
  readonly router: NetworkNamespace;
  readonly #sandbox: Sandbox;

  private constructor(router: NetworkNamespace, sandbox: Sandbox) {
    this.router = router;
    this.#sandbox = sandbox;
  }

  /** Makes the router, with the stage's security groups and the database's gateway endpoint as its rules. */
  static async make(
    securityGroups: readonly SecurityGroup[],
    databaseSubnets: readonly Subnet[],
    sandbox: Sandbox,
  ): Promise<StageNetwork> {
    const network = new StageNetwork(await makeNamespace(nameInRun('router'), sandbox.undo), sandbox);
    const { router } = network;
    await captureQuietly(router.inside(['sysctl', '--quiet', '--write', 'net.ipv4.ip_forward=1']));
    await network.#ip('address', 'add', `${METADATA_ADDRESS}/32`, 'dev', 'lo');
    const cidrs = databaseSubnets.map(({ cidr }) => cidr);
    const rules = join(sandbox.directory, 'router.nft');
    await writeFile(rules, `${nftRuleset(securityGroups)}${nftGateway(OUTSIDE.database, cidrs)}`);
    await captureQuietly(router.inside(['nft', '--file', rules]));
    return network;
  }

  /** Connects a new machine. */
  async attach(name: string, address: string, group?: string): Promise<Attachment> {
    const namespace = await makeNamespace(nameInRun(name), this.#sandbox.undo);
    const own = ['ip', '-n', namespace.name] as const;
    await this.#ip('link', 'add', address, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace.name);
    await this.#ip('address', 'add', `${GATEWAY}/32`, 'dev', address);
    await this.restore({ address });
    await captureQuietly([...own, 'address', 'add', `${address}/32`, 'dev', 'eth0']);
    await captureQuietly([...own, 'link', 'set', 'eth0', 'up']);
    await captureQuietly([...own, 'route', 'add', 'default', 'via', GATEWAY, 'dev', 'eth0', 'onlink']);
    if (group !== undefined) await captureQuietly(this.router.inside(nftMember('add', group, address)));
    return { namespace, address, group };
  }

  /** Removes a machine from the network for good. */
  async detach({ namespace, address, group }: Attachment): Promise<void> {
    if (group !== undefined) await captureQuietly(this.router.inside(nftMember('delete', group, address)));
    await deleteNamespace(namespace.name);
  }

  /** Takes a machine's link down: its packets are dropped without an error. */
  async cut({ address }: Pick<Attachment, 'address'>): Promise<void> {
    await this.#ip('link', 'set', address, 'down');
  }

  /** Brings a machine's link up, with its route. */
  async restore({ address }: Pick<Attachment, 'address'>): Promise<void> {
    await this.#ip('link', 'set', address, 'up');
    await this.#ip('route', 'replace', `${address}/32`, 'dev', address);
  }

  async #ip(...args: readonly string[]): Promise<void> {
    await captureQuietly(['ip', '-n', this.router.name, ...args]);
  }
}

/** Whether a machine can open a connection to an address. */
export async function canConnect(from: Attachment, address: string, port: number): Promise<boolean> {
  const probe = `exec 3<>/dev/tcp/${address}/${port}`;
  return await captureQuietly(from.namespace.inside(['timeout', `${REFUSED_AFTER_S}`, 'bash', '-c', probe])).then(
    () => true,
    () => false,
  );
}

/** The n-th address of a network: `addressIn('10.20.16.0/20', 11)` is `10.20.16.11`. */
export function addressIn(cidr: string, n: number): string {
  const [base = '', bits] = cidr.split('/');
  if (n >= 2 ** (32 - Number(bits))) throw new RangeError(`${cidr} has no address number ${n}`);
  const number = base.split('.').reduce((value, part) => value * 256 + Number(part), 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
