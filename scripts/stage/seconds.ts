import { UsageError } from '../cli/errors.ts';

/** Reads a number of whole seconds, at least one. */
export function seconds(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`${option} is '${text}': expected whole seconds from 1 to 999999`);
}
