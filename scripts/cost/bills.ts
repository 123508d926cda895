import { pricesOf } from '../cli/prices.ts';
import {
  ASSUMED,
  dynamodbItems,
  type FleetChoice,
  fleetItems,
  fleetSize,
  GB,
  type Item,
  internetItem,
  lambdaItem,
  loadBalancerItems,
  millions,
  SECONDS_PER_MONTH,
} from './items.ts';
import { loadPointAt, type Measured } from './measured.ts';

/** The monthly bill of one way to build the service. */
export interface Bill {
  readonly title: string;
  readonly items: readonly Item[];
}

/** The bills of four ways to record the same rate of timestamps, Stampede's first. */
export function billsAt(rate: number, measured: Measured, choice: FleetChoice): readonly Bill[] {
  const prices = pricesOf(choice.region);
  const { sqsBatch, lambdaOneCallS, lambdaThreeCallsS } = ASSUMED;
  const { ratePerVcpu, points, itemBytes } = measured;
  const timestamps = rate * SECONDS_PER_MONTH;
  const size = fleetSize(rate, ratePerVcpu.stampede, choice);
  const point = loadPointAt(points, rate / (size * choice.vcpus));
  const blocksGb = (timestamps * point.bytesPerTimestamp) / GB;
  const itemsGb = (timestamps * itemBytes) / GB;
  const batches = timestamps / sqsBatch;
  const internet = internetItem(prices, rate);
  const onFleet = (writeUnits: number, storedGb: number, instances: number): Item[] => [
    ...dynamodbItems(prices, { write: writeUnits }, storedGb),
    ...loadBalancerItems(prices, rate, choice.zones, 1),
    ...fleetItems(prices, choice, instances),
    internet,
  ];
  return [
    { title: 'Stampede', items: onFleet(timestamps / point.timestampsPerWriteUnit, blocksGb, size) },
    {
      // Express + PutItem, sized for the rate that the benchmark measured.
      title: 'One item per request, same fleet',
      items: onFleet(timestamps, itemsGb, fleetSize(rate, ratePerVcpu.itemPerRequest, choice)),
    },
    {
      title: 'ALB, Lambda with GetItem, PutItem, GetItem',
      items: [
        ...dynamodbItems(prices, { write: timestamps, read: 2 * timestamps }, itemsGb),
        ...loadBalancerItems(prices, rate, choice.zones, 0.4),
        lambdaItem(prices, 'Lambda', timestamps, lambdaThreeCallsS),
        internet,
      ],
    },
    {
      // Answers once the message is queued; a second function writes batches of items.
      title: 'API Gateway, Lambda, SQS, Lambda',
      items: [
        ...dynamodbItems(prices, { write: timestamps }, itemsGb),
        millions('API Gateway (HTTP)', timestamps, prices.apiGateway.millionHttpRequests),
        lambdaItem(prices, 'Lambda that queues', timestamps, lambdaOneCallS),
        lambdaItem(prices, 'Lambda that writes', batches, lambdaOneCallS),
        millions('SQS requests', timestamps + 2 * batches, prices.sqs.millionRequests),
        internet,
      ],
    },
  ];
}

export function totalOf({ items }: Bill): number {
  return items.reduce((sum, { usd }) => sum + usd, 0);
}

/** Dollars per million timestamps. */
export function perMillion(bill: Bill, timestampsPerMonth: number): number {
  return (totalOf(bill) * 1e6) / timestampsPerMonth;
}
