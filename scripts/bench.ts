/** `npm run bench`: measures Stampede beside what people write today, and writes `docs/benchmarks/`. */

import { Generator } from './bench/load/load.ts';
import { type Bench, FULL_PLAN, type Plan, SMOKE_PLAN } from './bench/measure/plan.ts';
import { terminalReport } from './bench/report/terminal.ts';
import { writeReport } from './bench/report/write.ts';
import { measureAll, PARTS, prepare } from './bench/run.ts';
import type { CommandDescription } from './cli/arguments.ts';
import { UsageError } from './cli/errors.ts';
import { main } from './cli/main.ts';

const command = {
  name: 'bench',
  summary: 'Measures Stampede beside other ways to write it: throughput, latency, CPU, write units, memory, start-up.',
  options: {
    smoke: { type: 'boolean', help: 'only show that every part works; the numbers mean nothing' },
    only: { type: 'string', value: '<part>', help: `measure and print one part: ${Object.keys(PARTS).join(', ')}` },
    backend: {
      type: 'string',
      value: '<name>',
      multiple: true,
      help: `measure on these only: ${FULL_PLAN.backends.join(', ')}`,
    },
    rounds: { type: 'string', value: '<n>', help: `how often each figure is taken (default: ${FULL_PLAN.rounds})` },
    out: { type: 'string', value: '<folder>', default: 'docs/benchmarks', help: 'where results.json and the page go' },
  },
  examples: [
    ['npm run bench', 'all of it, about twenty minutes'],
    ['npm run bench -- --only short-cuts', 'with and without the short cuts past Express and past the SDK'],
    ['npm run bench -- --smoke --out .data/bench', 'a minute, for function only'],
  ],
} as const satisfies CommandDescription;

const planOf = (smoke: boolean, rounds: string | undefined): Plan => {
  const plan = smoke ? SMOKE_PLAN : FULL_PLAN;
  if (rounds === undefined) return plan;
  if (!/^[1-9]\d?$/.test(rounds)) throw new UsageError(`--rounds is '${rounds}': expected a number from 1 to 99`);
  return { ...plan, rounds: Number(rounds) };
};

await main(command, async ({ values: { smoke, only, backend, rounds, out } }) => {
  const part = only === undefined ? undefined : PARTS[only];
  if (only !== undefined && !part)
    throw new UsageError(`--only is '${only}': expected ${Object.keys(PARTS).join(', ')}`);
  const plan = { ...planOf(smoke, rounds), ...(backend.length > 0 && { backends: backend }) };
  await prepare();
  const bench: Bench = { plan, generator: new Generator() };
  try {
    if (part) return console.log(await part(bench));
    const results = await measureAll(bench);
    if (!smoke) console.log(terminalReport(results));
    await writeReport(results, out);
  } finally {
    await bench.generator.stop();
  }
});
