import { pricesOf } from '../cli/prices.ts';
import * as items from './items.ts';
import { loadPointAt, type Measured } from './measured.ts';

/** The monthly bill of one way to build the service. */
export type Bill = ReturnType<typeof billsAt>[number];

/** The bills of four ways to record the same rate of timestamps, Stampede's first. */
export function billsAt(rate: number, measured: Measured, choice: items.FleetChoice) {
  const prices = pricesOf(choice.region);
  const { sqsBatch, lambdaOneCallS, lambdaThreeCallsS } = items.ASSUMED;
  const { ratePerVcpu, points, itemBytes } = measured;
  const timestamps = rate * items.SECONDS_PER_MONTH;
  const size = items.fleetSize(rate, ratePerVcpu.stampede, choice);
  const point = loadPointAt(points, rate / (size * choice.vcpus));
  const blocksGb = (timestamps * point.bytesPerTimestamp) / items.GB;
  const itemsGb = (timestamps * itemBytes) / items.GB;
  const batches = timestamps / sqsBatch;
  const internet = items.internet(prices, rate);
  const onFleet = (writeUnits: number, storedGb: number, instances: number) => [
    ...items.dynamodb(prices, { write: writeUnits }, storedGb),
    ...items.loadBalancer(prices, rate, choice.zones, 1),
    ...items.fleet(prices, choice, instances),
    internet,
  ];
  return [
    { title: 'Stampede', items: onFleet(timestamps / point.timestampsPerWriteUnit, blocksGb, size) },
    {
      // Express + PutItem, sized for the rate that the benchmark measured.
      title: 'One item per request, same fleet',
      items: onFleet(timestamps, itemsGb, items.fleetSize(rate, ratePerVcpu.itemPerRequest, choice)),
    },
    {
      title: 'ALB, Lambda with GetItem, PutItem, GetItem',
      items: [
        ...items.dynamodb(prices, { write: timestamps, read: 2 * timestamps }, itemsGb),
        ...items.loadBalancer(prices, rate, choice.zones, 0.4),
        items.lambda(prices, 'Lambda', timestamps, lambdaThreeCallsS),
        internet,
      ],
    },
    {
      // Answers once the message is queued; a second function writes batches of items.
      title: 'API Gateway, Lambda, SQS, Lambda',
      items: [
        ...items.dynamodb(prices, { write: timestamps }, itemsGb),
        items.millions('API Gateway (HTTP)', timestamps, prices.apiGateway.millionHttpRequests),
        items.lambda(prices, 'Lambda that queues', timestamps, lambdaOneCallS),
        items.lambda(prices, 'Lambda that writes', batches, lambdaOneCallS),
        items.millions('SQS requests', timestamps + 2 * batches, prices.sqs.millionRequests),
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
