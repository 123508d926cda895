import { z } from 'zod';

const writeSchema = z.object({
  table: z.string(),
  /** The partition's hash, `/`, and the rest of the key. */
  key: z.string(),
  value: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  atMicros: z.number(),
  region: z.string(),
});

/** A write as a replica reports and takes it (`server/dynamodb/embedded/replica-process.ts`). */
export type ReplicatedWrite = z.infer<typeof writeSchema>;

/** A region's replica of the table. */
export interface Replica {
  readonly region: string;
  /** Sends a write of another region. */
  readonly send: (write: ReplicatedWrite) => void;
}

/** Time and timers, in milliseconds. */
export interface ReplicationClock {
  readonly now: () => number;
  readonly at: (ms: number, callback: () => void) => void;
}

interface Waiting {
  readonly write: ReplicatedWrite;
  readonly to: string;
}

/**
 * Replicates writes between replicas, item by item, as a global table with multi-Region eventual consistency does. Each
 * partition is behind by a time of its own, at most `lagMs`, so that the order of writes is kept in a partition only.
 */
export class Replication {
  readonly #replicas: readonly Replica[];
  readonly #lagMs: number;
  readonly #clock: ReplicationClock;
  readonly #waiting: Waiting[] = [];
  readonly #sent: Waiting[] = [];
  #paused = false;

  constructor(replicas: readonly Replica[], lagMs: number, clock: ReplicationClock) {
    this.#replicas = replicas;
    this.#lagMs = lagMs;
    this.#clock = clock;
  }

  /** Takes a line that a replica printed: a write, or that it has stored the next one that was sent to it. */
  receive(from: string, line: string): void {
    const message: unknown = JSON.parse(line);
    const { data: write } = writeSchema.safeParse(message);
    if (write) this.#written(write);
    else {
      z.object({ applied: z.number() }).parse(message);
      this.#sent.splice(
        this.#sent.findIndex(({ to }) => to === from),
        1,
      );
    }
  }

  /** Keeps every write that has not been sent until {@link resume}. */
  pause(): void {
    this.#paused = true;
  }

  /** Replicates what was kept; each partition catches up in a time of its own. */
  resume(): void {
    this.#paused = false;
    for (const waiting of this.#waiting) this.#sendLater(waiting);
  }

  /** The writes of a region that another replica has not stored. */
  notReplicated(region: string): ReplicatedWrite[] {
    const all = [...this.#sent, ...this.#waiting].map(({ write }) => write);
    return [...new Set(all.filter((write) => write.region === region))];
  }

  #written(write: ReplicatedWrite): void {
    for (const { region: to } of this.#replicas) {
      if (to === write.region) continue;
      const waiting = { write, to };
      this.#waiting.push(waiting);
      if (!this.#paused) this.#sendLater(waiting);
    }
  }

  #sendLater(waiting: Waiting): void {
    this.#clock.at(this.#clock.now() + this.#lagOf(waiting.write), () => {
      const index = this.#waiting.indexOf(waiting);
      // A write that waited for a pause twice is sent once.
      if (this.#paused || index === -1) return;
      this.#waiting.splice(index, 1);
      this.#sent.push(waiting);
      this.#replicas.find(({ region }) => region === waiting.to)?.send(waiting.write);
    });
  }

  /** Between a half of the lag and all of it. */
  #lagOf({ key }: ReplicatedWrite): number {
    const [partition = ''] = key.split('/');
    const share = [...partition].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 101, 0) / 100;
    return this.#lagMs * (0.5 + share / 2);
  }
}
