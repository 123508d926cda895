/** A process of the simulation, whose events are delayed while it is paused and dropped once it has ended. */
export interface Owner {
  hasEnded: boolean;
  /** It does nothing before this time. */
  busyUntilMicros: number;
  /** The sum of its pauses. */
  pausedMicros: number;
}

interface Event {
  atMicros: number;
  readonly order: number;
  readonly owner: Owner | undefined;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * Runs events one by one in virtual time. After an event of a process it waits until all promises have been settled
 * that do not depend on another event. The next event therefore never depends on real time.
 */
export class Scheduler {
  readonly #heap: Event[] = [];
  #order = 0;
  #nowMicros = 0;
  #isStopped = false;
  /** The number of events that have run. */
  events = 0;

  /** Virtual time since the start of the run, for an owner: its own time may be ahead within an event. */
  nowMicros(owner?: Owner): number {
    return owner === undefined ? this.#nowMicros : Math.max(this.#nowMicros, owner.busyUntilMicros);
  }

  /** Runs an event of a process after a delay. The function it returns cancels that. */
  after(delayMicros: number, run: () => void, owner?: Owner): () => void {
    return this.at(this.nowMicros(owner) + Math.max(0, delayMicros), run, owner);
  }

  /** Runs an event at a time. The function it returns cancels that. */
  at(atMicros: number, run: () => void, owner?: Owner): () => void {
    const event: Event = { atMicros: Math.round(atMicros), order: this.#order++, owner, run, isCancelled: false };
    this.#push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** The number of events that wait for their time and belong to this owner. */
  waitingOf(owner: Owner): number {
    return this.#heap.filter((event) => event.owner === owner && !event.isCancelled).length;
  }

  /** Ends the run. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Runs all events until this time. */
  async runUntil(endMicros: number): Promise<void> {
    while (!this.#isStopped) {
      const event = this.#heap[0];
      if (event === undefined || event.atMicros > endMicros) break;
      this.#pop();
      if (event.isCancelled || event.owner?.hasEnded) continue;
      if (event.owner !== undefined && event.owner.busyUntilMicros > event.atMicros) {
        event.atMicros = event.owner.busyUntilMicros;
        this.#push(event);
        continue;
      }
      this.#nowMicros = event.atMicros;
      this.events++;
      event.run();
      await afterPromises();
    }
    this.#nowMicros = endMicros;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent] as Event)) break;
      heap[index] = heap[parent] as Event;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
  }
}

/** Node.js runs what `nextTick` has queued when no promise is left to be settled, without a turn of its event loop. */
function afterPromises(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMicros < other.atMicros || (one.atMicros === other.atMicros && one.order < other.order);
}
