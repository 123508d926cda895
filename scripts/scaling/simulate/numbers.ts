import { z } from 'zod';
import { OperatorError, UsageError } from '../../cli/errors.ts';

/** What was measured of one instance. */
export interface Measurement {
  /** Requests per second at 100 % CPU. */
  readonly requestsPerInstance: number;
  /** Seconds from launch to the first request. */
  readonly bootS: number;
}

const schema = z.object({ requestsPerInstance: z.number().positive(), bootS: z.number().nonnegative().default(60) });

/** Reads a measurement file. @throws OperatorError naming the file and what it should hold. */
export function parseMeasurement(file: string, text: string): Measurement {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const expected = '{"requestsPerInstance": <requests/s>, "bootS": <seconds>}';
    throw new OperatorError(`${file} is no measurement of an instance: expected ${expected}`, { cause });
  }
}

/** Reads a number above zero. */
export function positive(option: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`${option} is '${text}': expected a number above 0`);
}

/** Reads a whole number, if there is one. */
export function wholeOrUnset(option: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`${option} is '${text}': expected a whole number of 0 or more`);
}
