import { randomOf } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { Plan } from '../plan.ts';
import type { Item } from './conditions.ts';
import type { Table } from './table.ts';

/** When an item was last written, and where: the later write wins, and of two at one time that of the later region. */
interface Stamp {
  readonly atMicros: number;
  readonly region: number;
}

/** Of the partitions with the heartbeats of regions. They are small, so they are always ahead of others. */
const QUICK_MS = { min: 100, max: 2_000 };
/** A partition has caught up after this share of the time that a pause took. */
const LONGEST_CATCH_UP = 0.9;

/**
 * Replicates the writes of the tables of two regions to each other, item by item, as a global table with multi-Region
 * eventual consistency does: the last writer wins, partitions are behind by different times, and after a pause each
 * catches up in its own time.
 */
export class Replication {
  readonly #tables: readonly Table[];
  readonly #scheduler: Scheduler;
  readonly #plan: Plan;
  readonly #stamps: readonly Map<string, Stamp>[];
  readonly #pauses: readonly { readonly startMs: number; readonly endMs: number }[];
  readonly #lagsMs = new Map<string, number>();
  /** When each region began to write. */
  readonly #beganMs: number[] = [];
  readonly #arrivals: readonly Map<string, number>[];
  #waiting = 0;

  constructor(tables: readonly Table[], scheduler: Scheduler, plan: Plan) {
    this.#tables = tables;
    this.#scheduler = scheduler;
    this.#plan = plan;
    this.#stamps = tables.map(() => new Map());
    this.#arrivals = tables.map(() => new Map());
    this.#pauses = plan.steps.flatMap((step) =>
      step.kind === 'replication' ? [{ startMs: step.atMs, endMs: step.atMs + step.forMs }] : [],
    );
    for (const [region, table] of tables.entries()) table.onWrite = (key, item) => this.#written(region, key, item);
  }

  /** The number of writes that have not arrived. */
  get waiting(): number {
    return this.#waiting;
  }

  /** When the first item of a partition arrived in a region from another one, in virtual time. */
  arrivedMicros(region: number, pk: string): number | undefined {
    return this.#arrivals[region]?.get(pk);
  }

  #written(from: number, key: Item, item: Item | undefined): void {
    const stamp: Stamp = { atMicros: this.#scheduler.nowMicros(), region: from };
    this.#stamps[from]?.set(textOf(key), stamp);
    this.#beganMs[from] ??= stamp.atMicros / 1_000;
    for (const [to, table] of this.#tables.entries()) {
      if (to === from) continue;
      this.#waiting++;
      this.#scheduler.at(this.#arrivalMs(from, key['pk']?.S ?? '', stamp.atMicros / 1_000) * 1_000, () => {
        this.#waiting--;
        const current = this.#stamps[to]?.get(textOf(key));
        if (current !== undefined && !isLater(stamp, current)) return;
        this.#stamps[to]?.set(textOf(key), stamp);
        table.replicate(key, item);
        const arrivals = this.#arrivals[to];
        const pk = key['pk']?.S ?? '';
        if (!arrivals?.has(pk) && !this.#hasExpired(item)) arrivals?.set(pk, this.#scheduler.nowMicros());
      });
    }
  }

  #hasExpired(item: Item | undefined): boolean {
    return Number(item?.['expires']?.N ?? Number.POSITIVE_INFINITY) < this.#plan.epochMicros / 1e6;
  }

  #arrivalMs(from: number, pk: string, writtenMs: number): number {
    let arrivalMs = writtenMs + this.#lagMs(pk, 'lag', this.#plan.slowestReplicationMs ?? 0);
    let caughtUpMs = 0;
    for (const { startMs, endMs } of this.#pauses) {
      // Nothing catches up during a pause. What still waited for an earlier one comes first, in its order.
      const leftMs = Math.max(0, caughtUpMs - startMs);
      const waitsAlready = arrivalMs >= startMs && arrivalMs <= caughtUpMs;
      // Nothing was kept back before the region began to write.
      const keptBackMs = Math.max(0, endMs - Math.max(startMs, this.#beganMs[from] ?? 0));
      const catchUpMs = this.#lagMs(pk, `from ${from} after ${startMs}`, keptBackMs * LONGEST_CATCH_UP);
      caughtUpMs = endMs + leftMs + catchUpMs;
      if (waitsAlready) arrivalMs = endMs + (arrivalMs - startMs);
      else if (arrivalMs >= startMs) arrivalMs = Math.max(arrivalMs, caughtUpMs);
    }
    return arrivalMs;
  }

  /** By how much a partition is behind, for one cause. */
  #lagMs(pk: string, cause: string, longestMs: number): number {
    const id = `${cause} ${pk}`;
    let lagMs = this.#lagsMs.get(id);
    if (lagMs === undefined) {
      const random = randomOf(this.#plan.seed, hashOf(id));
      lagMs =
        pk === 'regions'
          ? random.between(QUICK_MS.min, QUICK_MS.max)
          : random.pick([random.between(0, longestMs), longestMs]);
      this.#lagsMs.set(id, lagMs);
    }
    return lagMs;
  }
}

function isLater(one: Stamp, other: Stamp): boolean {
  return one.atMicros > other.atMicros || (one.atMicros === other.atMicros && one.region > other.region);
}

function textOf({ pk, sk }: Item): string {
  return `${pk?.S}\n${sk?.S}`;
}

/** A purpose for `randomOf` that no other draw has. */
function hashOf(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 1_000_003, 7) + 100_000_000;
}
