import { COMMIT_WINDOWS } from '../bench/commit-windows.ts';
import type { Results } from '../bench/results.ts';
import { PRICED_REGIONS, PRICES_AS_OF } from '../cli/prices.ts';
import { pricePerMillion } from './goals.ts';
import { measuredOf } from './measured.ts';
import type { PricedStage } from './stage.ts';

/**
 * What a million timestamps cost at the rate for which a stage is sized, in a sentence; or why that is not known. It
 * never rejects: a deployment does not depend on a price.
 */
export async function sustainedPriceText(stage: () => PricedStage, results: () => Promise<Results>): Promise<string> {
  try {
    return priceText(stage(), await results());
  } catch (error) {
    return `Price of a timestamp: not known: ${(error as Error).message}`;
  }
}

function priceText(stage: PricedStage, results: Results): string {
  const { region, regions, sustainedRate, commitWindowMs } = stage;
  const window = COMMIT_WINDOWS.find((ms) => ms === commitWindowMs);
  if (!PRICED_REGIONS.includes(region)) return `Price of a timestamp: not known, because ${region} has no prices here`;
  if (window === undefined) {
    return `Price of a timestamp: not known, because a commit window of ${commitWindowMs} ms was not measured`;
  }
  const usd = pricePerMillion({ rate: sustainedRate, measured: measuredOf(results, window), stage });
  const replication =
    regions.length > 1 ? `; without replication, which npm run cost -- --regions ${regions.join(',')} includes` : '';
  return (
    `At the sustained rate of ${sustainedRate.toLocaleString('en')}/s, a million timestamps cost ${usd.toFixed(2)} USD ` +
    `in the first month (list prices as of ${PRICES_AS_OF}; npm run cost has every item${replication})`
  );
}
