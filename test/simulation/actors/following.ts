import { ServiceError } from '../../../server/errors.ts';
import type { World } from '../world.ts';
import { listAll } from './listing.ts';
import type { Machine } from './machine.ts';
import type { ServerProcess } from './server-process.ts';

/** A client that polls `GET /app`, consistently or not, and reads each time what has been settled since. */
export class Follower {
  readonly #world: World;
  readonly #consistent: boolean;
  /** The traces of all records that it has seen. */
  readonly seen = new Set<string>();
  /** The time before which it has read everything. */
  settledMicros = 0;

  constructor(world: World, { consistent }: { readonly consistent: boolean }) {
    this.#world = world;
    this.#consistent = consistent;
  }

  /** Asks a process what is settled, and reads that. Answers may overtake each other. */
  poll({ process }: Machine): void {
    // A process that started with a wrong clock cannot know what is settled.
    if (!process.hasEnded && process.offsetMicros === 0)
      this.#world.scheduler.after(500, () => this.#read(process), process);
  }

  #read(process: ServerProcess): void {
    const from = this.settledMicros;
    const to = this.#settledUntil(process);
    if (to <= from) return;
    const consistent = this.#consistent;
    this.#world.history.add('follower', () => `everything before ${to} is settled, says ${process.name}`);
    void listAll(this.#world, process, { limit: 100, consistent, from, to }).then(({ records, isComplete }) => {
      for (const { traceId } of records) this.seen.add(traceId.slice(-24));
      if (isComplete) this.settledMicros = Math.max(this.settledMicros, to);
    });
  }

  #settledUntil(process: ServerProcess): number {
    try {
      return process.settledUntil({ consistent: this.#consistent }) ?? 0;
    } catch (error) {
      // The clock has jumped.
      if (!(error instanceof ServiceError)) this.#world.violate('no-defects', String((error as Error).stack));
      return 0;
    }
  }
}
