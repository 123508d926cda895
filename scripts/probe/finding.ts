/** What was tried on a stage, and whether the result is as it must be. */
export type Finding = Readonly<{ check: string; passed: boolean; measured: string; expected: string }>;

/** A finding that compares two texts. */
export function compare(check: string, measured: string, expected: string): Finding {
  return { check, passed: measured === expected, measured, expected };
}
