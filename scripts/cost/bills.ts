import { pricesOf, type RegionPrices } from '../cli/prices.ts';
import * as items from './items.ts';
import { loadPointAt, type Measured } from './measured.ts';
import { accessLogs, archive, logs, tableStorage, yearKept } from './retained.ts';
import type { PricedStage } from './stage.ts';

/** The monthly bill of one way to build the service. */
export type Bill = ReturnType<typeof billsAt>[number];

export interface BillOptions {
  readonly rate: number;
  readonly measured: Measured;
  readonly stage: PricedStage;
  /** The bill of the n-th month: tables, backups and logs have grown since the first. @default 1 */
  readonly months?: number;
}

/** The bills of four ways to record the same rate of timestamps, Stampede's first. */
export function billsAt(options: BillOptions) {
  const { rate, measured, stage, months = 1 } = options;
  const prices = pricesOf(stage.region);
  const { sqsBatch, lambdaOneCallS, lambdaThreeCallsS } = items.ASSUMED;
  const timestamps = rate * items.SECONDS_PER_MONTH;
  const tableGb = (timestamps * measured.itemBytes) / items.GB;
  // Each way keeps its items as Stampede does.
  const stored = [
    ...tableStorage(prices, stage, { months, tableGb }),
    ...(stage.hasArchive ? archive(prices, { months, tableGb }) : []),
  ];
  const internet = items.internet(prices, rate);
  const size = items.fleetSize(rate, measured.ratePerVcpu.itemPerRequest, stage);
  return [
    stampedeBill(options),
    {
      // Express + PutItem, sized for the rate that the benchmark measured.
      title: 'One item per request, same fleet',
      items: [...items.dynamodb(prices, { write: timestamps }), ...stored, ...onFleet(prices, options, size)],
    },
    {
      title: 'ALB, Lambda with GetItem, PutItem, GetItem',
      items: [
        // Two reads of half a unit, because GetItem is eventually consistent by default.
        ...items.dynamodb(prices, { write: timestamps, read: timestamps }),
        ...stored,
        ...items.loadBalancer(prices, rate, stage.loadBalancerZones, 0.4),
        ...(stage.hasAccessLogs ? [accessLogs(prices, stage, timestamps, months)] : []),
        items.lambda(prices, 'Lambda', timestamps, lambdaThreeCallsS),
        internet,
      ],
    },
    {
      // Answers once the message is queued; a second function writes batches of items.
      title: 'API Gateway, Lambda, SQS, Lambda',
      items: [
        ...items.dynamodb(prices, { write: timestamps }),
        ...stored,
        items.httpApi(prices, timestamps),
        items.lambda(prices, 'Lambda that queues', timestamps, lambdaOneCallS),
        items.lambda(prices, 'Lambda that writes', timestamps / sqsBatch, lambdaOneCallS),
        items.millions('SQS requests', timestamps + (2 * timestamps) / sqsBatch, prices.sqs.millionRequests),
        internet,
      ],
    },
  ];
}

/** Stampede's own bill. `discount`: the share of the instances' on-demand price that is saved. */
export function stampedeBill(options: BillOptions & { readonly title?: string; readonly discount?: number }) {
  const { rate, measured, stage, months = 1, title = 'Stampede', discount = 0 } = options;
  const prices = pricesOf(stage.region);
  const timestamps = rate * items.SECONDS_PER_MONTH;
  const size = items.fleetSize(rate, measured.ratePerVcpu.stampede, stage);
  const point = loadPointAt(measured.points, rate / (size * stage.vcpus));
  const tableGb = (timestamps * point.bytesPerTimestamp) / items.GB;
  return {
    title,
    items: [
      ...items.dynamodb(prices, { write: timestamps / point.timestampsPerWriteUnit }),
      ...items.warmThroughput(stage, months),
      ...tableStorage(prices, stage, { months, tableGb }),
      ...(stage.hasArchive ? archive(prices, { months, tableGb }) : []),
      ...(stage.hasSpillBucket ? [items.spill(prices, rate / point.timestampsPerWriteUnit, size * stage.vcpus)] : []),
      ...onFleet(prices, options, size, discount),
    ],
  };
}

/** The price of keeping Stampede's timestamps of a year for another year, in the table and in the archive. */
export function keepingAYear({ rate, measured, stage }: BillOptions) {
  const size = items.fleetSize(rate, measured.ratePerVcpu.stampede, stage);
  const point = loadPointAt(measured.points, rate / (size * stage.vcpus));
  const yearGb = (12 * rate * items.SECONDS_PER_MONTH * point.bytesPerTimestamp) / items.GB;
  return { yearGb, ...yearKept(pricesOf(stage.region), yearGb) };
}

/** Everything but the database of a service on this fleet. */
export function onFleet(
  prices: RegionPrices,
  { rate, stage, months = 1 }: Pick<BillOptions, 'rate' | 'stage' | 'months'>,
  size: number,
  discount = 0,
) {
  const { logsGbPerInstance, rejectedFlowLogGb } = items.ASSUMED;
  const timestamps = rate * items.SECONDS_PER_MONTH;
  const flowLogGb = rejectedFlowLogGb + (stage.logsAllTraffic ? items.flowLogGb(rate) : 0);
  return [
    ...items.loadBalancer(prices, rate, stage.loadBalancerZones, 1, stage.reservedCapacityUnits),
    ...items.fleet(prices, stage, size, discount),
    logs(prices, stage, 'Logs of the instances', size * logsGbPerInstance, months),
    logs(prices, stage, 'Flow logs', flowLogGb, months),
    ...(stage.hasAccessLogs ? [accessLogs(prices, stage, timestamps, months)] : []),
    ...items.waf(stage.webAclRules, timestamps),
    items.internet(prices, rate),
  ];
}

export function totalOf({ items }: Bill): number {
  return items.reduce((sum, { usd }) => sum + usd, 0);
}

/** Dollars per million timestamps. */
export function perMillion(bill: Bill, timestampsPerMonth: number): number {
  return (totalOf(bill) * 1e6) / timestampsPerMonth;
}
