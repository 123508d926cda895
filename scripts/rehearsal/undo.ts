/** One step back: takes away what was made. */
export type UndoStep = () => Promise<void> | void;

/** Gathers the steps back of what a run makes, to be taken in reverse order when it ends. */
export class Undo {
  readonly #steps: { what: string; step: UndoStep }[] = [];
  #taking: Promise<void> | undefined;

  /** Remembers how to take `what` away. Say it before making it, so that half of it goes too. */
  later(what: string, step: UndoStep): void {
    this.#steps.push({ what, step });
  }

  /** Takes all steps back, the last first. A step that fails is told and does not stop the others. */
  take(): Promise<void> {
    this.#taking ??= this.#takeAll();
    return this.#taking;
  }

  async #takeAll(): Promise<void> {
    for (let last = this.#steps.pop(); last; last = this.#steps.pop()) {
      try {
        await last.step();
      } catch (error) {
        console.error(`could not take away ${last.what}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const CRASHES = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Runs `action` and takes away what it made: when it returns, when it fails, and when this process is interrupted or
 * crashes. An interrupt ends the process with 130 once all is taken away; neither a second one nor what then fails,
 * as its things vanish, cuts that short.
 */
export async function withUndo<Result>(action: (undo: Undo) => Promise<Result>): Promise<Result> {
  const undo = new Undo();
  const onInterrupt = () => {
    console.error('Interrupted: taking away what was made ...');
    void undo.take().then(() => process.exit(130));
  };
  const onCrash = (error: unknown) => {
    console.error(`${error instanceof Error ? error.message : error}: taking away what was made ...`);
    void undo.take().then(() => process.exit(1));
  };
  for (const signal of INTERRUPTS) process.on(signal, onInterrupt);
  for (const crash of CRASHES) process.on(crash, onCrash);
  try {
    return await action(undo);
  } finally {
    await undo.take();
    for (const signal of INTERRUPTS) process.off(signal, onInterrupt);
    for (const crash of CRASHES) process.off(crash, onCrash);
  }
}
