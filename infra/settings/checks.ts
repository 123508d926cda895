/** Reads one setting from code or command line; `undefined` means the value does not meet the expectation. */
export interface Check<T> {
  readonly expectation: string;
  readonly read: (value: unknown) => T | undefined;
}

/** Accepts one of the given words. */
export const oneOf = <const W extends string>(...words: readonly W[]): Check<W> => ({
  expectation: `one of ${words.join(', ')}`,
  read: (value) => words.find((word) => word === value),
});

/** Accepts text that matches the whole pattern; `like` shows the reader what such text looks like. */
export const text = (pattern: RegExp, like: string): Check<string> => ({
  expectation: like,
  read: (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined),
});

/** Accepts the empty text as "not given", and otherwise what `check` accepts. */
export const optional = (check: Check<string>): Check<string> => ({
  expectation: `${check.expectation}, or nothing`,
  read: (value) => (value === '' ? '' : check.read(value)),
});

/** Accepts a whole number within bounds, from the command line too. */
export const integer = (min: number, max: number): Check<number> => ({
  expectation: `a whole number from ${min} to ${max}`,
  read: (value) => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
      ? number
      : undefined;
  },
});

/** Accepts a whole number that stands in the list. */
export const numberIn = (...numbers: readonly number[]): Check<number> => ({
  expectation: `one of ${numbers.join(', ')}`,
  read: (value) => numbers.find((number) => String(number) === String(value)),
});

/** Accepts true and false, from the command line too. */
export const flag: Check<boolean> = {
  expectation: 'true or false',
  read: (value) => ({ true: true, false: false })[String(value)],
};

/** Accepts a list, or comma-separated text, whose members all meet `check`. */
export const listOf = (check: Check<string>, min = 0, max = 50): Check<readonly string[]> => ({
  expectation: `${min} to ${max} of: ${check.expectation}`,
  read: (value) => {
    const members = typeof value === 'string' ? value.split(',').filter(Boolean) : value;
    if (!Array.isArray(members) || members.length < min || members.length > max) return undefined;
    return members.every((member) => check.read(member) !== undefined) ? members : undefined;
  },
});
