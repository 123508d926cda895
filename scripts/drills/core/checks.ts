import { countRequests, type Period } from '../artillery/periods.ts';
import type { Snapshot } from '../aws/snapshot.ts';
import type { VerdictLine } from './run-record.ts';

/** What a finished drill is judged by, beyond its objectives. */
export interface Outcome {
  readonly scenario: string;
  readonly stopped: string | undefined;
  /** Whether the stage got over the fault; undefined in a drill without one. */
  readonly isOver: boolean | undefined;
  readonly restoreFailures: readonly string[];
  readonly periods: readonly Period[];
  readonly snapshots: readonly Snapshot[];
}

/** Promises that the objectives of a run do not know. */
export function proofsOf(outcome: Outcome): VerdictLine[] {
  const { stopped, isOver, restoreFailures } = outcome;
  const refused = outcome.periods.reduce((sum, period) => sum + countRequests(period).refused, 0);
  return [
    {
      promise: 'the drill ran to its end',
      kept: stopped === undefined,
      measured: stopped ?? 'it did',
      expected: 'no stop condition was met',
    },
    {
      promise: 'no request is turned away',
      kept: refused === 0,
      measured: `${refused} answers of 4xx`,
      expected: 'none: is the rate limit higher than the load?',
    },
    ...(isOver === undefined ? [] : [wholeLine(isOver)]),
    ...(outcome.scenario === 'scale-out' ? [growthLine(outcome.snapshots)] : []),
    {
      promise: 'what the drill changed is restored',
      kept: restoreFailures.length === 0,
      measured: restoreFailures.join('; ') || 'all',
      expected: 'all; what is left must be restored by hand',
    },
  ];
}

function wholeLine(isOver: boolean): VerdictLine {
  return {
    promise: 'the fleet is whole again',
    kept: isOver,
    measured: isOver ? 'it is' : 'not at the end of the load',
    expected: 'as many instances serve as the group wants',
  };
}

function growthLine(snapshots: readonly Snapshot[]): VerdictLine {
  const sizes = snapshots.map(({ group }) => group.desired);
  const [first = 0, most] = [sizes[0], Math.max(0, ...sizes)];
  return {
    promise: 'the group scales out',
    kept: most > first,
    measured: `from ${first} to ${most} instances, ${sizes.at(-1) ?? 0} at the end`,
    expected: 'more than at the start; raise --peak when the load was too light',
  };
}
