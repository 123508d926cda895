import { ServiceError } from '../../../server/errors.ts';
import type { Reading } from '../../../server/timestamps/clock.ts';
import type { Arrival, TimestampRecord } from '../../../server/timestamps/record.ts';
import type { World } from '../world.ts';
import type { Machine } from './machine.ts';
import type { ServerProcess } from './server-process.ts';

/** One `POST /app` and what became of it. */
export interface Recording {
  readonly trace: string;
  readonly process: ServerProcess;
  readonly sentMicros: number;
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

/** The clients that record timestamps. */
export class Recorders {
  readonly #world: World;
  readonly recordings: Recording[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Sends `POST /app`, and again after a failure, with a request of its own each time. */
  post(machine: Machine, repeats: number, onAnswer: (recording: Recording) => void): void {
    const { scheduler, history, random } = this.#world;
    const { process } = machine;
    const trace = (this.recordings.length + 1).toString(16).padStart(24, '0');
    const recording: Recording = { trace, process, sentMicros: scheduler.nowMicros(), pausedMicros: 0 };
    this.recordings.push(recording);
    const again = () => {
      if (repeats > 0)
        scheduler.after(random.between(50_000, 1_500_000), () => this.post(machine, repeats - 1, onAnswer));
    };
    if (process.hasEnded) {
      again();
      return;
    }
    history.add('client', () => `POST /app to ${process.name}, trace …${trace.slice(-4)}`);
    const record = async (arrival: Omit<Arrival, keyof Reading>) => {
      const { reading, answer } = process.record(arrival);
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
          history.add(process.name, () => `201 to …${trace.slice(-4)}`);
          onAnswer(recording);
        },
        (error: unknown) => {
          recording.answeredMicros = scheduler.nowMicros(process);
          recording.error = error;
          history.add(
            process.name,
            () => `${error instanceof ServiceError ? error.code : error} to …${trace.slice(-4)}`,
          );
          onAnswer(recording);
          again();
        },
      );
    };
    process.whenEnded(() => {
      if (recording.answeredMicros === undefined) again();
    });
    scheduler.after(random.between(CONNECTION_MICROS.min, CONNECTION_MICROS.max), arrive, process);
  }
}
