import { setTimeout as sleep } from 'node:timers/promises';
import type { Undo } from '../../../cli/undo.ts';
import { waitQuietly } from '../../../machine/wait.ts';
import { reconcile } from '../../../scaling/model/zones.ts';
import type { Launcher, Member } from './launcher.ts';
import type { LaunchDesk } from './lifecycle-hook-endpoint.ts';
import type { Balancer } from './load-balancer.ts';
import type { StageNetwork } from './network.ts';
import type { StageFacts } from './stage-facts.ts';
import { scaledMs, TIME_FACTORS } from './time-factors.ts';

/** What the fleet needs around it. */
export interface FleetPlace {
  readonly facts: Pick<StageFacts, 'scaling' | 'targetGroup'>;
  readonly network: Pick<StageNetwork, 'detach'>;
  readonly balancer: Pick<Balancer, 'states' | 'register' | 'drain' | 'remove'>;
  readonly desk: Pick<LaunchDesk, 'outcomeOf'>;
  readonly launcher: Pick<Launcher, 'launch'>;
  readonly undo: Undo;
}

/** Told of what happens to the group; `detection` says that a fault was noticed. */
export type Tell = (text: string, detection?: boolean) => void;

const PAUSE_MS = 100;
/** A target that never gets healthy is given up after this; real time, for booting is not compressed. */
const LAUNCH_DEADLINE_S = 120;

/** Longest that anything may take until the group is whole again. */
export const WHOLE_DEADLINE_MS = LAUNCH_DEADLINE_S * 1_000;

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
  #stopped = false;
  #loop: Promise<void> | undefined;
  #launching: Promise<void> | undefined;

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
    this.#place.undo.first('fleet', () => this.stop());
  }

  /** Launches and ends nothing more, and has no members any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop?.catch(() => undefined);
    this.#members = [];
  }

  /** Resolves once as many as desired are in service, evenly spread, and nobody is on the way; rejects when the loop has failed. */
  async settled(deadlineMs = WHOLE_DEADLINE_MS): Promise<void> {
    const isSettled = () => {
      const { launch, terminate } = reconcile(this.desired, this.#members, this.#usableZones);
      return this.inService.length === this.#members.length && launch.length === 0 && terminate.length === 0;
    };
    const wait = waitQuietly(`${this.desired} instances to be in service`, isSettled, deadlineMs);
    await Promise.race([wait, this.#loop?.then(() => wait)]);
  }

  /** Takes an instance out in order: no new request, the deregistration delay, then power off. */
  async retire(member: Member): Promise<void> {
    if (member.state === 'terminating') return;
    member.state = 'terminating';
    // Before that it is no target of the load balancer.
    if (member.launch) await this.#drain(member);
    await this.#forget(member, () => member.instance.powerOff());
  }

  async #drain(member: Member): Promise<void> {
    this.tell(`${member.id} in ${member.zone} is drained`);
    await this.#place.balancer.drain(member.id);
    await sleep(scaledMs(this.#place.facts.targetGroup.deregistrationDelayS, TIME_FACTORS.balancer));
  }

  /** From now on instances boot this image; those of another one that are not in service yet are ended. */
  async rollBackTo(image: string): Promise<void> {
    this.image = image;
    // It began with the other image and is no member before it has ended.
    await this.#launching;
    const pending = this.#members.filter((member) => member.state === 'pending' && member.image !== image);
    await Promise.all(pending.map((member) => this.retire(member)));
  }

  get #usableZones(): string[] {
    return this.#place.facts.scaling.zones.filter((zone) => !this.lostZones.has(zone));
  }

  async #follow(): Promise<void> {
    while (!this.#stopped) {
      await this.#look();
      const { launch, terminate } = reconcile(this.desired, this.#members, this.#usableZones);
      for (const member of terminate) this.#depart(this.retire(member));
      for (const zone of launch) {
        if (this.#stopped) break;
        this.#launching = this.#launch(zone);
        await this.#launching;
      }
      await sleep(PAUSE_MS);
    }
    await Promise.allSettled(this.#departures);
  }

  async #look(): Promise<void> {
    const states = await this.#place.balancer.states();
    for (const member of this.#members) {
      const isHealthy = states.get(member.id) ?? false;
      if (member.state === 'inService' && !isHealthy) {
        this.tell(`${member.id} in ${member.zone} is unhealthy and replaced`, true);
        this.#replace(member);
      }
      if (member.state !== 'pending') continue;
      if (!member.launch) await this.#completeLaunch(member);
      else if (isHealthy) this.#takeIntoService(member);
      else if (ageS(member) > LAUNCH_DEADLINE_S) {
        this.tell(`${member.id} never became healthy and is given up`, true);
        this.#replace(member);
      }
    }
  }

  /** The instance becomes a target once its own hook said CONTINUE, and ends when it said ABANDON or nothing in time. */
  async #completeLaunch(member: Member): Promise<void> {
    member.launch = this.#place.desk.outcomeOf(member.id, ageS(member) * TIME_FACTORS.launch);
    if (!member.launch) return;
    const { result, by } = member.launch;
    this.tell(`launch of ${member.id}: ${result} by ${by}`, result === 'ABANDON');
    if (result === 'ABANDON') this.#replace(member);
    else await this.#place.balancer.register(member.id, member.attachment.address);
  }

  #takeIntoService(member: Member): void {
    member.state = 'inService';
    member.inServiceAtMs = performance.now();
    this.tell(`${member.id} in ${member.zone} is in service`);
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
    const member = await this.#place.launcher.launch(zone, this.image);
    this.#members.push(member);
    this.tell(`${member.id} is launched in ${zone}`);
  }
}

/** Real seconds since its launch. */
function ageS({ launchedS }: Member): number {
  return performance.now() / 1_000 - launchedS;
}
