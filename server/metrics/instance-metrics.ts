/**
 * Aggregates the metrics of the workers of one instance. Each worker writes its cumulative values to its own file. The
 * instance's total is the sum of all files plus the totals of exited processes (`retired`). The values of a period are
 * the total minus the total at the end of the previous period (`closed`). So worker restarts neither lose nor repeat
 * values that reached a file, and any worker can aggregate.
 */
import { z } from 'zod';
import type { MetricsFolder } from './instance-folder.ts';
import {
  addTotals,
  combineGauges,
  GaugesSchema,
  type InstanceReport,
  type Metrics,
  noTotals,
  TotalsSchema,
  totalsSince,
} from './metrics.ts';

/** The content of a worker's file. */
type WorkerSnapshot = z.infer<typeof WorkerSnapshotSchema>;
const WorkerSnapshotSchema = z.object({
  pid: z.number(),
  takenAtMs: z.number(),
  totals: TotalsSchema,
  gauges: GaugesSchema,
});

type InstanceState = z.infer<typeof InstanceStateSchema>;
const InstanceStateSchema = z.object({
  /** Totals of exited processes. */
  retired: TotalsSchema,
  /** The files of exited processes, which are not counted again if they still exist. */
  retiredFiles: z.array(z.string()),
  /** The total at the end of the last closed period. */
  closed: TotalsSchema,
});

export interface InstanceMetricsOptions {
  readonly folder: MetricsFolder;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly memoryBytes: () => number;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly isAlive: (pid: number) => boolean;
}

export type InstanceMetrics = ReturnType<typeof createInstanceMetrics>;

const STATE_FILE = 'instance.json';

/** Gauges of an older snapshot are ignored: its worker hangs, or its process id has been reused. */
const GAUGES_MAX_AGE_MS = 30_000;

/** Creates this worker's view of the metrics of its instance. */
export function createInstanceMetrics(options: InstanceMetricsOptions) {
  const { folder, pid, startedAtMs, memoryBytes, metrics, nowMs, isAlive } = options;
  const ownFile = `worker-${pid}-${startedAtMs}.json`;

  /** Writes this worker's values to its file. */
  async function share(): Promise<void> {
    metrics.set('memory', memoryBytes());
    const totals = metrics.snapshot();
    const own: WorkerSnapshot = { pid, takenAtMs: nowMs(), totals, gauges: metrics.gauges() };
    await folder.write(ownFile, JSON.stringify(own));
  }

  /** The content of a file; `undefined` if it does not exist or was written by a version with other metrics. */
  async function readJson<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await folder.read(name);
    return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data;
  }

  async function readWorkers(): Promise<Map<string, WorkerSnapshot>> {
    const workers = new Map<string, WorkerSnapshot>();
    for (const name of await folder.list()) {
      if (!name.startsWith('worker-')) continue;
      const worker = await readJson(name, WorkerSnapshotSchema);
      if (worker !== undefined) workers.set(name, worker);
    }
    return workers;
  }

  /** Reads the state after the files, because a worker that retires a file writes the state first. */
  async function readAll(): Promise<{ state: InstanceState; workers: Map<string, WorkerSnapshot> }> {
    const workers = await readWorkers();
    const state = await readJson(STATE_FILE, InstanceStateSchema);
    return { state: state ?? { retired: noTotals(), retiredFiles: [], closed: noTotals() }, workers };
  }

  function reportOf(state: InstanceState, workers: Map<string, WorkerSnapshot>): InstanceReport {
    const counted = [...workers].filter(([file]) => !state.retiredFiles.includes(file)).map(([, worker]) => worker);
    const recent = counted.filter(({ takenAtMs }) => nowMs() - takenAtMs < GAUGES_MAX_AGE_MS);
    return {
      totals: counted.reduce((sum, { totals }) => addTotals(sum, totals), state.retired),
      gauges: combineGauges(
        recent.map(({ gauges }) => gauges),
        metrics.gauges(),
      ),
    };
  }

  /** The instance's metrics since it started. */
  async function read(): Promise<InstanceReport> {
    await share();
    const { state, workers } = await readAll();
    return reportOf(state, workers);
  }

  /**
   * The instance's metrics since the last period was closed; `undefined` if another worker closes this period. The
   * period is closed before its values are returned, so values that are then not published are lost, not repeated.
   */
  async function closePeriod(period: number): Promise<InstanceReport | undefined> {
    await share();
    const claim = `period-${period}`;
    if (!(await folder.claim(claim))) return undefined;
    const { state, workers } = await readAll();
    const { totals, gauges } = reportOf(state, workers);
    const dead = [...workers].filter(([, { pid }]) => !isAlive(pid));
    await folder.write(STATE_FILE, JSON.stringify({ ...retire(state, dead), closed: totals } satisfies InstanceState));
    for (const [file] of dead) await folder.remove(file);
    for (const name of await folder.list()) if (name.startsWith('period-') && name !== claim) await folder.remove(name);
    return { totals: totalsSince(state.closed, totals), gauges };
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
