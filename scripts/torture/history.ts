import { appendFileSync, createReadStream, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How one request ended. Times are milliseconds since the epoch, of a clock that the run does not step. */
export interface Outcome {
  readonly kind: 'outcome';
  /** The 24 hexadecimal digits of its trace id that no other request has. */
  readonly trace: string;
  readonly sentMs: number;
  readonly endedMs: number;
  /** The idempotency key, which the repetitions of a request share. @default - the request is not repeated */
  readonly key?: string;
  /** @default - it got no answer */
  readonly status?: number;
  /** Of a 2xx answer. */
  readonly id?: string;
  readonly time?: string;
  readonly state?: string;
  /** Why there was no answer: the code of the connection's error, or `NO_ANSWER` after the client's own deadline. */
  readonly error?: string;
}

/** How one creation of a user ended. */
export interface UserOutcome extends Pick<Outcome, 'sentMs' | 'endedMs' | 'status' | 'id' | 'error'> {
  readonly kind: 'user';
  readonly name: string;
}

/** A fault that was caused. */
export interface FaultEvent {
  readonly kind: 'fault';
  readonly name: string;
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** From this moment the workers' clock differs from the machine's by `offsetMs`. */
export interface ClockEvent {
  readonly kind: 'clock';
  readonly atMs: number;
  readonly offsetMs: number;
}

/** Resident memory of the workers. */
export interface MemoryEvent {
  readonly kind: 'memory';
  readonly atMs: number;
  readonly bytes: readonly number[];
}

export type HistoryEvent = Outcome | UserOutcome | FaultEvent | ClockEvent | MemoryEvent;

/** What was recorded of a run, by kind and in the order of recording. */
export interface History {
  readonly outcomes: readonly Outcome[];
  readonly users: readonly UserOutcome[];
  readonly faults: readonly FaultEvent[];
  readonly clock: readonly ClockEvent[];
  readonly memory: readonly MemoryEvent[];
}

/** Creates an empty file, and appends events to it: one line of JSON each. */
export function createHistoryFile(path: string) {
  writeFileSync(path, '');
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) appendFileSync(path, lines.join(''));
    lines = [];
  };
  return {
    add(event: HistoryEvent): void {
      lines.push(`${JSON.stringify(event)}\n`);
      if (lines.length >= 500) flush();
    },
    flush,
  };
}

export async function readHistory(path: string): Promise<History> {
  const events: HistoryEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) events.push(JSON.parse(line));
  return historyOf(events);
}

export function historyOf(events: readonly HistoryEvent[]): History {
  return {
    outcomes: events.filter((event) => event.kind === 'outcome'),
    users: events.filter((event) => event.kind === 'user'),
    faults: events.filter((event) => event.kind === 'fault'),
    clock: events.filter((event) => event.kind === 'clock'),
    memory: events.filter((event) => event.kind === 'memory'),
  };
}

/** The time of the machine in milliseconds, with fractions. It does not step. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
