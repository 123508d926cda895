import { LARGEST_ERROR_MICROS, pause, type SystemClock } from '../engine/runtime.ts';
import type { Region, World } from '../world.ts';
import { ServerProcess } from './server-process.ts';

/** A process that drains has answered all requests by then. */
const LONGEST_DRAIN_MICROS = 8_200_000;

/** A machine with one process, which is replaced after a crash. Its system clock belongs to the machine. */
export class Machine {
  readonly name: string;
  readonly clock: SystemClock;
  readonly #shards: number;
  readonly region: Region;
  readonly #world: World;
  readonly #nextNumber: () => number;
  process: ServerProcess;

  constructor(world: World, index: number, nextNumber: () => number) {
    this.name = `machine ${index}`;
    this.#shards = world.plan.shards[index % world.plan.shards.length] as number;
    this.region = world.regions[index % world.regions.length] as Region;
    this.#world = world;
    this.#nextNumber = nextNumber;
    const errorMicros = world.random.integer(-LARGEST_ERROR_MICROS, LARGEST_ERROR_MICROS);
    this.clock = { epochMicros: world.plan.epochMicros, errorMicros, offsetMicros: 0 };
    this.process = this.#start();
  }

  /** Ends the process at once; another one with empty memory starts after `forMs`. */
  crash(forMs: number): void {
    if (this.process.hasEnded) return;
    this.#world.history.add(this.process.name, () => `is killed; replaced after ${forMs} ms`);
    this.process.kill();
    this.#world.scheduler.after(forMs * 1_000, () => {
      this.process = this.#start();
    });
  }

  /** Stops the process for a time, as SIGSTOP or a busy host do. */
  pause(forMs: number): void {
    const { process } = this;
    this.#world.history.add(process.name, () => `is paused for ${forMs} ms`);
    pause(this.#world.scheduler, process, forMs * 1_000);
  }

  /** Changes the system clock. */
  step(byMs: number): void {
    this.#world.history.add(this.name, () => `its system clock steps by ${byMs} ms`);
    this.clock.offsetMicros += byMs * 1_000;
  }

  /** Starts another process when this one has answered its requests. */
  #replace(process: ServerProcess): void {
    this.#world.history.add(process.name, () => 'drains, because the clock jumped');
    this.#world.scheduler.after(LONGEST_DRAIN_MICROS, () => {
      if (this.process !== process || process.hasEnded) return;
      process.kill();
      this.process = this.#start();
    });
  }

  #start(): ServerProcess {
    const process = new ServerProcess(
      this.#world,
      { clock: this.clock, shards: this.#shards, region: this.region, onDrain: () => this.#replace(process) },
      this.#nextNumber(),
    );
    this.#world.history.add(process.name, () => `starts on ${this.name}`);
    return process;
  }
}
