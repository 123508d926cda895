import { SPILL_PREFIXES } from '../../../server/contract.ts';
import { hasObjects } from '../../aws/s3.ts';
import { OperatorError } from '../../cli/errors.ts';
import { outputsOf } from '../outputs.ts';
import { inEach } from './home.ts';

/** Warns of acknowledged timestamps in the spill buckets of a stage: they are not in the table. Stays in the last region. */
export async function warnOfSpilled(
  stage: string,
  regions: readonly string[],
  warn: (text: string) => void,
): Promise<void> {
  await inEach(regions, async (region) => {
    try {
      const { spillBucket } = await outputsOf(stage, 'data');
      for (const prefix of Object.values(SPILL_PREFIXES)) {
        if (await hasObjects(spillBucket, prefix))
          warn(`${prefix} in the bucket ${spillBucket} of ${region} has timestamps that the table and the export lack`);
      }
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      warn(`the export may lack timestamps that wait in the spill bucket of ${region}: ${error.message}`);
    }
  });
}
