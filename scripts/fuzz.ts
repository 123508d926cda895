import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandDescription } from './cli/arguments.ts';
import { OperatorError } from './cli/errors.ts';
import { main } from './cli/main.ts';
import { captureQuietly, run } from './cli/run.ts';
import { wholeNumber } from './cli/values.ts';

const command = {
  name: 'fuzz',
  summary: 'Simulates the write path with faults, in virtual time, and checks that nothing is lost or recorded twice.',
  options: {
    seeds: { value: '<n>', default: '1000', schema: wholeNumber(1), help: 'number of simulated runs' },
    from: { value: '<n>', default: '1', schema: wholeNumber(1), help: 'seed of the first run' },
    seed: { value: '<n>', schema: wholeNumber(1), help: 'run only this seed, and print what happened' },
    mutations: { help: 'plant each known bug into a copy of the server; the simulator must find it' },
  },
  examples: [
    ['npm run fuzz -- --seeds 10000', 'simulate 10,000 runs; a failure is shrunk to a short history'],
    ['npm run fuzz -- --seed 42', 'show every event of one run'],
    ['npm run fuzz -- --mutations', 'check that the simulator finds the planted bugs within 1,000 seeds each'],
  ],
} as const satisfies CommandDescription;

/** The simulator runs as programs of its own, because `scripts/` does not import the code of the server. */
const ROOT = join(import.meta.dirname, '..');
const SIMULATOR = 'test/simulation/main.ts';
const DEADLINE_MS = 3_600_000;

const Outcome = z.object({
  seeds: z.number(),
  requests: z.number(),
  acknowledged: z.number(),
  failure: z
    .object({ seed: z.number(), invariant: z.string(), message: z.string(), history: z.array(z.string()).default([]) })
    .optional(),
  history: z.array(z.string()).optional(),
});

await main(command, async ({ values: { seeds, from, seed, mutations } }) => {
  if (mutations) await run([process.execPath, 'test/simulation/mutations/main.ts'], { cwd: ROOT });
  else if (seed !== undefined) await showSeed(seed);
  else await runSeeds(from, seeds);
});

async function simulate(...options: readonly string[]) {
  const line = [process.execPath, SIMULATOR, ...options] as const;
  return Outcome.parse(JSON.parse(await captureQuietly(line, { cwd: ROOT, deadlineMs: DEADLINE_MS })));
}

async function showSeed(seed: number): Promise<void> {
  const { history = [], failure } = await simulate('--from', String(seed), '--history');
  console.log(history.join('\n'));
  if (failure) throw new OperatorError(`seed ${seed} fails: ${failure.invariant}: ${failure.message}`);
  console.log(`\nseed ${seed}: all invariants hold`);
}

/** Distributes the seeds over the processors. */
async function runSeeds(from: number, seeds: number): Promise<void> {
  const workers = Math.min(seeds, availableParallelism());
  const outcomes = await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const share = String(Math.ceil((seeds - index) / workers));
      return simulate('--from', String(from + index), '--step', String(workers), '--seeds', share, '--shrink');
    }),
  );
  const sum = (name: 'seeds' | 'requests' | 'acknowledged') =>
    outcomes.reduce((total, outcome) => total + outcome[name], 0).toLocaleString('en');
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  for (const { seed, invariant, message, history } of failures)
    console.log(`seed ${seed} fails: ${invariant}: ${message}\n\n${history.join('\n')}\n`);
  console.log(`${sum('seeds')} runs with ${sum('requests')} requests, of which ${sum('acknowledged')} acknowledged`);
  if (failures.length > 0)
    throw new OperatorError(
      `an invariant does not hold: npm run fuzz -- --seed ${failures[0]?.seed} shows the whole run`,
    );
  console.log('all invariants hold');
}
