import type { FleetCounts } from './step-scaling.ts';
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

/** What the load balancer sees of a fleet. */
export interface Serving {
  /** Instances that requests are sent to. */
  readonly targets: number;
  /** Those of them that answer. */
  readonly healthy: number;
  /** Healthy ones past their warm-up: those whose CPU the group's metrics show. */
  readonly measured: number;
}

/** The instances of a simulated group, from launch to termination. */
export class SimulatedFleet {
  readonly #times: InstanceTimes;
  readonly #zones: readonly string[];
  readonly #lostZones = new Set<string>();
  #instances: Instance[] = [];

  /** A fleet of `size` instances that have been in service for long. */
  constructor(size: number, zones: readonly string[], times: InstanceTimes) {
    this.#times = times;
    this.#zones = zones;
    for (const zone of reconcile(size, [], zones).launch) this.#launch(zone, -Infinity);
    this.advance(0);
  }

  /** Instances that are paid for. */
  get size(): number {
    return this.#instances.length;
  }

  /** Lets everything happen that is due at `nowS`: boots end, drained and detected instances go. */
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

  follow(desired: number, nowS: number): void {
    const usable = this.#zones.filter((zone) => !this.#lostZones.has(zone));
    const { launch, terminate } = reconcile(desired, this.#instances, usable);
    for (const instance of terminate) {
      instance.state = 'terminating';
      instance.stateEndsS = nowS + this.#times.drainS;
    }
    for (const zone of launch) this.#launch(zone, nowS);
  }

  /** Instances stop answering; the load balancer finds out after its detection time. */
  kill(count: number, nowS: number): void {
    this.#fail(this.#serving().slice(0, count), nowS);
  }

  /** Everything in a zone stops answering, and nothing can be launched there until it is back. */
  loseZone(zone: string, nowS: number): void {
    this.#lostZones.add(zone);
    this.#fail(
      this.#instances.filter((instance) => instance.zone === zone && !instance.failed),
      nowS,
    );
  }

  restoreZone(zone: string): void {
    this.#lostZones.delete(zone);
  }

  counts(nowS: number): FleetCounts {
    const serving = this.#serving();
    const warm = serving.filter((instance) => this.#isWarm(instance, nowS)).length;
    return {
      warm,
      warming: serving.length - warm,
      pending: this.#instances.filter(({ state }) => state === 'pending').length,
      terminating: this.#instances.filter(({ state }) => state === 'terminating').length,
    };
  }

  serving(nowS: number): Serving {
    const targets = this.#serving();
    const healthy = targets.filter(({ failed }) => !failed);
    return {
      targets: targets.length,
      healthy: healthy.length,
      measured: healthy.filter((instance) => this.#isWarm(instance, nowS)).length,
    };
  }

  #launch(zone: string, launchedS: number): void {
    const stateEndsS = launchedS + this.#times.bootS;
    this.#instances.push({ zone, state: 'pending', launchedS, stateEndsS, inServiceSinceS: Infinity, failed: false });
  }

  #serving(): Instance[] {
    return this.#instances.filter(({ state }) => state === 'inService');
  }

  #isWarm(instance: Instance, nowS: number): boolean {
    return instance.inServiceSinceS + this.#times.warmupS <= nowS;
  }

  #fail(instances: readonly Instance[], nowS: number): void {
    for (const instance of instances) {
      instance.failed = true;
      instance.stateEndsS = nowS + this.#times.detectS;
    }
  }
}
