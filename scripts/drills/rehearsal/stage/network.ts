import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeQuietly } from '../../../machine/execute.ts';
import { deleteNamespace, makeNamespace, type NetworkNamespace } from '../../../machine/network-namespace.ts';
import { nameInRun } from '../../../machine/run-name.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { METADATA_ADDRESS, OUTSIDE } from './addresses.ts';
import { nftGateway, nftMember, nftRuleset } from './nft-ruleset.ts';
import type { StageFacts } from './stage-facts.ts';

/** Next hop of every machine, as the VPC's router is. */
const GATEWAY = '169.254.1.1';

/** A machine's place in the network. */
export interface Attachment {
  readonly namespace: NetworkNamespace;
  readonly address: string;
  /** Security group, by logical id; undefined is a machine outside of the VPC. */
  readonly group: string | undefined;
}

/**
 * The VPC of a stage: one router that every machine hangs on by a link of its own, so that the security groups judge
 * each packet between two machines, also within a subnet.
 */
export class StageNetwork {
  readonly router: NetworkNamespace;
  readonly #sandbox: Sandbox;

  private constructor(router: NetworkNamespace, sandbox: Sandbox) {
    this.router = router;
    this.#sandbox = sandbox;
  }

  /** Makes the router, with the stage's security groups and the database's gateway endpoint as its rules. */
  static async make(
    { securityGroups, databaseSubnets }: Pick<StageFacts, 'securityGroups' | 'databaseSubnets'>,
    sandbox: Sandbox,
  ): Promise<StageNetwork> {
    const router = await makeNamespace(nameInRun('router'), sandbox.undo);
    await executeQuietly(router.inside(['sysctl', '--quiet', '--write', 'net.ipv4.ip_forward=1']));
    await executeQuietly(['ip', '-n', router.name, 'address', 'add', `${METADATA_ADDRESS}/32`, 'dev', 'lo']);
    const rules = join(sandbox.directory, 'router.nft');
    const gateway = nftGateway(
      OUTSIDE.database,
      databaseSubnets.map(({ cidr }) => cidr),
    );
    await writeFile(rules, `${nftRuleset(securityGroups, {})}${gateway}`);
    await executeQuietly(router.inside(['nft', '--file', rules]));
    return new StageNetwork(router, sandbox);
  }

  /** Puts a machine into the network. */
  async attach(name: string, address: string, group?: string): Promise<Attachment> {
    const namespace = await makeNamespace(nameInRun(name), this.#sandbox.undo);
    const [ip, own] = [['ip', '-n', this.router.name] as const, ['ip', '-n', namespace.name] as const];
    const link = linkOf(address);
    const peer = ['peer', 'name', 'eth0', 'netns', namespace.name];
    await executeQuietly([...ip, 'link', 'add', link, 'type', 'veth', ...peer]);
    await executeQuietly([...ip, 'address', 'add', `${GATEWAY}/32`, 'dev', link]);
    await executeQuietly([...ip, 'link', 'set', link, 'up']);
    await executeQuietly([...ip, 'route', 'add', `${address}/32`, 'dev', link]);
    await executeQuietly([...own, 'address', 'add', `${address}/32`, 'dev', 'eth0']);
    await executeQuietly([...own, 'link', 'set', 'eth0', 'up']);
    await executeQuietly([...own, 'route', 'add', 'default', 'via', GATEWAY, 'dev', 'eth0', 'onlink']);
    if (group !== undefined) await this.#nft(nftMember('add', group, address));
    return { namespace, address, group };
  }

  /** Takes a machine out of the network for good. */
  async detach({ namespace, address, group }: Attachment): Promise<void> {
    if (group !== undefined) await this.#nft(nftMember('delete', group, address));
    await deleteNamespace(namespace.name);
  }

  /** Pulls a machine's cable: packets vanish, nobody is told. */
  async cut({ address }: Pick<Attachment, 'address'>): Promise<void> {
    await executeQuietly(['ip', '-n', this.router.name, 'link', 'set', linkOf(address), 'down']);
  }

  /** Plugs the cable in again. */
  async mend({ address }: Pick<Attachment, 'address'>): Promise<void> {
    const ip = ['ip', '-n', this.router.name] as const;
    await executeQuietly([...ip, 'link', 'set', linkOf(address), 'up']);
    await executeQuietly([...ip, 'route', 'replace', `${address}/32`, 'dev', linkOf(address)]);
  }

  async #nft(args: readonly string[]): Promise<void> {
    await executeQuietly(this.router.inside(['nft', ...args]));
  }
}

/** Name of a machine's link in the router; 15 characters are the most that Linux takes. */
function linkOf(address: string): string {
  return address;
}
