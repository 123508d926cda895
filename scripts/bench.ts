/** `npm run bench`: measures Stampede beside what people write today, and writes `docs/benchmarks/`. */

import { BACKEND_NAMES, splitRunnable, whyNoDynamodbLocal } from './bench/backends/backends.ts';
import { FULL_PLAN, Generator, type Plan, SMOKE_PLAN } from './bench/measure.ts';
import { measureAll, PARTS, prepare } from './bench/parts.ts';
import { PUBLISHED, ROUNDS_FILE, writePages, writeReport } from './bench/report.ts';
import { summarizeCells } from './bench/results.ts';
import { partText, terminalReport } from './bench/tables.ts';
import type { CommandDescription } from './cli/arguments.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { choice, wholeNumber } from './cli/values.ts';

const PART_NAMES = Object.keys(PARTS);

const command = {
  name: 'bench',
  summary: 'Measures Stampede beside other ways to write it: throughput, latency, CPU, write units, memory, start-up.',
  options: {
    smoke: { help: 'only check that every part works; the numbers mean nothing' },
    only: { value: '<part>', schema: choice(PART_NAMES), help: `measure and print one part: ${PART_NAMES.join(', ')}` },
    backend: {
      value: '<name>',
      multiple: true,
      schema: choice(BACKEND_NAMES),
      help: `measure on these only: ${BACKEND_NAMES.join(', ')}`,
    },
    rounds: { value: '<n>', schema: wholeNumber(1, 99), help: `samples of each figure (default: ${FULL_PLAN.rounds})` },
    out: { value: '<folder>', default: PUBLISHED, help: 'folder of results.json and the page' },
    pages: { help: 'measure nothing: write the pages again from results.json' },
  },
  examples: [
    ['npm run bench', `everything, in about twenty minutes; all samples go to ${ROUNDS_FILE}`],
    ['npm run bench -- --only short-cuts', 'with and without the short cuts past Express and past the SDK'],
    ['npm run bench -- --only window', 'timestamps per write unit, latency and CPU by commit window and offered rate'],
    ['npm run bench -- --only headroom', 'the limit of the load generator itself'],
    ['npm run bench -- --smoke --out .data/bench', 'one minute, to check that it works'],
  ],
} as const satisfies CommandDescription;

await main(command, async ({ values: { smoke, only, backend, rounds, out, pages } }) => {
  if (pages) return writePages(out);
  const base = smoke ? SMOKE_PLAN : FULL_PLAN;
  const wanted = backend.length > 0 ? backend : base.backends;
  const { runnable, skipped } = splitRunnable(wanted, await whyNoDynamodbLocal());
  for (const [name, why] of Object.entries(skipped)) console.error(`Not measured: ${name}, because ${why}.`);
  if (runnable.length === 0) throw new OperatorError(`no backend of ${wanted.join(', ')} can run here`);
  const plan: Plan = { ...base, backends: runnable, ...(rounds !== undefined && { rounds }) };
  await prepare();
  await using generator = new Generator();
  const bench = { plan, generator };
  const part = only === undefined ? undefined : PARTS[only];
  if (part) return console.log(partText(summarizeCells(await part(bench))));
  const run = await measureAll(bench, skipped);
  if (!smoke) console.log(terminalReport(run.results));
  await writeReport(run, out);
});
