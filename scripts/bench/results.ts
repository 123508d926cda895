import type { Cell } from './measure/matrix.ts';
import type { MemoryReading } from './measure/memory.ts';
import type { OfferedLoad } from './measure/offered-load.ts';
import type { Plan } from './measure/plan.ts';
import type { StartUp } from './measure/start-up.ts';
import type { Sample } from './measure/window.ts';
import type { WorkersResult } from './measure/workers.ts';
import { type Summary, summarize } from './statistics.ts';

/** Where and when it was measured. */
export interface Circumstances {
  readonly measuredAt: string;
  readonly commit: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** Whether each process had its core. */
  readonly pinned: boolean;
  /** The machine's load average of a minute, before and after: more than this benchmark's own means company. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** All that one run measured: what `results.json` holds and the page shows. */
export interface Results {
  readonly circumstances: Circumstances;
  readonly plan: Plan;
  readonly titles: Readonly<Record<string, string>>;
  /** Backends that could not run here, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  /** Most requests per second of the load generator, against a server that does nothing. */
  readonly generatorLimits: readonly number[];
  readonly cells: readonly Cell[];
  readonly workers: WorkersResult;
  readonly offeredLoad: OfferedLoad;
  readonly shortCuts: readonly Cell[];
  readonly startUp: readonly StartUp[];
  readonly memory: readonly MemoryReading[];
}

/** The samples of one cell. @throws Error when it was not measured. */
export function samplesOf(
  cells: readonly Cell[],
  server: string,
  backend: string,
  connections: number,
): readonly Sample[] {
  const cell = cells.find(
    (each) => each.server === server && each.backend === backend && each.connections === connections,
  );
  if (cell) return cell.samples;
  throw new Error(`${server} on ${backend} with ${connections} connections was not measured; run the whole benchmark`);
}

/** Summary of one figure of samples; samples that lack it are left out. */
export const figureOf = (samples: readonly Sample[], name: keyof Sample): Summary =>
  summarize(samples.map((sample) => sample[name]).filter((value) => value !== undefined));

/** Ratios of two servers' figures, round by round, so that a slow moment of the machine falls on both. */
export const ratioOf = (a: readonly Sample[], b: readonly Sample[], name: keyof Sample): Summary =>
  summarize(a.map((sample, round) => Number(sample[name]) / Number(b[round]?.[name])));
