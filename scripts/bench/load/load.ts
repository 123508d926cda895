import { join } from 'node:path';
import { BenchProcess } from '../process.ts';
import type { Sample } from '../results.ts';

/** One load on one server. */
export interface Load {
  readonly port: number;
  readonly path: string;
  /** The status that counts as an answer. */
  readonly status: number;
  readonly connections: number;
  readonly warmUpMs: number;
  /** The window lasts this long, and until `requests` were answered. */
  readonly windowMs: number;
  /** Offered rate. @default - each connection sends its next request when it has its answer */
  readonly ratePerSecond?: number;
  /** @default 1 */
  readonly requests?: number;
}

/** What the generator measured; the figures are those of answers with the wanted status. */
export interface LoadReport extends Required<Pick<Sample, 'requestsPerS' | 'p50Ms' | 'p99Ms' | 'generatorBusy'>> {
  /** Answers with the wanted status. */
  readonly requests: number;
  /** Answers with 503: the server was too busy to take the request. */
  readonly refused: number;
  /** Answers with any other status. */
  readonly unexpected: number;
}

/** The load generator's process. */
export class Generator {
  readonly #process = new BenchProcess({
    role: 'generator',
    line: [process.execPath, join(import.meta.dirname, 'generator.ts')],
    channel: true,
  });

  /** Puts a load on a server; `onMeasuring` is called when the warm-up is over. */
  async run(load: Load, onMeasuring: () => void | Promise<void> = () => {}): Promise<LoadReport> {
    const measuring = this.#process.nextMessage<'measuring'>();
    this.#process.send(load);
    await measuring;
    const report = this.#process.nextMessage<LoadReport>();
    await onMeasuring();
    return report;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
