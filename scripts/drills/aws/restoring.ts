import { OperatorError } from '../../cli/errors.ts';
import type { Fault } from './faults/fault.ts';

/** A fault that is restored for sure: in turn with its cause, told and judged when it fails, and never caused after. */
export class Restoring implements Fault {
  readonly #fault: Fault;
  #causing: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #wasCaused = false;
  /** Why restoring failed; empty when it did not, or when a later attempt made it good. */
  readonly failures: string[] = [];

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  get intent(): string {
    return this.#fault.intent;
  }

  async cause(): Promise<string> {
    if (this.#isClosed) throw new OperatorError(`the drill is over: not done: ${this.intent}`);
    this.#wasCaused = true;
    const causing = this.#fault.cause();
    this.#causing = causing.catch(() => undefined);
    return await causing;
  }

  isOver(...args: Parameters<Fault['isOver']>): boolean | Promise<boolean> {
    return this.#fault.isOver(...args);
  }

  /** Never throws. */
  async restore(): Promise<void> {
    // A cause on its way has effects that only its answer tells.
    await this.#causing;
    try {
      await this.#fault.restore();
      this.failures.length = 0;
    } catch (error) {
      const text = `${this.intent}: ${error instanceof Error ? error.message : error}`;
      this.failures.splice(0, Infinity, text);
      console.error(`NOT RESTORED: ${text}`);
    }
  }

  /** Restores for the last time: an interrupted drill must not go on to its fault. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.restore();
    if (this.#wasCaused && this.failures.length === 0) console.error(`Restored: ${this.intent}`);
  }
}
