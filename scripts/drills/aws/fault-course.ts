import { OperatorError } from '../../cli/errors.ts';
import type { Timeline } from '../core/timeline.ts';
import type { Fault } from './faults/fault.ts';
import type { Plan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

type Times = Pick<Plan, 'faultAtS' | 'holdS' | 'afterS'>;

/**
 * A fault during its drill: it is caused when it is due, held, and restored. It is restored in any case when the drill
 * ends, even while its cause is still running, and never caused afterwards.
 */
export class FaultCourse {
  /** Why restoring failed; undefined when it did not, or when a later attempt succeeded. */
  restoreFailure: string | undefined;
  readonly #times: Times;
  readonly #fault: Fault;
  readonly #timeline: Timeline;
  #causing: Promise<string> | undefined;
  #isClosed = false;
  #isRestored = false;
  #caused: { readonly text: string; readonly fromS: number } | undefined;
  #overS: number | undefined;

  constructor(times: Times, fault: Fault, timeline: Timeline) {
    this.#times = times;
    this.#fault = fault;
    this.#timeline = timeline;
  }

  /** Does what is due at a second of the run, given the stage as it is. */
  async follow(nowS: number, snapshot: Snapshot): Promise<void> {
    if (!this.#caused) return await this.#causeWhenDue(nowS);
    if (this.isOver) return;
    const { holdS } = this.#times;
    if (holdS !== undefined && !this.#isRestored && nowS - this.#caused.fromS >= holdS) {
      await this.restore();
      this.#isRestored = true;
      this.#timeline.log('the fault is reverted');
    }
    if (!(await this.#fault.isOver(snapshot))) return;
    this.#overS = nowS;
    this.#timeline.log('the group is back at desired capacity');
  }

  async #causeWhenDue(nowS: number): Promise<void> {
    if (nowS < this.#times.faultAtS) return;
    if (this.#isClosed) throw new OperatorError(`the drill is over: not done: ${this.#fault.intent}`);
    this.#causing = this.#fault.cause();
    this.#caused = { text: await this.#causing, fromS: nowS };
    this.#timeline.log(this.#caused.text);
  }

  /** Whether the stage has recovered from the fault. */
  get isOver(): boolean {
    return this.#overS !== undefined;
  }

  /** Whether the drill may end: the fault is over, and the load went on for long enough after it. */
  isDone(nowS: number): boolean {
    const { afterS } = this.#times;
    return afterS !== undefined && this.#overS !== undefined && nowS - this.#overS >= afterS;
  }

  /** Records the fault on the timeline; nothing when it was not caused. */
  record(endS: number): void {
    if (this.#caused) this.#timeline.faults.push({ ...this.#caused, toS: this.#overS ?? endS });
  }

  /** Never throws. */
  async restore(): Promise<void> {
    // A cause that still runs takes effect only when AWS answers.
    await this.#causing?.catch(() => undefined);
    try {
      await this.#fault.restore();
      this.restoreFailure = undefined;
    } catch (error) {
      this.restoreFailure = `${this.#fault.intent}: ${error instanceof Error ? error.message : error}`;
      console.error(`NOT RESTORED: ${this.restoreFailure}`);
    }
  }

  /** Restores for the last time: an interrupted drill must not go on to its fault. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.restore();
    if (this.#causing && !this.restoreFailure) console.error(`Restored: ${this.#fault.intent}`);
  }
}
