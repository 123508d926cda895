/** Runs seeds, which `scripts/fuzz.ts` starts once per processor. Prints one JSON document. */
import { parseArgs } from 'node:util';
import { makePlan } from './make-plan.ts';
import { runPlan } from './run.ts';
import { shrink } from './shrink.ts';

const { values } = parseArgs({
  options: {
    /** The first seed, and the distance to the next one. */
    from: { type: 'string', default: '1' },
    step: { type: 'string', default: '1' },
    /** The number of seeds. Ends at the first failure. */
    seeds: { type: 'string', default: '1' },
    /** Also returns the history of the last seed. */
    history: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
  },
});

// The stacks of the many errors of a run take a tenth of its time.
if (!values.history) Error.stackTraceLimit = 0;

const [from, step, seeds] = [Number(values.from), Number(values.step), Number(values.seeds)];
const sum = { seeds: 0, requests: 0, acknowledged: 0 };
let failure: object | undefined;
let history: readonly string[] | undefined;
for (let seed = from; seed < from + seeds * step && failure === undefined; seed += step) {
  const plan = makePlan(seed);
  const result = await runPlan(plan, { keepHistory: values.history });
  sum.seeds++;
  sum.requests += result.requests;
  sum.acknowledged += result.acknowledged;
  if (values.history) history = result.history;
  if (result.violation === undefined) continue;
  failure = { seed, ...result.violation };
  if (values.shrink) {
    const small = await shrink(plan, result);
    failure = { ...failure, steps: small.plan.steps.length, history: small.result.history };
  }
}
process.stdout.write(JSON.stringify({ ...sum, failure, history }));
