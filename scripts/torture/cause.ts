import { setTimeout as delay } from 'node:timers/promises';
import { clockStepMs, isProxyFault, type ProcessFault } from './faults.ts';
import { nowMs } from './history.ts';
import type { PlannedFault } from './plan.ts';
import { createRandom } from './random.ts';
import type { Worker } from './stage/pm2.ts';
import type { Stage } from './stage/stage.ts';

interface CauseOptions {
  readonly stage: Stage;
  readonly fault: PlannedFault;
  /** How far the workers' clock is off without a fault. */
  readonly clockOffsetMs: number;
  /** Called when the workers' clock steps. */
  readonly onClock: (atMs: number, offsetMs: number) => void;
}

/** Long enough for requests to wait at the proxy when a process fails. */
const BEFORE_PROCESS_FAULT_MS = 300;

/** Causes a fault, and resolves when it has ended. */
export async function cause(options: CauseOptions): Promise<void> {
  const { name, during, ms, share, seed } = options.fault;
  const { databaseProxy, spillProxy } = options.stage;
  if (isProxyFault(name)) {
    databaseProxy.cause(name, share, seed);
    await delay(ms);
  } else {
    if (during) {
      databaseProxy.cause(during, share, seed);
      await delay(BEFORE_PROCESS_FAULT_MS);
    }
    await causeProcessFault(name, options);
  }
  databaseProxy.cause(undefined);
  spillProxy.cause(undefined);
}

async function causeProcessFault(name: ProcessFault, options: CauseOptions): Promise<void> {
  const { stage, fault, clockOffsetMs, onClock } = options;
  const { ms, spill, share, seed } = fault;
  const { pm2, database, databaseProxy, spillProxy } = stage;
  const stepMs = clockStepMs(name);
  if (stepMs !== undefined) {
    const step = (offsetMs: number) => {
      onClock(nowMs(), offsetMs);
      stage.setClock(offsetMs);
    };
    step(clockOffsetMs + stepMs);
    await delay(ms);
    return step(clockOffsetMs);
  }
  if (name === 'lose-database' || name === 'lose-everything') {
    databaseProxy.cause('refuse');
    if (name === 'lose-everything') spillProxy.cause('refuse');
    else spillProxy.cause(spill, share, seed);
    await delay(ms);
    return;
  }
  const workers = await pm2.workers();
  const one = [createRandom(seed).pick(workers)];
  switch (name) {
    case 'kill-worker':
      return signal(one, 'SIGKILL');
    case 'kill-workers':
      return signal(workers, 'SIGKILL');
    case 'end-worker':
      return signal(one, 'SIGINT');
    case 'pause-worker':
      return pause(one, ms);
    case 'pause-workers':
      return pause(workers, ms);
    case 'reload':
      await pm2.reload();
      return;
    case 'pause-database':
      database.signal('SIGSTOP');
      await delay(ms);
      database.signal('SIGCONT');
      return;
    case 'kill-database':
      await database.kill();
      await delay(ms);
      return database.restart();
  }
}

async function pause(workers: readonly Worker[], ms: number): Promise<void> {
  signal(workers, 'SIGSTOP');
  await delay(ms);
  signal(workers, 'SIGCONT');
}

/** A worker that has ended meanwhile needs no signal. */
function signal(workers: readonly Worker[], name: NodeJS.Signals): void {
  for (const { pid } of workers) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
