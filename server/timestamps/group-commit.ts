import { TIMEOUTS_MS } from '../contract.ts';
import { ServiceError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { BLOCK_LIMITS, type Block, emptyBlockBytes, expiryOf, largestError, lineBytes } from './block.ts';
import { bytesToWrite, createForecast } from './commit-window.ts';
import { dayEnd } from './iso-time.ts';
import type { Arrival, TimestampRecord } from './record.ts';
import type { RecordIds } from './record-ids.ts';
import type { StoredBlock, TimestampStore } from './store.ts';

export interface GroupCommitOptions {
  readonly store: Pick<TimestampStore, 'putBlock'>;
  readonly ids: Pick<RecordIds, 'recordsOf'>;
  /** 8 characters `0-9a-v`, unique to this process. */
  readonly writer: string;
  readonly instance: string;
  /** @default - the stage has one region, and blocks do not name it */
  readonly region?: string | undefined;
  /** The number of partition keys over which a day's blocks are distributed. */
  readonly shards: number;
  /** Days after which blocks expire. @default - they are kept */
  readonly retentionDays?: number | undefined;
  /** The longest time that a timestamp waits for others, so that they share a write unit. @default 0 */
  readonly windowMs?: number;
  /** The maximum number of timestamps in a block. @default BLOCK_LIMITS.timestamps */
  readonly maxTimestamps?: number;
  readonly observer: CommitObserver;
  readonly runtime: Runtime;
}

export interface CommitObserver {
  /** Called when a write has ended and before its requests are answered, for tracing. */
  readonly commitEnded?:
    | ((facts: { arrivals: readonly Arrival[]; latencyMs: number; error?: unknown }) => void)
    | undefined;
  blockCommitted(
    facts: Omit<StoredBlock, 'answers' | 'recorded'> & { readonly latencyMs: number; readonly timestamps: number },
  ): void;
  blockFailed(facts: { error: unknown; timestamps: number }): void;
}

interface Waiting {
  readonly arrival: Arrival;
  readonly sinceMs: number;
  readonly bytes: number;
  readonly resolve: (record: TimestampRecord) => void;
  readonly reject: (error: unknown) => void;
}

/** The longest time that a block waits for timestamps that clients send together; short compared to the write. */
const GATHER_MS = 1;

/** Writes run one at a time, but a write that takes longer than this does not delay the next one. */
const STALL_MS = 50;
const MAX_WRITES_IN_FLIGHT = 4;

/**
 * Group commit (DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984): a single
 * timestamp is written immediately; timestamps that arrive during a write share the next one. With a commit window a
 * block also waits until it fills a write unit, but not longer than the window, and only if more are expected.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #runtime: Runtime;
  readonly #emptyBytes: number;
  readonly #windowMs: number;
  readonly #maxTimestamps: number;
  readonly #forecast: ReturnType<typeof createForecast>;
  #flushing = false;
  #queue: Waiting[] = [];
  #head = 0;
  #pendingBytes = 0;
  #inFlight = 0;
  #timestampsInFlight = 0;
  #lastWriteMs = Number.NEGATIVE_INFINITY;
  #scheduled = false;
  #isStallTimerSet = false;
  #isWindowTimerSet = false;
  #sequence = 0;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#runtime = options.runtime;
    // Writers start at different shards. Otherwise their first blocks would all go to shard 0.
    this.#sequence = Number.parseInt(options.writer, 32) % options.shards;
    const { writer, instance, region, shards, retentionDays, windowMs = 0 } = options;
    const expires = retentionDays === undefined ? undefined : 0;
    this.#emptyBytes = emptyBlockBytes({
      shard: shards - 1,
      writer,
      sequence: 0,
      instance,
      region,
      errorMicros: 0,
      expires,
    });
    this.#windowMs = windowMs;
    this.#maxTimestamps = options.maxTimestamps ?? BLOCK_LIMITS.timestamps;
    this.#forecast = createForecast({ windowMs, nowMs: this.#runtime.monotonicMs() });
  }

  /** The number of timestamps that wait for a write. */
  get pending(): number {
    return this.#queue.length - this.#head;
  }

  /**
   * Resolves with the record once it is durable. Arrivals must be passed in the order of their times.
   * Rejects with `unavailable` if the write did not succeed in time; the timestamp may still have been stored.
   */
  record(arrival: Arrival): Promise<TimestampRecord> {
    return new Promise((resolve, reject) => {
      const [sinceMs, bytes] = [this.#runtime.monotonicMs(), lineBytes(arrival)];
      this.#queue.push({ arrival, sinceMs, bytes, resolve, reject });
      this.#pendingBytes += bytes;
      this.#forecast.arrived(sinceMs, this.#unanswered);
      this.#schedule(this.#queue.length);
    });
  }

  /** How long the oldest of them has waited, beyond the commit window. */
  get oldestWaitMs(): number {
    const oldest = this.#queue[this.#head];
    return oldest === undefined ? 0 : Math.max(0, this.#runtime.monotonicMs() - oldest.sinceMs - this.#windowMs);
  }

  get #unanswered(): number {
    return this.pending + this.#timestampsInFlight;
  }

  /** Writes waiting timestamps, and all later ones, without the window. */
  flush(): void {
    this.#flushing = true;
    this.#startWrites();
  }

  /** Resolves when no timestamp is waiting or being written. */
  drained(): Promise<void> {
    if (this.pending === 0 && this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Starts a write after this event loop iteration, or later while each iteration adds to the `seen` timestamps. */
  #schedule(seen: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#runtime.setImmediate(() => this.#gather(seen, this.#runtime.monotonicMs() + GATHER_MS));
  }

  #gather(seen: number, untilMs: number): void {
    const waiting = this.#queue.length;
    if (waiting > seen && this.#runtime.monotonicMs() < untilMs) {
      this.#runtime.setImmediate(() => this.#gather(waiting, untilMs));
      return;
    }
    this.#scheduled = false;
    this.#startWrites();
  }

  #startWrites(): void {
    this.#rejectExpired();
    while (this.pending > 0 && this.#canStartWrite()) {
      const maxBytes = this.#bytesToWrite();
      if (maxBytes === 0) {
        this.#waitForWindow();
        return;
      }
      void this.#write(this.#cutBlock(maxBytes));
    }
    if (this.pending > 0) this.#waitForStall();
  }

  #bytesToWrite(): number {
    const nowMs = this.#runtime.monotonicMs();
    const { sinceMs, bytes } = this.#queue[this.#head] as Waiting;
    const moreExpected = !this.#flushing && this.#forecast.expectsMore(nowMs, this.#unanswered);
    const waiting = { bytes: this.#emptyBytes + this.#pendingBytes, lineBytes: bytes, oldestMs: sinceMs };
    return bytesToWrite(waiting, { windowMs: this.#windowMs, nowMs, moreExpected });
  }

  #waitForWindow(): void {
    if (this.#isWindowTimerSet) return;
    this.#isWindowTimerSet = true;
    const endMs = (this.#queue[this.#head] as Waiting).sinceMs + this.#windowMs;
    const afterWindow = () => {
      this.#isWindowTimerSet = false;
      this.#startWrites();
    };
    this.#runtime.setTimer(afterWindow, Math.max(1, endMs - this.#runtime.monotonicMs()));
  }

  #canStartWrite(): boolean {
    if (this.#inFlight === 0) return true;
    if (this.#inFlight >= MAX_WRITES_IN_FLIGHT) return false;
    return this.pending >= this.#maxTimestamps || this.#runtime.monotonicMs() - this.#lastWriteMs >= STALL_MS;
  }

  #waitForStall(): void {
    if (this.#isStallTimerSet) return;
    this.#isStallTimerSet = true;
    const afterStall = () => {
      this.#isStallTimerSet = false;
      this.#startWrites();
    };
    this.#runtime.setTimer(afterStall, STALL_MS);
  }

  /** Takes the longest run of waiting timestamps that fits into a block of this size. */
  #cutBlock(maxBytes: number): Waiting[] {
    const first = this.#queue[this.#head] as Waiting;
    const before = Math.min(dayEnd(first.arrival.micros), first.arrival.micros + BLOCK_LIMITS.spanMicros + 1);
    let end = this.#head + 1;
    let bytes = this.#emptyBytes + first.bytes;
    while (end < this.#queue.length && end - this.#head < this.#maxTimestamps) {
      const next = this.#queue[end] as Waiting;
      bytes += next.bytes;
      if (next.arrival.micros >= before || bytes > maxBytes) break;
      end++;
    }
    return this.#take(end);
  }

  /** Removes the beginning of the queue. It rarely copies the rest, so the amortised cost is O(1). */
  #take(end: number): Waiting[] {
    const taken = this.#queue.slice(this.#head, end);
    for (const { bytes } of taken) this.#pendingBytes -= bytes;
    this.#head = end;
    if (this.#head * 2 < this.#queue.length) return taken;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
    return taken;
  }

  #rejectExpired(): void {
    const expiredBefore = this.#runtime.monotonicMs() - TIMEOUTS_MS.answer;
    let end = this.#head;
    while (end < this.#queue.length && (this.#queue[end] as Waiting).sinceMs < expiredBefore) end++;
    if (end === this.#head) return;
    this.#fail(this.#take(end), new Error(`no write began within ${TIMEOUTS_MS.answer} ms`));
  }

  async #write(waiting: Waiting[]): Promise<void> {
    const startMs = this.#runtime.monotonicMs();
    this.#lastWriteMs = startMs;
    this.#inFlight++;
    this.#timestampsInFlight += waiting.length;
    const block = this.#blockOf(waiting);
    const { observer } = this.#options;
    try {
      const deadlineMs = TIMEOUTS_MS.answer - (startMs - (waiting[0] as Waiting).sinceMs);
      const stored = await this.#options.store.putBlock(block, deadlineMs);
      const { writeUnits, state, recorded: timestamps = waiting.length } = stored;
      const answers = stored.answers ?? this.#options.ids.recordsOf(block, state);
      for (let i = 0; i < waiting.length; i++) settle(waiting[i] as Waiting, answers[i]);
      const latencyMs = this.#runtime.monotonicMs() - startMs;
      observer.blockCommitted({ latencyMs, timestamps, writeUnits, state });
      observer.commitEnded?.({ arrivals: block.arrivals, latencyMs });
    } catch (error) {
      this.#fail(waiting, error);
      observer.commitEnded?.({ arrivals: block.arrivals, latencyMs: this.#runtime.monotonicMs() - startMs, error });
    }
    this.#inFlight--;
    this.#timestampsInFlight -= waiting.length;
    // Clients that are answered together send their next requests together. Waiting for those requests (seen = 0) puts
    // all clients into one block; otherwise two groups of clients would alternate forever.
    if (this.pending > 0) this.#schedule(0);
    else if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #blockOf(waiting: Waiting[]): Block {
    const { writer, instance, region, shards, retentionDays } = this.#options;
    const sequence = this.#sequence++;
    const arrivals = waiting.map(({ arrival }) => arrival);
    const errorMicros = largestError(arrivals);
    const last = arrivals.at(-1)?.micros ?? 0;
    const expires = retentionDays === undefined ? undefined : expiryOf(last, retentionDays);
    return { shard: sequence % shards, writer, sequence, instance, region, errorMicros, expires, arrivals };
  }

  #fail(waiting: Waiting[], error: unknown): void {
    this.#options.observer.blockFailed({ error, timestamps: waiting.length });
    const refusal = new ServiceError('unavailable', 'the database did not store the timestamp in time', {
      retryAfterS: 1,
    });
    for (const { reject } of waiting) reject(refusal);
  }
}

function settle({ resolve, reject }: Waiting, answer: TimestampRecord | Error | undefined): void {
  if (answer instanceof Error) reject(answer);
  else resolve(answer as TimestampRecord);
}
