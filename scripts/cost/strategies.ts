/** What each strategy against the loss of a region costs. */
import { pricesOf } from '../cli/prices.ts';
import { type Bill, type BillOptions, stampedeBill } from './bills.ts';
import { fleetSize, GB, gigabytes, SECONDS_PER_MONTH } from './items.ts';
import { loadPointAt } from './measured.ts';
import { regionsBill } from './regions.ts';
import { backupsGb, newCopiesGb } from './retained.ts';
import type { PricedStage } from './stage.ts';

export interface StrategyOptions extends Pick<BillOptions, 'rate' | 'measured' | 'months'> {
  /** The stage in one region. */
  readonly alone: PricedStage;
  /** The stage in each of two or more regions, the home region first. */
  readonly regions: readonly PricedStage[];
}

/** The bill of the stage as `npm run deploy -- --regions` builds it: each fleet could carry the whole rate. */
export function activeActiveBill({ rate, measured, months = 1, regions }: Omit<StrategyOptions, 'alone'>): Bill {
  const parts = regions.map((stage) => ({
    stage,
    share: 1 / regions.length,
    size: fleetSize(rate, measured.ratePerVcpu.stampede, stage),
  }));
  return regionsBill({
    title: `Active-active: all of ${regions.length} regions record`,
    rate,
    measured,
    months,
    parts,
  });
}

/** The bills of AWS's four strategies, the cheapest first; the first one also with copies in another region. */
export function strategyBills(options: StrategyOptions): Bill[] {
  const { rate, measured, months = 1, alone, regions } = options;
  const standby = (title: string, sizeOfOthers: (stage: PricedStage) => number) =>
    regionsBill({
      title,
      rate,
      measured,
      months,
      parts: regions.map((stage, index) => ({
        stage,
        share: index === 0 ? 1 : 0,
        size: index === 0 ? fleetSize(rate, measured.ratePerVcpu.stampede, stage) : sizeOfOthers(stage),
      })),
    });
  return [
    stampedeBill({ rate, measured, months, stage: alone, title: 'Backup and restore: one region' }),
    withCopies(options),
    standby('Pilot light: a replica of the table, no instances', () => 0),
    standby('Warm standby: an instance in each zone of the other region', ({ zones }) => zones),
    activeActiveBill(options),
  ];
}

/** One region, whose backups are copied to the second one. */
function withCopies({ rate, measured, months = 1, alone, regions }: StrategyOptions): Bill {
  const title = 'Backup and restore: one region, backups copied to another';
  const { items } = stampedeBill({ rate, measured, months, stage: alone });
  const size = fleetSize(rate, measured.ratePerVcpu.stampede, alone);
  const point = loadPointAt(measured.points, rate / (size * alone.vcpus));
  const growth = { months, tableGb: (rate * SECONDS_PER_MONTH * point.bytesPerTimestamp) / GB };
  const there = pricesOf((regions[1] ?? alone).region);
  return {
    title,
    items: [
      ...items,
      gigabytes('Copies of backups', backupsGb(alone, growth), there.dynamodb.backupGbMonth),
      gigabytes('Copying to another region', newCopiesGb(alone, growth), pricesOf(alone.region).interRegionGb),
    ],
  };
}
