import { reconcile, type ZonedInstance } from './zones.ts';

/** Times that an instance needs, in seconds. */
export interface InstanceTimes {
  /** From launch to the first request: boot, launch hook and healthy checks of the load balancer. */
  readonly bootS: number;
  /** From entering service until it counts in the group's metrics. */
  readonly warmupS: number;
  /** From deregistration to termination. */
  readonly drainS: number;
  /** From failure until the load balancer sends it nothing more. */
  readonly detectS: number;
}

interface Instance extends ZonedInstance {
  state: 'pending' | 'inService' | 'terminating';
  /** Second at which the current state ends by itself, or Infinity. */
  stateEndsS: number;
  inServiceSinceS: number;
  failed: boolean;
}

/** Something that goes wrong at a given second. */
export type Fault =
  | { readonly kind: 'kill'; readonly count: number; readonly atS: number }
  | { readonly kind: 'lose-zone'; readonly zone: string; readonly atS: number; readonly untilS: number };

/** The instances of a simulated group, from launch to termination. */
export class SimulatedFleet {
  readonly #times: InstanceTimes;
  readonly #zones: readonly string[];
  readonly #lostZones = new Set<string>();
  #instances: Instance[] = [];

  /** A fleet of `size` instances that have passed their warm-up. */
  constructor(size: number, zones: readonly string[], times: InstanceTimes) {
    this.#times = times;
    this.#zones = zones;
    this.follow(size, -Infinity);
    this.advance(0);
  }

  /** Instances that are paid for. */
  get size(): number {
    return this.#instances.length;
  }

  /** Applies what is due at `nowS`: boots end, drained and failed instances are removed. */
  advance(nowS: number): void {
    this.#instances = this.#instances.filter(({ state, failed, stateEndsS }) => {
      const leaves = state === 'terminating' || failed;
      return !(leaves && stateEndsS <= nowS);
    });
    for (const instance of this.#instances) {
      if (instance.state !== 'pending' || instance.stateEndsS > nowS) continue;
      instance.state = 'inService';
      instance.inServiceSinceS = instance.stateEndsS;
      instance.stateEndsS = Infinity;
    }
  }

  /** Launches and terminates towards the desired capacity. */
  follow(desired: number, nowS: number): void {
    const usable = this.#zones.filter((zone) => !this.#lostZones.has(zone));
    const { launch, terminate } = reconcile(desired, this.#instances, usable);
    for (const instance of terminate) {
      instance.state = 'terminating';
      instance.stateEndsS = nowS + this.#times.drainS;
    }
    const starting = { state: 'pending', launchedS: nowS, stateEndsS: nowS + this.#times.bootS } as const;
    for (const zone of launch) this.#instances.push({ ...starting, zone, inServiceSinceS: Infinity, failed: false });
  }

  /** Lets a fault begin or end if it is due. Nothing can be launched in a lost zone until it is back. */
  apply(fault: Fault, nowS: number): void {
    if (fault.kind === 'lose-zone' && fault.atS === nowS) this.#lostZones.add(fault.zone);
    if (fault.kind === 'lose-zone' && fault.untilS === nowS) this.#lostZones.delete(fault.zone);
    if (fault.atS !== nowS) return;
    const failing =
      fault.kind === 'kill'
        ? this.#in('inService').slice(0, fault.count)
        : this.#instances.filter(({ zone, failed }) => zone === fault.zone && !failed);
    for (const instance of failing) {
      instance.failed = true;
      instance.stateEndsS = nowS + this.#times.detectS;
    }
  }

  /** Counts the instances. Requests go to `targets`; `healthy` ones answer; metrics show the CPU of `measured` ones. */
  counts(nowS: number) {
    const targets = this.#in('inService');
    const healthy = targets.filter(({ failed }) => !failed);
    const isWarm = ({ inServiceSinceS }: Instance) => inServiceSinceS + this.#times.warmupS <= nowS;
    const warm = targets.filter(isWarm).length;
    return {
      targets: targets.length,
      healthy: healthy.length,
      measured: healthy.filter(isWarm).length,
      warm,
      warming: targets.length - warm,
      pending: this.#in('pending').length,
      terminating: this.#in('terminating').length,
    };
  }

  #in(wanted: Instance['state']): Instance[] {
    return this.#instances.filter(({ state }) => state === wanted);
  }
}
