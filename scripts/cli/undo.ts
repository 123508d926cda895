import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from './errors.ts';

/** One step back: takes away what was made. */
export type UndoStep = () => Promise<void> | void;

interface Step {
  readonly what: string;
  readonly step: UndoStep;
}

/** Gathers the steps back of what a run makes, to be taken in reverse order when it ends. */
export class Undo {
  readonly #makers: Step[] = [];
  readonly #steps: Step[] = [];
  #closed = false;
  #taking: Promise<void> | undefined;

  /**
   * Remembers how to take `what` away. Say it before making it, so that half of it goes too.
   *
   * @throws OperatorError when nothing may be made any more, as nobody would take it away
   */
  later(what: string, step: UndoStep): void {
    if (this.#closed) throw new OperatorError(`${what} is not made any more: all is being taken away`);
    this.#steps.push({ what, step });
  }

  /** Remembers how to stop what makes things by itself, in the background: before anything is taken away. */
  first(what: string, step: UndoStep): void {
    this.#makers.push({ what, step });
  }

  /** From now on nothing more may be made. */
  close(): void {
    this.#closed = true;
  }

  /** Takes all steps back, the last first. A step that fails is told and does not stop the others. */
  take(): Promise<void> {
    this.close();
    this.#taking ??= takeBack(this.#makers).then(() => takeBack(this.#steps));
    return this.#taking;
  }
}

async function takeBack(steps: Step[]): Promise<void> {
  for (const { what, step } of steps.toReversed()) {
    try {
      await step();
    } catch (error) {
      console.error(`could not take away ${what}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const CRASHES = ['uncaughtException', 'unhandledRejection'] as const;
/** What is being made when an interrupt comes has this long to be there or to fail: half there, it could escape. */
const GRACE_MS = 1_000;

/**
 * Runs `action` and takes away what it made: when it returns, when it fails, and when this process is interrupted or
 * crashes. An interrupt ends the process with 130 once all is taken away; neither a second one nor what then fails,
 * as its things vanish, cuts that short.
 */
export async function withUndo<Result>(action: (undo: Undo) => Promise<Result>): Promise<Result> {
  const undo = new Undo();
  let leaving: Promise<never> | undefined;
  const leave = (why: string, exitCode: number) => {
    if (leaving) return;
    console.error(`${why}: taking away what was made ...`);
    undo.close();
    leaving = Promise.race([acting, sleep(GRACE_MS)])
      .catch(() => undefined)
      .then(() => undo.take())
      .then(() => process.exit(exitCode));
  };
  const onInterrupt = () => leave('Interrupted', 130);
  const onCrash = (error: unknown) => leave(error instanceof Error ? error.message : String(error), 1);
  for (const signal of INTERRUPTS) process.on(signal, onInterrupt);
  for (const crash of CRASHES) process.on(crash, onCrash);
  const acting = action(undo);
  try {
    return await acting;
  } finally {
    await undo.take();
    await leaving;
    for (const signal of INTERRUPTS) process.off(signal, onInterrupt);
    for (const crash of CRASHES) process.off(crash, onCrash);
  }
}
