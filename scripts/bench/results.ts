/** What a run measured: the samples of every round, and the results that are published. */
import { z } from 'zod';

/** The figures that a part may measure; each part has some of them. */
const FIGURES = [
  'requestsPerS',
  'p50Ms',
  'p99Ms',
  'longestMs', // the longest latency of any answer
  'cpuMicrosPerRequest',
  'timestampsPerWriteUnit',
  'bytesPerTimestamp', // bytes of items as DynamoDB counts them
  'generatorBusy', // share of a core that the load generator used
  'refusedShare', // share of the answers that were 503
  'refusedP99Ms', // their latency
  'startUpMs', // from exec to the first 200
  'residentBytes',
] as const;

export type Figure = (typeof FIGURES)[number];

/** What one round showed. */
export type Sample = Readonly<Partial<Record<Figure, number>>>;

/** JSON writes NaN and infinity as null: a ratio to a CPU time of less than 10 ms, in a smoke run. */
const measuredSchema = z.number().or(z.null().transform(() => NaN));

const summarySchema = z.object({ median: measuredSchema, min: measuredSchema, max: measuredSchema });

const keySchema = z.object({
  server: z.string(),
  title: z.string(),
  backend: z.string(),
  request: z.string().optional(), // where a part sends several
  connections: z.number().optional(),
  pageSize: z.number().optional(), // records of a page that each request reads
  offeredPerS: z.number().optional(), // requests per second, however slow the answers
  afterRequests: z.number().optional(), // requests that the server had answered before
});

const partSchema = z.object({
  title: z.string(),
  cells: z.array(keySchema.extend({ figures: z.partialRecord(z.enum(FIGURES), summarySchema) })),
});

/** `docs/benchmarks/results.json`. */
export const resultsSchema = z.object({
  circumstances: z.object({
    measuredAt: z.string(),
    commit: z.string(),
    node: z.string(),
    cpu: z.string(),
    cores: z.number(),
    pinned: z.boolean(), // whether each process was bound to a core
    loadBefore: z.number(), // the machine's load average of a minute
    loadAfter: z.number(),
    rounds: z.number(),
    windowMs: z.number(),
  }),
  skipped: z.record(z.string(), z.string()), // backends that could not run here, and why
  goals: z.array(
    z.object({
      title: z.string(),
      target: z.string(), // as people read it: `≥ 15 ×`
      unit: z.string(),
      measured: summarySchema,
      met: z.boolean(),
    }),
  ),
  parts: z.record(z.string(), partSchema),
});

/** The middle of a set of measurements and its range. */
export type Summary = z.output<typeof summarySchema>;
export type Part = z.output<typeof partSchema>;
export type Results = z.output<typeof resultsSchema>;

type CellKey = z.output<typeof keySchema>;

/** One server in one situation: a sample per round. */
export type Cell = CellKey & { readonly samples: readonly Sample[] };

/** What one part of the benchmark measured. */
export type Measurement = { readonly title: string; readonly cells: readonly Cell[] };

/** The measurements of all parts by name. */
export type Measurements = Readonly<Record<string, Measurement>>;

/** The samples of a whole run, and the results of them. */
export type Run = { readonly rounds: Measurements; readonly results: Results };

const LOAD_KEYS = ['connections', 'pageSize', 'offeredPerS'] as const;

/** Finds the cell of a load. @throws Error when it was not measured. */
export function cellOf<Key extends CellKey>(
  cells: readonly Key[] = [],
  server: string,
  backend: string,
  load: Pick<CellKey, 'connections' | 'pageSize' | 'offeredPerS'> = {},
): Key {
  const cell = cells.find(
    (each) => each.server === server && each.backend === backend && LOAD_KEYS.every((key) => each[key] === load[key]),
  );
  if (cell) return cell;
  const text = Object.entries(load).map(([key, value]) => ` ${key} ${value}`);
  throw new Error(`${server} on ${backend}${text} was not measured; run the whole benchmark`);
}

/** Median and range of each figure of each cell. */
export function summarizeCells({ title, cells }: Measurement): Part {
  return { title, cells: cells.map(({ samples, ...key }) => ({ ...key, figures: figuresOf(samples) })) };
}

function figuresOf(samples: readonly Sample[]): Part['cells'][number]['figures'] {
  const values = FIGURES.map((name) => [name, samples.flatMap((sample) => sample[name] ?? [])] as const);
  return Object.fromEntries(values.filter(([, { length }]) => length > 0).map(([name, all]) => [name, summarize(all)]));
}

/** Ratios of a figure of two servers, round by round: a slow moment of the machine affects both. */
export function ratioOf(a: readonly Sample[], b: readonly Sample[], name: Figure): Summary {
  return summarize(a.map((sample, round) => Number(sample[name]) / Number(b[round]?.[name])));
}

/** The median; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [lower = NaN, upper = NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (lower + upper) / 2;
}

export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
