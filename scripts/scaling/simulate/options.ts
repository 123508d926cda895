import { z } from 'zod';
import { OperatorError, UsageError } from '../../cli/errors.ts';
import type { Fault } from '../model/simulation.ts';

const measurementSchema = z.object({
  /** Requests per second at 100 % CPU. */
  requestsPerInstance: z.number().positive(),
  /** Seconds from launch to the first request. */
  bootS: z.number().nonnegative().default(60),
});

/** What was measured of one instance. */
export type Measurement = z.output<typeof measurementSchema>;

/** Reads a measurement file. @throws OperatorError naming the file and what it should hold. */
export function parseMeasurement(file: string, text: string): Measurement {
  try {
    return measurementSchema.parse(JSON.parse(text));
  } catch (cause) {
    const expected = '{"requestsPerInstance": <requests/s>, "bootS": <seconds>}';
    throw new OperatorError(`${file} is no measurement of an instance: expected ${expected}`, { cause });
  }
}

/** Reads a fault as it is written on the command line: `kill:2@600`, or `lose-zone:eu-west-1a@600-1200`. */
export function parseFault(text: string, zones: readonly string[]): Fault {
  const kill = /^kill:(\d+)@(\d+)$/.exec(text);
  if (kill) return { kind: 'kill', count: Number(kill[1]), atS: Number(kill[2]) };
  const lost = /^lose-zone:([\w-]+)@(\d+)-(\d+)$/.exec(text);
  const zone = lost?.[1];
  if (!lost || !zone) {
    throw new UsageError(`--fault is '${text}': expected kill:<count>@<second> or lose-zone:<zone>@<from>-<to>`);
  }
  if (!zones.includes(zone)) throw new UsageError(`--fault loses zone '${zone}': expected ${zones.join(', ')}`);
  return { kind: 'lose-zone', zone, atS: Number(lost[2]), untilS: Number(lost[3]) };
}
