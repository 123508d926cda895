import { OperatorError } from '../../cli/errors.ts';
import type { Check } from '../core/run-record.ts';
import type { Timeline } from '../core/timeline.ts';
import type { Plan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** A fault whose targets are chosen. Nothing happens before {@link Fault.cause}. */
export interface Fault {
  /** What will be done, for the operator to confirm. */
  readonly intent: string;
  /** Does it, once; returns what was done. */
  cause(): Promise<string>;
  /** Whether the stage has recovered. What the drill must revert is over only after {@link Fault.restore}. */
  isOver(snapshot: Snapshot): boolean | Promise<boolean>;
  /** What the timeline says when it is over. @default - the group is back at desired capacity */
  readonly overText?: () => string;
  /** What the fault itself costs, for the operator. @default - nothing */
  readonly price?: () => Promise<string>;
  /** Reverts what can be reverted, also after a cause that failed midway; does nothing when nothing is left to do. */
  restore(): Promise<void>;
  /** What the drill checks besides its objectives, after it has ended. @default - nothing */
  checks?(): Promise<readonly Check[]>;
}

/** A fault during its drill. */
export type FaultCourse = ReturnType<typeof faultCourse>;

/**
 * Causes a fault when it is due, holds it, and restores it. It is restored in any case when the drill ends, even while its
 * cause is still running, and never caused afterwards.
 */
export function faultCourse(
  { faultAtS, holdS = Infinity, afterS = Infinity }: Pick<Plan, 'faultAtS' | 'holdS' | 'afterS'>,
  fault: Fault,
  timeline: Timeline,
) {
  let causing: Promise<string> | undefined;
  let caused: { readonly text: string; readonly fromS: number } | undefined;
  let isReverted = false;
  let overS: number | undefined;
  let isClosed = false;
  let restoreFailure: string | undefined;

  const causeWhenDue = async (nowS: number) => {
    if (nowS < faultAtS) return;
    if (isClosed) throw new OperatorError(`the drill is over: not done: ${fault.intent}`);
    causing = fault.cause();
    caused = { text: await causing, fromS: nowS };
    timeline.log(caused.text);
  };
  const restore = async () => {
    // A cause that still runs takes effect only when AWS answers.
    await causing?.catch(() => undefined);
    restoreFailure = await fault.restore().then(
      () => undefined,
      (error) => `${fault.intent}: ${error instanceof Error ? error.message : error}`,
    );
    if (restoreFailure) console.error(`NOT RESTORED: ${restoreFailure}`);
  };
  return {
    /** Does what is due at a second of the run, given the stage as it is. */
    async follow(nowS: number, snapshot: Snapshot): Promise<void> {
      if (!caused) return await causeWhenDue(nowS);
      if (overS !== undefined) return;
      if (!isReverted && nowS - caused.fromS >= holdS) {
        await restore();
        isReverted = true;
        timeline.log('the fault is reverted');
      }
      if (!(await fault.isOver(snapshot))) return;
      overS = nowS;
      timeline.log(fault.overText?.() ?? 'the group is back at desired capacity');
    },
    /** Whether the stage has recovered from the fault. */
    isOver: () => overS !== undefined,
    /** Whether the drill may end: the fault is over, and the load went on for long enough after it. */
    isDone: (nowS: number) => nowS - (overS ?? Infinity) >= afterS,
    /** Records the fault on the timeline; nothing when it was not caused. */
    record(endS: number): void {
      if (caused) timeline.faults.push({ ...caused, toS: overS ?? endS });
    },
    /** Never throws. */
    restore,
    /** Why restoring failed; undefined when it did not, or when a later attempt succeeded. */
    restoreFailure: () => restoreFailure,
    /** Restores for the last time: an interrupted drill must not go on to its fault. */
    async close(): Promise<void> {
      isClosed = true;
      await restore();
      if (causing && !restoreFailure) console.error(`Restored: ${fault.intent}`);
    },
  };
}
