import type { Snapshot } from '../snapshot.ts';

/** A fault whose victims are chosen. Nothing happens before {@link Fault.cause}. */
export interface Fault {
  /** What will be done, for the operator to confirm. */
  readonly intent: string;
  /** Does it, once; returns what was done. */
  cause(): Promise<string>;
  /** Whether the stage has got over it. What the drill must take back is over only after {@link Fault.restore}. */
  isOver(snapshot: Snapshot): boolean | Promise<boolean>;
  /** Takes back what can be taken back, also of a cause that failed midway; harmless when nothing is left to do. */
  restore(): Promise<void>;
}
