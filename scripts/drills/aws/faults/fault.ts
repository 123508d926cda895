import type { Snapshot } from '../snapshot.ts';

/** A fault whose targets are chosen. Nothing happens before {@link Fault.cause}. */
export interface Fault {
  /** What will be done, for the operator to confirm. */
  readonly intent: string;
  /** Does it, once; returns what was done. */
  cause(): Promise<string>;
  /** Whether the stage has recovered. What the drill must revert is over only after {@link Fault.restore}. */
  isOver(snapshot: Snapshot): boolean | Promise<boolean>;
  /** Reverts what can be reverted, also after a cause that failed midway; does nothing when nothing is left to do. */
  restore(): Promise<void>;
}
