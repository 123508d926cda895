/** The bill of a stage in several regions. */
import { pricesOf } from '../cli/prices.ts';
import { type Bill, type BillOptions, onFleet } from './bills.ts';
import * as items from './items.ts';
import { loadPointAt } from './measured.ts';
import { archive, tableStorage } from './retained.ts';
import type { PricedStage } from './stage.ts';

/** What one region does of a stage in several. */
export interface RegionPart {
  readonly stage: PricedStage;
  /** Its part of the rate; those of all regions add up to 1. */
  readonly share: number;
  /** Its instances; 0: it has only the data stack. */
  readonly size: number;
}

export interface RegionsBillOptions extends Pick<BillOptions, 'rate' | 'measured' | 'months'> {
  readonly title: string;
  readonly parts: readonly RegionPart[];
}

/**
 * The monthly bill of all regions. Each region is charged for every write, its own and the replicated ones, at the price
 * of a write unit (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/global-tables-billing.html), and
 * keeps the whole table.
 */
export function regionsBill({ title, rate, measured, parts, months = 1 }: RegionsBillOptions): Bill {
  const written = parts.map(({ stage, share, size }) => {
    const timestamps = share * rate * items.SECONDS_PER_MONTH;
    const point = loadPointAt(measured.points, size === 0 ? 0 : (share * rate) / (size * stage.vcpus));
    return { units: timestamps / point.timestampsPerWriteUnit, gb: (timestamps * point.bytesPerTimestamp) / items.GB };
  });
  const units = sumOf(written.map((each) => each.units)) + heartbeatUnits(parts);
  const tableGb = sumOf(written.map(({ gb }) => gb));
  return {
    title,
    items: parts.flatMap(({ stage, share, size }, index) => {
      const prices = pricesOf(stage.region);
      const [own] = written.slice(index);
      const blocksPerSecond = (own?.units ?? 0) / items.SECONDS_PER_MONTH;
      const ofRegion = [
        ...items.dynamodb(prices, { write: units, read: heartbeatReads(size * stage.vcpus) }),
        ...items.warmThroughput(stage, months),
        ...tableStorage(prices, stage, { months, tableGb }),
        items.gigabytes('Replication to other regions', (own?.gb ?? 0) * (parts.length - 1), prices.interRegionGb),
        ...(stage.hasArchive ? archive(prices, { months, tableGb }) : []),
        ...(size > 0
          ? withFleet(size)
          : [items.item('Encryption keys', `${stage.keys}`, stage.keys * prices.kms.keyMonth)]),
      ];
      return ofRegion.map((item) => ({ ...item, name: `${item.name}, ${stage.region}` }));

      function withFleet(instances: number) {
        const checks = stage.healthChecks;
        return [
          ...(stage.hasSpillBucket ? [items.spill(prices, blocksPerSecond, instances * stage.vcpus)] : []),
          items.item('Health checks', `${checks}`, checks * prices.healthCheckMonth),
          ...onFleet(prices, { rate: share * rate, stage, months }, instances),
        ];
      }
    }),
  };
}

/** Writes of heartbeats in a month, each of which every region is charged for. */
function heartbeatUnits(parts: readonly RegionPart[]): number {
  const writers = parts.filter(({ size }) => size > 0).length;
  return writers > 1 ? (writers * items.SECONDS_PER_MONTH) / items.ASSUMED.heartbeatS : 0;
}

function heartbeatReads(processes: number): number {
  return (processes * items.SECONDS_PER_MONTH) / items.ASSUMED.heartbeatS;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
