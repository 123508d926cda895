import type { World } from '../world.ts';
import { listAll } from './listing.ts';
import type { Machine } from './machine.ts';

/** A client that polls `GET /app` and reads each time what has been settled since. */
export class Follower {
  readonly #world: World;
  /** The traces of all records that it has seen. */
  readonly seen = new Set<string>();
  /** The time before which it has read everything. */
  settledMicros = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Reads from a process. Answers may overtake each other. */
  poll({ process }: Machine): void {
    if (process.hasEnded) return;
    const options = { limit: 100, consistent: true, from: this.settledMicros };
    void listAll(this.#world, process, options).then(({ records, isComplete, settledMicros = 0 }) => {
      for (const { traceId } of records) this.seen.add(traceId.slice(-24));
      if (isComplete) this.settledMicros = Math.max(this.settledMicros, settledMicros);
    });
  }
}
