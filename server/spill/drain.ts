import { deadlineIn } from '../retry.ts';
import type { Runtime } from '../runtime.ts';
import { decodeBlock } from '../timestamps/block.ts';
import type { TimestampStore } from '../timestamps/store.ts';
import type { ListedObject, SpillBucket } from './bucket.ts';
import { deadKey, deadLetterText, InvalidObjectError, isSpillKey, readObject } from './object.ts';

export interface DrainOptions {
  readonly bucket: SpillBucket;
  readonly table: Pick<TimestampStore, 'putBlock'>;
  /** Whether the table refused the block itself, so that it would refuse it later as well. */
  readonly isRefusal: (error: unknown) => boolean;
  readonly runtime: Runtime;
  readonly onMoved: (facts: { readonly timestamps: number; readonly writeUnits: number }) => void;
  readonly onDeadLetter: (facts: { readonly key: string; readonly reason: string }) => void;
}

/** For the calls of one object, so that a shutdown can wait for them. */
const CALL_DEADLINE_MS = 3_000;
/** A listing can take long. A shutdown does not wait for it. */
const LIST_DEADLINE_MS = 20_000;
/** Objects that are moved at the same time: most of the time passes waiting for S3. */
const CONCURRENCY = 8;
const MAX_REFUSALS = 20;
/** An object that was refused is not tried again for this long, so that it is dead after ten minutes at the earliest. */
const REFUSAL_PAUSE_MS = 30_000;

/** What a round found in the bucket. */
export interface DrainRound {
  /** When the oldest object that was listed was put, in milliseconds since the epoch; `undefined` if there was none. */
  readonly oldestMs: number | undefined;
  readonly deadLetters: number;
  /** Objects that were moved into the table or to the dead letters, by this process or meanwhile by another. */
  readonly moved: number;
}

/**
 * Moves spilled blocks into the table. Any number of processes may do so at the same time: the put is conditional, and
 * an object is deleted only after the table has its block. Refusals are counted in memory. After a restart they are
 * counted again, so an object only stays longer.
 */
export function createDrain(options: DrainOptions) {
  const { bucket, table, isRefusal, runtime, onMoved, onDeadLetter } = options;
  const refusals = new Map<string, { readonly count: number; readonly lastMs: number }>();
  let isStopped = false;
  const stopping = Promise.withResolvers<undefined>();
  const deadline = () => deadlineIn(CALL_DEADLINE_MS, runtime);
  /** The next page; `undefined` if the drain is stopped meanwhile. */
  const listPage = (after?: string) =>
    Promise.race([bucket.list(deadlineIn(LIST_DEADLINE_MS, runtime), after), stopping.promise]);

  /** Whether the object is a dead letter now. */
  async function refused(key: string, text: string, error: unknown): Promise<boolean> {
    const count = (refusals.get(key)?.count ?? 0) + 1;
    refusals.set(key, { count, lastMs: runtime.monotonicMs() });
    if (count < MAX_REFUSALS) return false;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    // If it exists already, an earlier attempt wrote it.
    await bucket.create(deadKey(key), deadLetterText(text, reason, count), deadline());
    await bucket.delete(key, deadline());
    refusals.delete(key);
    onDeadLetter({ key, reason });
    return true;
  }

  /** Whether the object has left `spill/`. Rejects if bucket or table cannot take a call now. */
  async function move(key: string): Promise<boolean> {
    const last = refusals.get(key)?.lastMs;
    if (last !== undefined && runtime.monotonicMs() - last < REFUSAL_PAUSE_MS) return false;
    const text = await bucket.get(key, deadline());
    if (text === undefined) return true;
    try {
      const block = decodeBlock(readObject(key, text));
      const { writeUnits } = await table.putBlock(block, CALL_DEADLINE_MS);
      onMoved({ timestamps: block.arrivals.length, writeUnits });
    } catch (error) {
      if (error instanceof InvalidObjectError || isRefusal(error)) return refused(key, text, error);
      throw error;
    }
    await bucket.delete(key, deadline());
    refusals.delete(key);
    return true;
  }

  /** Moves objects in their order, from a random one on, so that several processes do not move the same ones. */
  async function movePage(objects: readonly ListedObject[]): Promise<number> {
    const start = Math.floor(runtime.random() * objects.length);
    const queue = [...objects.slice(start), ...objects.slice(0, start)];
    let moved = 0;
    let failure: { readonly error: unknown } | undefined;
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next && !failure && !isStopped; next = queue.shift())
        try {
          if (await move(next.key)) moved++;
        } catch (error) {
          failure ??= { error };
        }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    if (failure) throw failure.error;
    return moved;
  }

  return {
    /** Lists the whole bucket once and moves what is in `spill/`. Rejects if bucket or table cannot take a call now. */
    async round(onListed: (oldestMs: number | undefined) => void): Promise<DrainRound> {
      let [deadLetters, moved, oldestMs] = [0, 0, Number.POSITIVE_INFINITY];
      let page = await listPage();
      while (page) {
        const spilled = page.objects.filter(({ key }) => isSpillKey(key));
        deadLetters += page.objects.length - spilled.length;
        for (const { modifiedMs } of spilled) oldestMs = Math.min(oldestMs, modifiedMs);
        onListed(oldestMs === Number.POSITIVE_INFINITY ? undefined : oldestMs);
        moved += await movePage(spilled);
        const after = page.objects.at(-1)?.key;
        if (!page.more || after === undefined || isStopped) break;
        page = await listPage(after);
      }
      if (oldestMs === Number.POSITIVE_INFINITY && !isStopped) refusals.clear();
      return { deadLetters, moved, oldestMs: oldestMs === Number.POSITIVE_INFINITY ? undefined : oldestMs };
    },
    /** Ends a round after the objects that are being moved. */
    stop(): void {
      isStopped = true;
      stopping.resolve(undefined);
    },
  };
}
