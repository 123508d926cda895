import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { reconcile, type ZonedInstance } from '../model/zones.ts';
import { Instance } from '../rehearsal/instance.ts';
import { authorizedKeys } from '../rehearsal/ssh.ts';
import { waitQuietly } from '../rehearsal/wait.ts';
import type { Workshop } from '../rehearsal/workshop.ts';
import { addressIn } from './addresses.ts';
import type { Balancer } from './balancer.ts';
import { scaledMs } from './haproxy-config.ts';
import { userDataFiles } from './instance-files.ts';
import type { KnownInstance } from './metadata.ts';
import type { Attachment, StageNetwork } from './network.ts';
import type { StageFacts } from './stage-facts.ts';

/** An instance of the group. */
export interface Member extends ZonedInstance {
  readonly id: string;
  readonly attachment: Attachment;
  readonly instance: Instance;
  readonly image: string;
  state: 'pending' | 'inService' | 'terminating';
  /** By `performance.now()`; Infinity before. */
  inServiceAtMs: number;
}

/** What the fleet needs around it. */
export interface FleetPlace {
  readonly facts: StageFacts;
  readonly network: StageNetwork;
  readonly balancer: Balancer;
  readonly workshop: Workshop;
  /** File that the metadata service reads. */
  readonly metadataFile: string;
  readonly timeFactor: number;
}

/** Told of what happens to the group; `detection` says that a fault was noticed. */
export type Tell = (text: string, detection?: boolean) => void;

const PAUSE_MS = 250;
/** A pending instance is given up after this; real time, for booting is not compressed. */
const LAUNCH_DEADLINE_MS = 120_000;
/** The first four addresses of a subnet are AWS's own; see the VPC user guide, "Subnet CIDR blocks". */
const FIRST_ADDRESS = 10;

/** The Auto Scaling group: keeps as many instances as desired, spread over the zones, and replaces unhealthy ones. */
export class Fleet {
  desired: number;
  /** Mounted image that new instances boot. */
  image: string;
  tell: Tell = () => undefined;
  readonly lostZones = new Set<string>();
  readonly #place: FleetPlace;
  readonly #departures = new Set<Promise<void>>();
  #members: Member[] = [];
  #launched = 0;
  #stopped = false;
  #loop: Promise<void> | undefined;

  constructor(place: FleetPlace, image: string) {
    this.#place = place;
    this.image = image;
    this.desired = place.facts.scaling.bounds.min;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  get inService(): Member[] {
    return this.#members.filter(({ state }) => state === 'inService');
  }

  /** Begins to follow `desired`, until the rehearsal ends. */
  start(): void {
    this.#loop = this.#follow();
    // Whoever waits for the fleet sees its failure; unseen, it must not end the process before all is taken away.
    this.#loop.catch((error: Error) => this.tell(`the group stopped: ${error.message}`));
    this.#place.workshop.undo.later('fleet', () => this.stop());
  }

  /** Launches and ends nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop?.catch(() => undefined);
  }

  /** Resolves once as many as desired are in service and nobody is on the way; rejects when the loop has failed. */
  async settled(deadlineMs = LAUNCH_DEADLINE_MS): Promise<void> {
    const isSettled = () => this.#members.length === this.desired && this.inService.length === this.desired;
    const wait = waitQuietly(`${this.desired} instances to be in service`, isSettled, deadlineMs);
    await Promise.race([wait, this.#loop?.then(() => wait)]);
  }

  /** Takes an instance out in order: no new request, the deregistration delay, then power off. */
  async retire(member: Member): Promise<void> {
    if (member.state === 'terminating') return;
    member.state = 'terminating';
    this.tell(`${member.id} in ${member.zone} is drained`);
    await this.#place.balancer.drain(member.id);
    await sleep(scaledMs(this.#place.facts.targetGroup.deregistrationDelayS, this.#place));
    await this.#forget(member, () => member.instance.powerOff());
  }

  async #follow(): Promise<void> {
    while (!this.#stopped) {
      await this.#look();
      const zones = this.#place.facts.scaling.zones.filter((zone) => !this.lostZones.has(zone));
      const { launch, terminate } = reconcile(this.desired, this.#members, zones);
      for (const member of terminate) this.#depart(this.retire(member));
      for (const zone of launch) if (!this.#stopped) await this.#launch(zone);
      await sleep(PAUSE_MS);
    }
    await Promise.allSettled(this.#departures);
  }

  async #look(): Promise<void> {
    const states = await this.#place.balancer.states();
    for (const member of this.#members) {
      const isHealthy = states.get(member.id) ?? false;
      if (member.state === 'pending' && isHealthy) {
        member.state = 'inService';
        member.inServiceAtMs = performance.now();
        this.tell(`${member.id} in ${member.zone} is in service`);
      } else if (member.state === 'inService' && !isHealthy) {
        this.tell(`${member.id} in ${member.zone} is unhealthy and replaced`, true);
        this.#replace(member);
      } else if (member.state === 'pending' && performance.now() - member.launchedS * 1_000 > LAUNCH_DEADLINE_MS) {
        this.tell(`${member.id} never became healthy and is given up`, true);
        this.#replace(member);
      }
    }
  }

  #replace(member: Member): void {
    member.state = 'terminating';
    this.#depart(this.#forget(member, () => member.instance.cutPower()));
  }

  #depart(departure: Promise<void>): void {
    this.#departures.add(departure);
    departure
      .catch((error: Error) => this.tell(`an instance could not be taken out: ${error.message}`))
      .finally(() => this.#departures.delete(departure));
  }

  async #forget(member: Member, end: () => Promise<void>): Promise<void> {
    await this.#place.balancer.remove(member.id);
    await end();
    await this.#place.network.detach(member.attachment);
    this.#members = this.#members.filter((other) => other !== member);
    this.tell(`${member.id} in ${member.zone} is gone`);
  }

  async #launch(zone: string): Promise<void> {
    const { facts, network, balancer, workshop } = this.#place;
    const subnet = facts.subnets.find((candidate) => candidate.zone === zone);
    if (!subnet) throw new Error(`the stage has no subnet in ${zone}`);
    const id = `i-${randomBytes(9).toString('hex').slice(1)}`;
    const address = addressIn(subnet.cidr, FIRST_ADDRESS + this.#launched++);
    const attachment = await network.attach(id, address, facts.groupOf.app);
    await this.#introduce({ id, address, zone });
    const files = [...userDataFiles(facts.userData), authorizedKeys(workshop.key)];
    const { directory, undo } = workshop;
    const options = { name: id, image: this.image, namespace: attachment.namespace, directory, files };
    const instance = await Instance.boot(options, undo);
    await balancer.register(id, address);
    const launchedS = performance.now() / 1_000;
    this.#members.push({
      id,
      zone,
      attachment,
      instance,
      image: this.image,
      state: 'pending',
      launchedS,
      inServiceAtMs: Infinity,
    });
    this.tell(`${id} is launched in ${zone}`);
  }

  async #introduce(instance: KnownInstance): Promise<void> {
    const known = this.#members.map(({ id, zone, attachment: { address } }) => ({ id, zone, address }));
    // Renamed, for the service reads the file at any time.
    await writeFile(`${this.#place.metadataFile}.new`, JSON.stringify([...known, instance]));
    await rename(`${this.#place.metadataFile}.new`, this.#place.metadataFile);
  }
}
