import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { Container } from '../../../machine/container.ts';
import type { Sandbox } from '../../../machine/sandbox.ts';
import { authorizedKeys } from '../../../machine/ssh.ts';
import type { ZonedInstance } from '../../../scaling/model/zones.ts';
import { addressIn } from './addresses.ts';
import { userDataFiles } from './instance-files.ts';
import type { LaunchOutcome } from './lifecycle-hook-endpoint.ts';
import type { KnownInstance } from './metadata.ts';
import type { Attachment, StageNetwork } from './network.ts';
import type { StageFacts } from './stage-facts.ts';

/** An instance of the group. */
export interface Member extends ZonedInstance {
  readonly id: string;
  readonly attachment: Attachment;
  readonly instance: Container;
  readonly image: string;
  state: 'pending' | 'inService' | 'terminating';
  /** How its launching hook ended; undefined while it waits. With CONTINUE it becomes a target of the load balancer. */
  launch: LaunchOutcome | undefined;
  /** By `performance.now()`; Infinity before. */
  inServiceAtMs: number;
}

/** What a launch needs around it. */
export interface LaunchPlace {
  readonly facts: StageFacts;
  readonly network: StageNetwork;
  readonly sandbox: Sandbox;
  /** File that the metadata service reads. */
  readonly metadataFile: string;
}

/** The first four addresses of a subnet are AWS's own; see the VPC user guide, "Subnet CIDR blocks". */
const FIRST_ADDRESS = 10;

/** Launches instances of the group's launch template, each with an id and an address that no other ever had. */
export class Launcher {
  readonly #place: LaunchPlace;
  readonly #known: KnownInstance[] = [];

  constructor(place: LaunchPlace) {
    this.#place = place;
  }

  /** Starts to boot an instance in a zone. */
  async launch(zone: string, image: string): Promise<Member> {
    const { facts, network, sandbox } = this.#place;
    const subnet = facts.subnets.find((candidate) => candidate.zone === zone);
    if (!subnet) throw new Error(`the stage has no subnet in ${zone}`);
    const id = `i-${randomBytes(9).toString('hex').slice(1)}`;
    const address = addressIn(subnet.cidr, FIRST_ADDRESS + this.#known.length);
    const attachment = await network.attach(id, address, facts.groupOf.app);
    await this.#introduce({ id, address, zone });
    const files = [...userDataFiles(facts.userData), authorizedKeys(sandbox.key)];
    const { directory, undo } = sandbox;
    const instance = await Container.boot({ name: id, image, namespace: attachment.namespace, directory, files }, undo);
    const launchedS = performance.now() / 1_000;
    return {
      id,
      zone,
      attachment,
      instance,
      image,
      state: 'pending',
      launchedS,
      launch: undefined,
      inServiceAtMs: Infinity,
    };
  }

  async #introduce(instance: KnownInstance): Promise<void> {
    this.#known.push(instance);
    const { metadataFile } = this.#place;
    // Renamed, for the service reads the file at any time.
    await writeFile(`${metadataFile}.new`, JSON.stringify(this.#known));
    await rename(`${metadataFile}.new`, metadataFile);
  }
}
