import { UsageError } from '../../cli/errors.ts';
import type { Fault } from '../model/simulation.ts';

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
