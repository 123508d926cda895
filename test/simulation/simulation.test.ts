import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { captureQuietly } from '../../scripts/cli/run.ts';
import { makePlan } from './make-plan.ts';
import { MUTATIONS } from './mutations/list.ts';
import { plant } from './mutations/mutation.ts';
import { withPlanted } from './mutations/plant.ts';
import { runPlan } from './run.ts';

describe('the simulated write path', () => {
  it('keeps every invariant in the runs of the first 200 seeds', async () => {
    // In another process, because the hooks of the test runner make promises slower.
    const output = await captureQuietly([process.execPath, 'test/simulation/main.ts', '--seeds', '200']);
    const { acknowledged, failure } = JSON.parse(output);
    assert.equal(failure, undefined, `npm run fuzz -- --seed ${failure?.seed} shows the run`);
    assert.ok(acknowledged > 2_000, `${acknowledged} acknowledged`);
  });

  it('has the same history again with the same seed', async () => {
    for (const seed of [3, 7, 11]) {
      const [first, second] = [await historyOf(seed), await historyOf(seed)];
      assert.ok(first.length > 50);
      assert.deepEqual(first, second);
    }
  });

  it('has another history with another seed', async () => {
    assert.notDeepEqual(await historyOf(1), await historyOf(2));
  });
});

describe('a planted bug', () => {
  it('is found, and shrunk to a short history that shows it', async () => {
    const shifted = MUTATIONS.find(({ name }) => name === 'an answer goes to the next request of its block');
    assert.ok(shifted);
    const line = [process.execPath, 'test/simulation/main.ts', '--seeds', '100', '--shrink'] as const;
    const output = await withPlanted(shifted, (cwd) => captureQuietly(line, { cwd }));
    const { failure } = JSON.parse(output);
    assert.equal(failure.invariant, 'answers');
    assert.match(failure.message, /was answered with the record of/);
    assert.ok(failure.history.length < 40, failure.history.join('\n'));
    assert.match(failure.history.join('\n'), /201 to …/);
  });

  for (const mutation of MUTATIONS) {
    it(`has its place in the server: ${mutation.name}`, () => {
      const text = readFileSync(join('server', mutation.file), 'utf8');
      assert.notEqual(plant(mutation, text), text);
    });
  }

  it('is an error if its place does not exist', () => {
    const gone = { name: 'a bug', file: 'main.ts', find: 'text that is gone', replace: '' };
    assert.throws(
      () => plant(gone, 'const other = 1;'),
      /"a bug" expects its text once in server\/main.ts, .* 0 times/,
    );
  });
});

async function historyOf(seed: number): Promise<readonly string[]> {
  return (await runPlan(makePlan(seed), { keepHistory: true })).history;
}
