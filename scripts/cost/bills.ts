import { pricesOf } from '../cli/prices.ts';
import {
  ASSUMPTIONS,
  dynamodbItems,
  type FleetChoice,
  fleetItems,
  fleetSize,
  GB,
  internetItem,
  lambdaItem,
  loadBalancerItems,
  millions,
  SECONDS_PER_MONTH,
} from './items.ts';
import { loadPointAt, type Measured } from './measured.ts';

/** The monthly bill of one way to build the service. */
export type Bill = ReturnType<typeof billsAt>[number];

/** The bills of four ways to record the same rate of timestamps, Stampede's first. */
export function billsAt(rate: number, measured: Measured, choice: FleetChoice) {
  const prices = pricesOf(choice.region);
  const timestamps = rate * SECONDS_PER_MONTH;
  const { ratePerVcpu, points, itemBytes } = measured;
  const size = fleetSize(rate, ratePerVcpu.stampede, choice);
  const point = loadPointAt(points, rate / (size * choice.vcpus));
  const blocksGb = (timestamps * point.bytesPerTimestamp) / GB;
  const itemsGb = (timestamps * itemBytes) / GB;
  const batches = timestamps / ASSUMPTIONS.sqsBatch.value;
  const oneCallS = ASSUMPTIONS.lambdaOneCallS.value;
  const internet = internetItem(prices, rate);
  return [
    {
      title: 'Stampede',
      items: [
        ...dynamodbItems(prices, { write: timestamps / point.timestampsPerWriteUnit }, blocksGb),
        ...loadBalancerItems(prices, rate, choice.zones, 1),
        ...fleetItems(prices, choice, size),
        internet,
      ],
    },
    {
      // Express + PutItem on the same kind of fleet, sized for the rate that the benchmark measured.
      title: 'One item per request, same fleet',
      items: [
        ...dynamodbItems(prices, { write: timestamps }, itemsGb),
        ...loadBalancerItems(prices, rate, choice.zones, 1),
        ...fleetItems(prices, choice, fleetSize(rate, ratePerVcpu.itemPerRequest, choice)),
        internet,
      ],
    },
    {
      title: 'ALB, Lambda with GetItem, PutItem, GetItem',
      items: [
        ...dynamodbItems(prices, { write: timestamps, read: 2 * timestamps }, itemsGb),
        ...loadBalancerItems(prices, rate, choice.zones, 0.4),
        lambdaItem(prices, 'Lambda', timestamps, ASSUMPTIONS.lambdaThreeCallsS.value),
        internet,
      ],
    },
    {
      // Answers once the message is queued; a second function writes batches of items.
      title: 'API Gateway, Lambda, SQS, Lambda',
      items: [
        ...dynamodbItems(prices, { write: timestamps }, itemsGb),
        millions('API Gateway (HTTP)', timestamps, prices.apiGateway.millionHttpRequests),
        lambdaItem(prices, 'Lambda that queues', timestamps, oneCallS),
        lambdaItem(prices, 'Lambda that writes', batches, oneCallS),
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
