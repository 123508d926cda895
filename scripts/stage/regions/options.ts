import { z } from 'zod';
import type { OptionTable } from '../../cli/arguments.ts';
import { UsageError } from '../../cli/errors.ts';
import { regionName } from '../../cli/values.ts';

const regionList = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.tuple([regionName, regionName], regionName))
  .refine((regions) => new Set(regions).size === regions.length)
  .describe('two or more regions, such as eu-west-1,eu-central-1, the home region first');

/** The options of commands on all regions of a stage. */
export const REGIONS_OPTIONS = {
  regions: {
    value: '<a,b>',
    schema: regionList,
    help: 'the regions that record, the home region first (default: one region, the setting region)',
  },
  only: { value: '<region>', schema: regionName, help: 'with --regions: only this one of them' },
} as const satisfies OptionTable;

/** The regions of a command that may have `--only`. */
export function chosenRegions(regions: readonly string[], only?: string): readonly string[] {
  refuseOtherRegion(regions, only);
  return only === undefined ? regions : [only];
}

/** @throws UsageError if `only` is none of the regions */
export function refuseOtherRegion(regions: readonly string[], only: string | undefined): void {
  if (only === undefined || regions.includes(only)) return;
  throw new UsageError(`--only is '${only}': expected one of --regions, ${regions.join(', ')}`);
}

/** @throws UsageError if there is `--only` without `--regions` */
export function refuseOnlyAlone({ regions, only }: { readonly regions?: unknown; readonly only?: unknown }): void {
  if (only !== undefined && regions === undefined) throw new UsageError(`--only is '${only}': expected --regions too`);
}
