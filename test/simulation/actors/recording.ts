import { ServiceError } from '../../../server/errors.ts';
import type { Reading } from '../../../server/timestamps/clock.ts';
import type { Arrival, TimestampRecord } from '../../../server/timestamps/record.ts';
import type { RequestKey } from '../plan.ts';
import type { World } from '../world.ts';
import type { Machine } from './machine.ts';
import type { ServerProcess } from './server-process.ts';

/** One `POST /app` and what became of it. */
export interface Recording {
  readonly trace: string;
  readonly process: ServerProcess;
  readonly sentMicros: number;
  /** The `Idempotency-Key` that it was sent with. */
  readonly key?: RequestKey | undefined;
  /** The number of the arrival within its process. */
  arrival?: number;
  /** When the server read its clock, and what it read. */
  arrivedMicros?: number;
  micros?: number;
  errorMicros?: number | undefined;
  /** When it had read its clock. */
  stampedMicros?: number;
  /** The answer: 201, or an error. */
  answeredMicros?: number;
  record?: TimestampRecord;
  error?: unknown;
  /** How long the process was paused until the request arrived. */
  pausedMicros: number;
}

const CONNECTION_MICROS = { min: 100, max: 2_000 };

/** How long a client with a key waits for an answer before it repeats its request. */
const PATIENCE_MICROS = [4_000, 300_000, 2_500_000];
/** A client with a key repeats its request as often although it was answered: it did not get the answer. */
const LOST_ANSWERS = 0.3;

/** The clients that record timestamps. */
export class Recorders {
  readonly #world: World;
  readonly recordings: Recording[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Sends `POST /app`, and again after a failure, with a request of its own each time. */
  post(machine: Machine, repeats: number, onAnswer: (recording: Recording) => void): void {
    const { scheduler, random } = this.#world;
    this.#send(machine.process, undefined, (recording) => {
      if (recording?.answeredMicros !== undefined) onAnswer(recording);
      if (recording?.record === undefined && repeats > 0)
        scheduler.after(random.between(50_000, 1_500_000), () => this.post(machine, repeats - 1, onAnswer));
    });
  }

  /** Sends `POST /app` with a key to any machine, and repeats it: after failures, lost answers, and while it waits. */
  postOnce(
    machines: readonly Machine[],
    key: RequestKey,
    repeats: number,
    onAnswer: (recording: Recording) => void,
  ): void {
    const { scheduler, random } = this.#world;
    let isRepeated = repeats === 0;
    const repeatAfter = (delayMicros: number) => {
      scheduler.after(delayMicros, () => {
        if (isRepeated) return;
        isRepeated = true;
        this.postOnce(machines, key, repeats - 1, onAnswer);
      });
    };
    if (repeats > 0) repeatAfter(random.pick(PATIENCE_MICROS));
    this.#send(random.pick(machines).process, key, (recording) => {
      if (recording?.answeredMicros !== undefined) onAnswer(recording);
      if (recording?.record === undefined || random.chance(LOST_ANSWERS)) repeatAfter(random.between(1_000, 1_000_000));
      else isRepeated = true;
    });
  }

  /** Sends a request. Calls back with its answer, or when its process ends; with `undefined` if it cannot be sent. */
  #send(process: ServerProcess, key: RequestKey | undefined, onEnd: (recording: Recording | undefined) => void): void {
    const { scheduler, history, random } = this.#world;
    if (process.hasEnded) {
      onEnd(undefined);
      return;
    }
    const trace = (this.recordings.length + 1).toString(16).padStart(24, '0');
    const recording: Recording = { trace, process, key, sentMicros: scheduler.nowMicros(), pausedMicros: 0 };
    this.recordings.push(recording);
    const withKey = key === undefined ? '' : `, key ${key.text}${key.content && ` for ${key.content}`}`;
    history.add('client', () => `POST /app to ${process.name}, trace …${trace.slice(-4)}${withKey}`);
    const record = async (arrival: Omit<Arrival, keyof Reading>) => {
      const { reading, answer } = process.record(arrival, key);
      recording.micros = reading.micros;
      recording.errorMicros = reading.errorMicros;
      recording.stampedMicros = scheduler.nowMicros(process);
      return answer;
    };
    const arrive = () => {
      recording.arrivedMicros = scheduler.nowMicros(process);
      recording.arrival = process.arrivals++;
      recording.pausedMicros = process.pausedMicros;
      const second = Math.floor((this.#world.plan.epochMicros + recording.sentMicros) / 1e6);
      const traceId = `1-${second.toString(16)}-${trace}`;
      record({ traceId, clientAddress: '203.0.113.7', protocol: 'https' }).then(
        (record) => {
          recording.answeredMicros = scheduler.nowMicros(process);
          recording.record = record;
          const ofOther = record.traceId === traceId ? '' : ` with …${record.traceId.slice(-4)}`;
          history.add(process.name, () => `201 to …${trace.slice(-4)}${ofOther}`);
          onEnd(recording);
        },
        (error: unknown) => {
          recording.answeredMicros = scheduler.nowMicros(process);
          recording.error = error;
          history.add(
            process.name,
            () => `${error instanceof ServiceError ? error.code : error} to …${trace.slice(-4)}`,
          );
          onEnd(recording);
        },
      );
    };
    process.whenEnded(() => {
      if (recording.answeredMicros === undefined) onEnd(recording);
    });
    scheduler.after(random.between(CONNECTION_MICROS.min, CONNECTION_MICROS.max), arrive, process);
  }
}
