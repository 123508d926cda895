import { join } from 'node:path';
import { Child } from '../processes/child.ts';

/** One load on one server. */
export interface Load {
  readonly port: number;
  readonly path: string;
  /** The status that counts as an answer. */
  readonly status: number;
  readonly connections: number;
  readonly warmUpMs: number;
  /** The window lasts so long, and until `requests` were answered. */
  readonly windowMs: number;
  /** Offered rate. @default - each connection sends its next request when it has its answer */
  readonly ratePerSecond?: number;
  /** @default 1 */
  readonly requests?: number;
}

/** What the generator saw in the measured window. */
export interface LoadReport {
  /** Answers with the wanted status. */
  readonly requests: number;
  /** Answers with 503: the server was too busy to take the request. */
  readonly refused: number;
  /** Answers with any other status. */
  readonly unexpected: number;
  readonly wallMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core that the generator needed: near 1 it, not the server, limits the rate. */
  readonly generatorBusy: number;
}

/** The load generator's process. */
export class Generator {
  readonly #child = new Child({
    role: 'generator',
    line: [process.execPath, join(import.meta.dirname, 'generator.ts')],
    env: {},
    channel: true,
  });

  /** Puts a load on a server; `onMeasuring` is called when the warm-up is over. */
  async run(load: Load, onMeasuring: () => void | Promise<void> = () => {}): Promise<LoadReport> {
    const measuring = this.#child.nextMessage<'measuring'>();
    this.#child.send(load);
    await measuring;
    const report = this.#child.nextMessage<LoadReport>();
    await onMeasuring();
    return report;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
