import { pricesOf } from '../cli/prices.ts';
import { ASSUMPTIONS, SECONDS_PER_MONTH } from './assumptions.ts';
import type { Bill } from './bill.ts';
import { type FleetChoice, fleetItems, fleetSize } from './fleet.ts';
import { loadPointAt, type Measured } from './measured.ts';
import { dynamodbItems, internetItem, lambdaItem, loadBalancerItems } from './parts.ts';

const GB = 1e9;

/** The bills of four ways to record the same rate of timestamps, Stampede's first. */
export function billsAt(rate: number, measured: Measured, choice: FleetChoice): readonly Bill[] {
  return [
    stampede(rate, measured, choice),
    itemPerRequest(rate, measured, choice),
    lambdaThreeCalls(rate, measured, choice),
    queuedLambda(rate, measured, choice),
  ];
}

function stampede(rate: number, measured: Measured, choice: FleetChoice): Bill {
  const prices = pricesOf(choice.region);
  const size = fleetSize(rate, measured.ratePerVcpu.stampede, choice);
  const timestamps = rate * SECONDS_PER_MONTH;
  const point = loadPointAt(measured.points, rate / (size * choice.vcpus));
  const gb = (timestamps * point.bytesPerTimestamp) / GB;
  return {
    title: 'Stampede',
    items: [
      ...dynamodbItems(prices, { write: timestamps / point.timestampsPerWriteUnit }, gb),
      ...loadBalancerItems(prices, rate, choice.zones, 1),
      ...fleetItems(prices, choice, size),
      internetItem(prices, rate),
    ],
  };
}

/** Express + PutItem on the same kind of fleet, sized for what it was measured to carry. */
function itemPerRequest(rate: number, measured: Measured, choice: FleetChoice): Bill {
  const prices = pricesOf(choice.region);
  const timestamps = rate * SECONDS_PER_MONTH;
  const size = fleetSize(rate, measured.ratePerVcpu.itemPerRequest, choice);
  return {
    title: 'One item per request, same fleet',
    items: [
      ...dynamodbItems(prices, { write: timestamps }, (timestamps * measured.itemBytes) / GB),
      ...loadBalancerItems(prices, rate, choice.zones, 1),
      ...fleetItems(prices, choice, size),
      internetItem(prices, rate),
    ],
  };
}

function lambdaThreeCalls(rate: number, measured: Measured, choice: FleetChoice): Bill {
  const prices = pricesOf(choice.region);
  const timestamps = rate * SECONDS_PER_MONTH;
  return {
    title: 'ALB, Lambda with GetItem, PutItem, GetItem',
    items: [
      ...dynamodbItems(prices, { write: timestamps, read: 2 * timestamps }, (timestamps * measured.itemBytes) / GB),
      ...loadBalancerItems(prices, rate, choice.zones, 0.4),
      lambdaItem(prices, 'Lambda', timestamps, ASSUMPTIONS.lambdaThreeCallsS),
      internetItem(prices, rate),
    ],
  };
}

/** Answers once the message is queued; a second function writes batches of items. */
function queuedLambda(rate: number, measured: Measured, choice: FleetChoice): Bill {
  const prices = pricesOf(choice.region);
  const timestamps = rate * SECONDS_PER_MONTH;
  const batches = timestamps / ASSUMPTIONS.sqsBatch;
  const queueRequests = timestamps + 2 * batches;
  return {
    title: 'API Gateway, Lambda, SQS, Lambda',
    items: [
      ...dynamodbItems(prices, { write: timestamps }, (timestamps * measured.itemBytes) / GB),
      {
        name: 'API Gateway (HTTP)',
        quantity: `${Math.round(timestamps / 1e6).toLocaleString('en')} million`,
        usd: (timestamps / 1e6) * prices.apiGateway.millionHttpRequests,
      },
      lambdaItem(prices, 'Lambda that queues', timestamps, ASSUMPTIONS.lambdaOneCallS),
      lambdaItem(prices, 'Lambda that writes', batches, ASSUMPTIONS.lambdaOneCallS),
      {
        name: 'SQS requests',
        quantity: `${Math.round(queueRequests / 1e6).toLocaleString('en')} million`,
        usd: (queueRequests / 1e6) * prices.sqs.millionRequests,
      },
      internetItem(prices, rate),
    ],
  };
}
