import { DEFAULT_REGION } from '../../infra/contract.ts';
import { configuredRegion } from '../aws/region.ts';
import { OperatorError } from '../cli/errors.ts';

/** The setting `region` of `--set`, or its default. */
export function regionSetting(set: readonly string[]): string {
  const given = set.findLast((entry) => entry.startsWith('region='));
  return given?.slice('region='.length) ?? DEFAULT_REGION;
}

/**
 * Uses the region of a stage for every call to AWS from now on, also in the programs that are started.
 *
 * @throws OperatorError when AWS_REGION or the profile names another region: one of the two must be wrong
 */
export async function useRegion(stage: string, region: string): Promise<void> {
  const configured = await configuredRegion();
  if (configured !== undefined && configured !== region) {
    throw new OperatorError(
      `the region of stage ${stage} is ${region}, but AWS_REGION or the profile is ${configured}: ` +
        `set AWS_REGION=${region}, or pass --set region=${configured} if the stage is there`,
    );
  }
  process.env['AWS_REGION'] = region;
}
