import type { Plan } from './plan.ts';
import { type Result, runPlan } from './run.ts';

/** A failing plan that has become small, and its history. */
export interface Shrunk {
  readonly plan: Plan;
  readonly result: Result;
}

/** Shrinking ends after this many runs, because a run of a large plan takes milliseconds. */
const MOST_RUNS = 400;

/**
 * Makes a failing plan smaller while the same invariant fails: fewer steps, fewer requests with a fault, simpler
 * settings. Each list loses halves first and single elements last (delta debugging, Zeller and Hildebrandt, 2002).
 */
export async function shrink(plan: Plan, result: Result): Promise<Shrunk> {
  const invariant = result.violation?.invariant;
  let best: Shrunk = { plan, result };
  let runs = 0;

  async function attempt(smaller: Plan): Promise<boolean> {
    if (runs++ >= MOST_RUNS) return false;
    const outcome = await runPlan(smaller);
    if (outcome.violation?.invariant !== invariant) return false;
    best = { plan: smaller, result: outcome };
    return true;
  }

  /** Removes parts of a list as long as that is possible. */
  async function reduce<T>(listOf: (plan: Plan) => readonly T[], withList: (list: readonly T[]) => Partial<Plan>) {
    for (let size = Math.ceil(listOf(best.plan).length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let start = 0; start < listOf(best.plan).length; ) {
        const list = listOf(best.plan);
        const rest = [...list.slice(0, start), ...list.slice(start + size)];
        if (!(await attempt({ ...best.plan, ...withList(rest) }))) start += size;
      }
    }
  }

  for (let before = ''; before !== JSON.stringify(best.plan) && runs < MOST_RUNS; ) {
    before = JSON.stringify(best.plan);
    await reduce(
      ({ steps }) => steps,
      (steps) => ({ steps }),
    );
    await reduce(
      ({ faultyRequests }) => faultyRequests ?? best.result.faultyRequests,
      (faultyRequests) => ({ faultyRequests }),
    );
    for (const simpler of [
      { windowMs: 0 },
      { shards: [1] },
      { machines: 1 },
      { expiredKeys: [] },
      { crashAt: undefined },
    ])
      if (JSON.stringify({ ...best.plan, ...simpler }) !== JSON.stringify(best.plan))
        await attempt({ ...best.plan, ...simpler });
  }
  return { plan: best.plan, result: await runPlan(best.plan, { keepHistory: true }) };
}
