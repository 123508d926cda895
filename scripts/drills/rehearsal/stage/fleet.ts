import { setTimeout as sleep } from 'node:timers/promises';
import { waitQuietly } from '../../../cli/wait.ts';
import { reconcile } from '../../../scaling/model/zones.ts';
import type { LaunchOutcome, Member } from './launcher.ts';
import type { RunningLoadBalancer } from './load-balancer.ts';
import { type StageFacts, scaledMs, TIME_FACTORS } from './stage-facts.ts';

/** What the fleet works with. */
export interface FleetOptions {
  readonly facts: Pick<StageFacts, 'scaling' | 'targetGroup'>;
  readonly loadBalancer: Omit<RunningLoadBalancer, 'address'>;
  readonly outcomeOf: (id: string, waitedS: number) => LaunchOutcome | undefined;
  readonly launch: (zone: string, image: string) => Promise<Member>;
}

const PAUSE_MS = 100;
/** A target that does not become healthy is replaced after this; real time, because booting is not compressed. */
const LAUNCH_DEADLINE_S = 120;

/** The longest that any change may take until the group is at its desired capacity again. */
export const SETTLE_DEADLINE_MS = LAUNCH_DEADLINE_S * 1_000;

/** The Auto Scaling group: keeps as many instances as desired, spread over the zones, and replaces unhealthy ones. */
export class Fleet {
  desired: number;
  /** Mounted image that new instances boot. */
  image: string;
  /** Receives what happens to the group; `detection` means that a fault was detected. */
  log: (text: string, detection?: boolean) => void = () => undefined;
  members: readonly Member[] = [];
  readonly lostZones = new Set<string>();
  /** Whether EC2 launches instances; if not, the group tries again later. */
  canLaunch = true;
  readonly #options: FleetOptions;
  readonly #terminations: Promise<void>[] = [];
  #cpusPerInstance: number | undefined;
  #stopped = false;
  #loop: Promise<void> | undefined;
  #launching: Promise<void> | undefined;

  constructor(options: FleetOptions, image: string) {
    this.#options = options;
    this.image = image;
    this.desired = options.facts.scaling.bounds.min;
  }

  get inService(): Member[] {
    return this.members.filter(({ state }) => state === 'inService');
  }

  anyInService(): Member {
    const [member] = this.inService;
    if (!member) throw new Error('no instance is in service');
    return member;
  }

  /** Limits the CPUs of every instance as soon as it is in service; booting is not limited. */
  async limitCpu(cpus: number | undefined): Promise<void> {
    this.#cpusPerInstance = cpus;
    for (const { instance } of this.inService) await instance.cgroup.limitCpu(cpus);
  }

  /** Begins to follow `desired`, until it is stopped. */
  start(): void {
    this.#loop = this.#follow();
    // `settled` rejects with the failure; unhandled, it would end the process before the cleanup.
    this.#loop.catch((error: Error) => this.log(`the group stopped: ${error.message}`));
  }

  /** Stops launching and terminating; the group has no members afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop?.catch(() => undefined);
    this.members = [];
  }

  /** Resolves when the group is at desired capacity, evenly spread over the zones; rejects when the loop fails. */
  async settled(deadlineMs = SETTLE_DEADLINE_MS): Promise<void> {
    const isSettled = () => {
      const { launch, terminate } = this.#plan();
      return this.inService.length === this.members.length && launch.length === 0 && terminate.length === 0;
    };
    const wait = waitQuietly(`${this.desired} instances to be in service`, isSettled, deadlineMs);
    await Promise.race([wait, this.#loop?.then(() => wait)]);
  }

  /**
   * Terminates an instance in order: no new requests, the deregistration delay, then power off. One that has not
   * completed its launch has no requests, and a system at the start of its boot misses the signal to power off.
   */
  async terminate(member: Member): Promise<void> {
    if (member.state === 'terminating') return;
    member.state = 'terminating';
    if (!member.launch) return this.#remove(member, member.instance.cutPower);
    this.log(`${member.id} in ${member.zone} is draining`);
    await this.#options.loadBalancer.drain(member.id);
    await sleep(scaledMs(this.#options.facts.targetGroup.deregistrationDelayS, TIME_FACTORS.loadBalancer));
    await this.#remove(member, member.instance.powerOff);
  }

  /** Boots this image from now on, and terminates instances of another one that are not in service yet. */
  async rollBackTo(image: string): Promise<void> {
    this.image = image;
    // A launch in progress began with the other image, and is not a member before it has ended.
    await this.#launching;
    const pending = this.members.filter((member) => member.state === 'pending' && member.image !== image);
    await Promise.all(pending.map((member) => this.terminate(member)));
  }

  #plan() {
    const zones = this.#options.facts.scaling.zones.filter((zone) => !this.lostZones.has(zone));
    return reconcile(this.desired, this.members, zones);
  }

  async #follow(): Promise<void> {
    while (!this.#stopped) {
      const states = await this.#options.loadBalancer.states();
      for (const member of this.members) await this.#check(member, states.get(member.id) ?? false);
      const { launch, terminate } = this.#plan();
      for (const member of terminate) this.#track(this.terminate(member));
      for (const zone of launch) {
        if (this.#stopped || !this.canLaunch) break;
        this.#launching = this.#launch(zone);
        await this.#launching;
      }
      await sleep(PAUSE_MS);
    }
    await Promise.all(this.#terminations);
  }

  async #check(member: Member, isHealthy: boolean): Promise<void> {
    const { id, zone, state, launch } = member;
    if (state === 'inService' && !isHealthy) this.#replace(member, `${id} in ${zone} is unhealthy and is replaced`);
    if (state !== 'pending') return;
    if (!launch) return await this.#completeLaunch(member);
    if (isHealthy) {
      member.state = 'inService';
      member.inServiceAtMs = performance.now();
      this.log(`${id} in ${zone} is in service`);
      if (this.#cpusPerInstance !== undefined) await member.instance.cgroup.limitCpu(this.#cpusPerInstance);
    } else if (ageS(member) > LAUNCH_DEADLINE_S) this.#replace(member, `${id} did not become healthy and is replaced`);
  }

  /** The instance becomes a target when its launch hook says CONTINUE; with ABANDON, or after the timeout, it ends. */
  async #completeLaunch(member: Member): Promise<void> {
    const outcome = this.#options.outcomeOf(member.id, ageS(member) * TIME_FACTORS.launchHook);
    if (!outcome) return;
    member.launch = outcome;
    const text = `launch of ${member.id}: ${outcome.result} by ${outcome.by}`;
    if (outcome.result === 'ABANDON') return this.#replace(member, text);
    this.log(text);
    await this.#options.loadBalancer.register(member.id, member.attachment.address);
  }

  #replace(member: Member, why: string): void {
    this.log(why, true);
    member.state = 'terminating';
    this.#track(this.#remove(member, member.instance.cutPower));
  }

  #track(termination: Promise<void>): void {
    const logFailure = (error: Error) => this.log(`an instance could not be terminated: ${error.message}`);
    this.#terminations.push(termination.catch(logFailure));
  }

  async #remove(member: Member, end: () => Promise<void>): Promise<void> {
    await this.#options.loadBalancer.remove(member.id);
    await end();
    await member.attachment.detach();
    this.members = this.members.filter((other) => other !== member);
    this.log(`${member.id} in ${member.zone} is terminated`);
  }

  async #launch(zone: string): Promise<void> {
    const member = await this.#options.launch(zone, this.image);
    this.members = [...this.members, member];
    this.log(`${member.id} is launched in ${zone}`);
  }
}

function ageS({ launchedS }: Member): number {
  return performance.now() / 1_000 - launchedS;
}
