/** Runs the simulator against each planted bug, which `npm run fuzz -- --mutations` starts. Exits 1 if one is not found. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { captureQuietly } from '../../../scripts/cli/run.ts';
import { MUTATIONS } from './list.ts';
import { withPlanted } from './plant.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1000' } } });
const waiting = [...MUTATIONS];
let missed = 0;

async function runNext(): Promise<void> {
  for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
    const line = [process.execPath, 'test/simulation/main.ts', '--seeds', values.seeds] as const;
    const output = await withPlanted(mutation, (cwd) => captureQuietly(line, { cwd, deadlineMs: 300_000 }));
    const { failure } = JSON.parse(output) as { failure?: { seed: number; invariant: string } };
    if (failure === undefined) missed++;
    const found = failure === undefined ? 'NOT FOUND' : `seed ${failure.seed}`.padEnd(9);
    console.log(`${found}  ${(failure?.invariant ?? '').padEnd(13)}  ${mutation.name}`);
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, runNext));
console.log(
  `\n${MUTATIONS.length - missed} of ${MUTATIONS.length} planted bugs found within ${values.seeds} seeds each`,
);
if (missed > 0) process.exitCode = 1;
