import { performance } from 'node:perf_hooks';

/** Where progress is shown. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** What is counted: `items`. */
  readonly unit: string;
  /** The expected count, which may be wrong. @default - unknown, so there is no bar */
  readonly expected?: number | undefined;
  /** @default process.stderr */
  readonly output?: ProgressOutput;
  /** Milliseconds that only grow. @default performance.now */
  readonly now?: () => number;
}

const BAR_WIDTH = 30;

/** The time between two updates. In a log, each update is a line. */
const UPDATE_MS = { terminal: 200, log: 10_000 } as const;

/** Shows how far a long read is: a bar on a terminal, otherwise a line every ten seconds. */
export class Progress {
  readonly #options: Required<Omit<ProgressOptions, 'expected'>> & Pick<ProgressOptions, 'expected'>;
  readonly #startMs: number;
  #shownMs: number;
  #count = 0;

  constructor({ output = process.stderr, now = () => performance.now(), ...options }: ProgressOptions) {
    this.#options = { output, now, ...options };
    this.#startMs = now();
    this.#shownMs = this.#startMs;
  }

  add(count: number): void {
    const { output, now } = this.#options;
    this.#count += count;
    if (now() - this.#shownMs < UPDATE_MS[output.isTTY ? 'terminal' : 'log']) return;
    this.#shownMs = now();
    output.write(output.isTTY ? `\r\x1b[K${this.#text()}` : `${this.#text()}\n`);
  }

  /** Shows the final count. */
  end(): void {
    const { output, now, unit } = this.#options;
    const seconds = ((now() - this.#startMs) / 1_000).toFixed(1);
    output.write(`${output.isTTY ? '\r\x1b[K' : ''}${this.#count.toLocaleString('en')} ${unit} in ${seconds} s\n`);
  }

  #text(): string {
    const { expected = 0, unit, now } = this.#options;
    const rate = Math.round((this.#count * 1_000) / Math.max(1, now() - this.#startMs));
    const counted = `${this.#count.toLocaleString('en')} ${unit}, ${rate.toLocaleString('en')}/s`;
    if (expected <= 0) return counted;
    // More than expected is usual: DynamoDB counts the items of a table every six hours.
    const share = Math.min(1, this.#count / expected);
    const filled = Math.round(share * BAR_WIDTH);
    return `[${'#'.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %, ${counted}`;
  }
}
