/**
 * Adds up the workers of one instance. Each worker leaves its cumulative numbers in a file of its own; the instance's
 * total is what all files say, plus what processes that are no more had counted (`retired`). What was counted in a
 * period is the total minus the total at the end of the period before (`closed`), so restarts of workers neither lose
 * nor repeat anything that reached a file, and any worker can do the arithmetic.
 */

import type { MetricsFolder } from './instance-folder.ts';
import { addTotals, noTotals, type Totals, totalsSince } from './metrics.ts';

/** What one worker leaves in its file. */
interface WorkerSnapshot {
  readonly pid: number;
  readonly takenAtMs: number;
  readonly memoryBytes: number;
  readonly totals: Totals;
}

interface InstanceState {
  /** What processes that are no more had counted. */
  readonly retired: Totals;
  /** Their files; one that is still there was not removed in time and is not counted again. */
  readonly retiredFiles: readonly string[];
  /** The total at the end of the last closed period. */
  readonly closed: Totals;
}

/** What the workers of an instance counted, and the memory they have now. */
export interface InstanceNumbers {
  readonly totals: Totals;
  /** Sum of the resident set sizes of all workers. */
  readonly memoryBytes: number;
}

/** The worker that this process is. */
export interface WorkerIdentity {
  readonly pid: number;
  readonly startedAtMs: number;
  readonly memoryBytes: () => number;
}

export interface InstanceMetricsSettings {
  readonly folder: MetricsFolder;
  readonly self: WorkerIdentity;
  readonly snapshot: () => Totals;
  readonly nowMs: () => number;
  readonly isAlive: (pid: number) => boolean;
}

export interface InstanceMetrics {
  /** Leaves this worker's numbers for the others. */
  share(): Promise<void>;
  /** What the instance has counted since it began. */
  read(): Promise<InstanceNumbers>;
  /**
   * What the instance counted since the last period was closed; `undefined` when another worker closes this one.
   * The period counts as closed before the answer is used: numbers that then fail to be published are not repeated.
   */
  closePeriod(period: number): Promise<InstanceNumbers | undefined>;
}

const STATE_FILE = 'instance.json';

/** A snapshot this old is of a worker that hangs, or of a process id that something else has now. */
const MEMORY_MAX_AGE_MS = 30_000;

/** Makes the view that this worker has of its instance. */
export function createInstanceMetrics(settings: InstanceMetricsSettings): InstanceMetrics {
  const { folder, self, snapshot, nowMs, isAlive } = settings;
  const ownFile = `worker-${self.pid}-${self.startedAtMs}.json`;

  async function share(): Promise<void> {
    const { pid, memoryBytes } = self;
    const own: WorkerSnapshot = { pid, takenAtMs: nowMs(), memoryBytes: memoryBytes(), totals: snapshot() };
    await folder.write(ownFile, JSON.stringify(own));
  }

  async function readState(): Promise<InstanceState> {
    const text = await folder.read(STATE_FILE);
    return text === undefined ? { retired: noTotals(), retiredFiles: [], closed: noTotals() } : JSON.parse(text);
  }

  async function readWorkers(): Promise<Map<string, WorkerSnapshot>> {
    const workers = new Map<string, WorkerSnapshot>();
    for (const name of await folder.list()) {
      if (!name.startsWith('worker-')) continue;
      const text = await folder.read(name);
      if (text !== undefined) workers.set(name, JSON.parse(text));
    }
    return workers;
  }

  /** The state is read after the files: who retires a file writes the state first. */
  async function readAll(): Promise<{ state: InstanceState; workers: Map<string, WorkerSnapshot> }> {
    const workers = await readWorkers();
    const state = await readState();
    return { state, workers };
  }

  function numbersOf(state: InstanceState, workers: Map<string, WorkerSnapshot>): InstanceNumbers {
    let totals = state.retired;
    let memoryBytes = 0;
    for (const [file, worker] of workers) {
      if (state.retiredFiles.includes(file)) continue;
      totals = addTotals(totals, worker.totals);
      if (nowMs() - worker.takenAtMs < MEMORY_MAX_AGE_MS) memoryBytes += worker.memoryBytes;
    }
    return { totals, memoryBytes };
  }

  async function read(): Promise<InstanceNumbers> {
    await share();
    const { state, workers } = await readAll();
    return numbersOf(state, workers);
  }

  async function closePeriod(period: number): Promise<InstanceNumbers | undefined> {
    await share();
    const claim = `period-${period}`;
    if (!(await folder.claim(claim))) return undefined;
    const { state, workers } = await readAll();
    const { totals, memoryBytes } = numbersOf(state, workers);
    const dead = [...workers].filter(([, { pid }]) => !isAlive(pid));
    await folder.write(STATE_FILE, JSON.stringify({ ...retire(state, dead), closed: totals } satisfies InstanceState));
    for (const [file] of dead) await folder.remove(file);
    for (const name of await folder.list()) if (name.startsWith('period-') && name !== claim) await folder.remove(name);
    return { totals: totalsSince(state.closed, totals), memoryBytes };
  }

  return { share, read, closePeriod };
}

function retire({ retired, retiredFiles }: InstanceState, dead: readonly (readonly [string, WorkerSnapshot])[]) {
  const newlyDead = dead.filter(([file]) => !retiredFiles.includes(file));
  return {
    retired: newlyDead.reduce((sum, [, { totals }]) => addTotals(sum, totals), retired),
    retiredFiles: dead.map(([file]) => file),
  };
}
