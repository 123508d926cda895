import type { Check } from './run-record.ts';

/** The result of a finished drill, as far as its objectives do not judge it. */
export interface ChecksOptions {
  /** Why the drill was stopped early. */
  readonly stopped: string | undefined;
  /** Answers of 4xx. */
  readonly refused: number;
  /** Whether the group is back at its desired capacity; undefined in a drill without a fault. */
  readonly isRecovered: boolean | undefined;
  /** The desired capacities of a drill that must scale out. @default - not checked */
  readonly sizes?: readonly number[] | undefined;
  /** Why something was not restored; undefined when everything was. */
  readonly restoreFailure: string | undefined;
}

/** Checks of a drill besides its objectives. */
export function checksOf({ stopped, refused, isRecovered, sizes, restoreFailure }: ChecksOptions): Check[] {
  const checks = [
    {
      check: 'the drill ran to its end',
      passed: stopped === undefined,
      measured: stopped ?? 'it did',
      expected: 'no stop condition was met',
    },
    {
      check: 'no request is refused',
      passed: refused === 0,
      measured: `${refused} answers of 4xx`,
      expected: 'none: is the rate limit higher than the load?',
    },
    isRecovered !== undefined && {
      check: 'the group is back at desired capacity',
      passed: isRecovered,
      measured: isRecovered ? 'it is' : 'not at the end of the load',
      expected: 'as many instances serve as the group wants',
    },
    sizes && growthCheck(sizes),
    {
      check: 'what the drill changed is restored',
      passed: restoreFailure === undefined,
      measured: restoreFailure ?? 'all',
      expected: 'all; what is left must be restored by hand',
    },
  ];
  return checks.filter((check) => typeof check === 'object');
}

function growthCheck(sizes: readonly number[]): Check {
  const [first = 0, most] = [sizes[0], Math.max(0, ...sizes)];
  return {
    check: 'the group scales out',
    passed: most > first,
    measured: `from ${first} to ${most} instances, ${sizes.at(-1) ?? 0} at the end`,
    expected: 'more than at the start; raise --peak when the load was too light',
  };
}
