import { UsageError } from '../cli/errors.ts';

/** Reads a whole number of an option. */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError(`${option} is '${text}': expected a whole number`);
}
