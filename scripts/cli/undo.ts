import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from './errors.ts';

type UndoStep = () => Promise<void> | void;

/** Collects how to remove what a run makes; the steps run in reverse order when it ends. */
export class Undo {
  readonly #makers = new AsyncDisposableStack();
  readonly #steps = new AsyncDisposableStack();
  #closed = false;
  #running: Promise<void> | undefined;

  /** Remembers how to remove `what`; call it before making it. @throws OperatorError when the cleanup has begun */
  later(what: string, step: UndoStep): void {
    if (this.#closed) throw new OperatorError(`${what} is not created: the cleanup has begun`);
    this.#steps.defer(reported(what, step));
  }

  /** Remembers how to stop something that makes things in the background; this runs before the other steps. */
  first(what: string, step: UndoStep): void {
    this.#makers.defer(reported(what, step));
  }

  /** From now on nothing more may be made. */
  close(): void {
    this.#closed = true;
  }

  /** Runs all steps, the last first. A step that fails is reported and does not stop the others. */
  run(): Promise<void> {
    this.close();
    this.#running ??= this.#makers.disposeAsync().then(() => this.#steps.disposeAsync());
    return this.#running;
  }
}

function reported(what: string, step: UndoStep): () => Promise<void> {
  return async () => {
    try {
      await step();
    } catch (error) {
      console.error(`could not remove ${what}: ${error instanceof Error ? error.message : error}`);
    }
  };
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const CRASHES = ['uncaughtException', 'unhandledRejection'] as const;
/** How long an interrupt waits for what is being made: a half-made thing could not be removed. */
const GRACE_MS = 1_000;

/**
 * Runs `action` and removes what it made: when it returns, when it fails, and when this process is interrupted or
 * crashes. An interrupt ends the process with 130 after the cleanup. Neither a second interrupt nor an error of what is
 * being removed shortens the cleanup.
 */
export async function withUndo<Result>(action: (undo: Undo) => Promise<Result>): Promise<Result> {
  const undo = new Undo();
  let leaving: Promise<never> | undefined;
  const leave = (why: string, exitCode: number) => {
    if (leaving) return;
    console.error(`${why}: cleaning up ...`);
    undo.close();
    leaving = Promise.race([acting, sleep(GRACE_MS)])
      .catch(() => undefined)
      .then(() => undo.run())
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
    await undo.run();
    await leaving;
    for (const signal of INTERRUPTS) process.off(signal, onInterrupt);
    for (const crash of CRASHES) process.off(crash, onCrash);
  }
}
