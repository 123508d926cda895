/** How quickly a run recovered from its faults, from its history. Everything here is pure. */
import type { History, Outcome } from '../history.ts';

/** How one fault ended. */
export interface Recovery {
  readonly name: string;
  /** Requests that failed from its start to the start of the next one. */
  readonly failed: number;
  /** From its end to the end of the last failed request; 0 if none failed later. */
  readonly recoveredMs: number;
}

export function recoveriesOf({ faults, outcomes }: History): Recovery[] {
  const failures = outcomes.filter(isFailure).toSorted((one, other) => one.endedMs - other.endedMs);
  return faults.map(({ name, fromMs, toMs }, index) => {
    const nextMs = faults[index + 1]?.fromMs ?? Infinity;
    const own = failures.filter(({ endedMs }) => endedMs >= fromMs && endedMs < nextMs);
    return { name, failed: own.length, recoveredMs: Math.max(0, (own.at(-1)?.endedMs ?? 0) - toMs) };
  });
}

/** What all faults of one name had in common: how many, failed requests, and the slowest recovery. */
export function recoveriesByName(recoveries: readonly Recovery[]) {
  return [...Map.groupBy(recoveries, ({ name }) => name)].map(([name, own]) => ({
    name,
    times: own.length,
    failed: own.reduce((sum, { failed }) => sum + failed, 0),
    slowestMs: Math.max(...own.map(({ recoveredMs }) => recoveredMs)),
  }));
}

/** Whether a request got no answer, or one that says that the server could not serve it. */
export function isFailure({ status }: Pick<Outcome, 'status'>): boolean {
  return status === undefined || status >= 500;
}

/** Whether a request got what it asked for. */
export function isGood({ status }: Pick<Outcome, 'status'>): boolean {
  return status === 201 || status === 202;
}
