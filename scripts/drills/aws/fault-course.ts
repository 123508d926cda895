import type { Fault as FaultSpan } from '../core/run-record.ts';
import type { Fault } from './faults/fault.ts';
import type { Plan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** Leads a fault through its life: caused when its time has come, held, taken back, over. */
export class FaultCourse {
  readonly #plan: Pick<Plan, 'faultAtS' | 'holdS' | 'calmS'>;
  readonly #fault: Fault;
  readonly #tell: (text: string) => void;
  #text: string | undefined;
  #fromS = 0;
  #toS: number | undefined;
  #isTakenBack = false;

  /** `tell` hears each turn of the course. */
  constructor(plan: Pick<Plan, 'faultAtS' | 'holdS' | 'calmS'>, fault: Fault, tell: (text: string) => void) {
    this.#plan = plan;
    this.#fault = fault;
    this.#tell = tell;
  }

  /** Does what is due at a second of the run, seeing the stage as it is. */
  async follow(nowS: number, snapshot: Snapshot): Promise<void> {
    if (this.#text === undefined) return await this.#causeWhenDue(nowS);
    if (this.#toS !== undefined) return;
    const { holdS } = this.#plan;
    if (holdS !== undefined && !this.#isTakenBack && nowS - this.#fromS >= holdS) {
      await this.#fault.restore();
      this.#isTakenBack = true;
      this.#tell('the fault is taken back');
    }
    if (!(await this.#fault.isOver(snapshot))) return;
    this.#toS = nowS;
    this.#tell('the stage is whole again');
  }

  async #causeWhenDue(nowS: number): Promise<void> {
    if (nowS < this.#plan.faultAtS) return;
    this.#text = await this.#fault.cause();
    this.#fromS = nowS;
    this.#tell(this.#text);
  }

  /** Whether the stage has got over the fault. */
  get isOver(): boolean {
    return this.#toS !== undefined;
  }

  /** Whether nothing more is to be seen: the fault is over, and calm has lasted long enough. */
  isDone(nowS: number): boolean {
    const { calmS } = this.#plan;
    return calmS !== undefined && this.#toS !== undefined && nowS - this.#toS >= calmS;
  }

  /** The fault as the report shows it; none before it was caused. */
  spans(endS: number): FaultSpan[] {
    return this.#text === undefined ? [] : [{ text: this.#text, fromS: this.#fromS, toS: this.#toS ?? endS }];
  }
}
