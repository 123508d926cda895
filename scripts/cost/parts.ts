/** Positions that several bills share. */
import type { RegionPrices } from '../cli/prices.ts';
import { ASSUMPTIONS, SECONDS_PER_MONTH } from './assumptions.ts';
import type { Item } from './bill.ts';

const { hoursPerMonth, requestBytes, answerBytes, requestsPerConnection, connectionS } = ASSUMPTIONS;
const GB = 1e9;

const count = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });

/** Writes and reads of DynamoDB, in units of the whole month. */
export function dynamodbItems({ dynamodb }: RegionPrices, units: { write: number; read?: number }, gb: number): Item[] {
  const { write, read = 0 } = units;
  return [
    {
      name: 'DynamoDB write units',
      quantity: `${count(write / 1e6)} million`,
      usd: (write / 1e6) * dynamodb.millionWriteUnits,
    },
    ...(read > 0
      ? [
          {
            name: 'DynamoDB read units',
            quantity: `${count(read / 1e6)} million`,
            usd: (read / 1e6) * dynamodb.millionReadUnits,
          },
        ]
      : []),
    { name: 'DynamoDB storage of the month', quantity: `${count(gb)} GB`, usd: gb * dynamodb.storageGbMonth },
    {
      name: 'Point-in-time recovery and backup of it',
      quantity: `${count(gb)} GB`,
      usd: gb * (dynamodb.pitrGbMonth + dynamodb.backupGbMonth),
    },
  ];
}

/**
 * Load balancer capacity units: the greatest of its dimensions is charged. A unit is 25 new connections/s, 3,000 active ones,
 * 1 GB an hour for instances (0.4 GB for Lambda).
 */
export function loadBalancerUnits(rate: number, gbPerUnitHour: number): number {
  const newConnections = rate / requestsPerConnection;
  const gbPerHour = (rate * (requestBytes + answerBytes) * 3600) / GB;
  return Math.max(newConnections / 25, (newConnections * connectionS) / 3000, gbPerHour / gbPerUnitHour);
}

/** The load balancer, its capacity units, and its public addresses. */
export function loadBalancerItems(prices: RegionPrices, rate: number, zones: number, gbPerUnitHour: number): Item[] {
  const units = loadBalancerUnits(rate, gbPerUnitHour);
  return [
    {
      name: 'Load balancer and its addresses',
      quantity: `${zones} zones`,
      usd: hoursPerMonth * (prices.alb.hour + zones * prices.publicIpv4Hour),
    },
    { name: 'Load balancer capacity units', quantity: count(units), usd: hoursPerMonth * units * prices.alb.lcuHour },
  ];
}

/** Answers that leave to the internet; the same whatever answers. */
export function internetItem({ internetGb }: RegionPrices, rate: number): Item {
  const gb = (rate * answerBytes * SECONDS_PER_MONTH) / GB;
  return { name: 'Answers to the internet', quantity: `${count(gb)} GB`, usd: gb * internetGb };
}

/** Invocations of a Lambda function (Arm). */
export function lambdaItem({ lambda }: RegionPrices, name: string, invocations: number, seconds: number): Item {
  const gbSeconds = invocations * seconds * ASSUMPTIONS.lambdaGb;
  return {
    name,
    quantity: `${count(invocations / 1e6)} million`,
    usd: (invocations / 1e6) * lambda.millionRequests + gbSeconds * lambda.gbSecondArm,
  };
}
