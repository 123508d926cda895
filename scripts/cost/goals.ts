import { type Bill, type BillOptions, billsAt, perMillion, stampedeBill, totalOf } from './bills.ts';
import { SECONDS_PER_MONTH } from './items.ts';

/** How many times cheaper Stampede is meant to be than the last two ways, in their order, by rate. */
const GOALS = [
  { rate: 1_000, lambdaWithAlb: 8, lambdaWithQueue: 15 },
  { rate: 10_000, lambdaWithAlb: 13, lambdaWithQueue: 24 },
] as const;

/** How much of the largest items of a bill is named as what is left. */
const ITEMS_NAMED = 3;

/** A goal, and how far Stampede's bill is from it. */
export type CostGoal = ReturnType<typeof costGoals>[number];

/** Judges the goals by the first month. `cheapest` is the same rate on the cheapest sensible variant of the stage. */
export function costGoals(options: Omit<BillOptions, 'rate'>, cheapest: (rate: number) => Bill) {
  return GOALS.flatMap(({ rate, lambdaWithAlb, lambdaWithQueue }) => {
    const [stampede, , withAlb, withQueue] = billsAt({ ...options, rate });
    if (!stampede || !withAlb || !withQueue) throw new Error('expected four bills');
    return [
      judged(rate, withQueue, lambdaWithQueue, stampede, cheapest(rate)),
      judged(rate, withAlb, lambdaWithAlb, stampede, cheapest(rate)),
    ];
  });
}

function judged(rate: number, other: Bill, target: number, stampede: Bill, cheapest: Bill) {
  const times = totalOf(other) / totalOf(stampede);
  const excessUsd = Math.max(0, totalOf(stampede) - totalOf(other) / target);
  return {
    rate,
    against: other.title,
    target,
    times,
    timesOfCheapest: totalOf(other) / totalOf(cheapest),
    excessUsdOfCheapest: Math.max(0, totalOf(cheapest) - totalOf(other) / target),
    met: times >= target,
    /** What the month costs more than the goal allows. */
    excessUsd,
    /** The largest items of Stampede's bill. */
    largest: stampede.items.toSorted((a, b) => b.usd - a.usd).slice(0, ITEMS_NAMED),
  };
}

/** The goal in a sentence; if it is missed, what is left and what it would take. */
export function goalText({ rate, against, target, times, timesOfCheapest, ...rest }: CostGoal): string {
  const at = `${rate.toLocaleString('en')}/s, ${against}: 1/${times.toFixed(1)} of its price, goal 1/${target}`;
  const { met, excessUsd, excessUsdOfCheapest, largest } = rest;
  if (met) return `${at}: met.`;
  const items = largest.map(({ name, usd }) => `${name} ${Math.round(usd)} USD`).join(', ');
  const cheapest = `The cheapest variant costs 1/${timesOfCheapest.toFixed(1)}`;
  const lacking = `misses the goal: it would take another ${Math.round(excessUsdOfCheapest)} USD less`;
  return (
    `${at}: missed. The month costs ${Math.round(excessUsd)} USD more than the goal allows; the largest items are ` +
    `${items}. ${cheapest}, which ${excessUsdOfCheapest > 0 ? lacking : 'meets the goal'}.`
  );
}

/** The cheapest sensible variant of a stage, as settings and in words. */
export const CHEAPEST = {
  title: 'Stampede, cheapest variant',
  meaning: 'one NAT gateway, two zones, as few instances as the rate needs, and a Compute Savings Plan',
  settings: ['nat=single', 'zones=a,b', 'flowLogTraffic=REJECT', 'sustainedRate=500'],
};

/** Stampede's bill on that variant. */
export function cheapestBill(options: BillOptions, discount: number): Bill {
  return stampedeBill({ ...options, title: CHEAPEST.title, discount });
}

/** Dollars per million timestamps of Stampede at a rate. */
export function pricePerMillion(options: BillOptions): number {
  return perMillion(stampedeBill(options), options.rate * SECONDS_PER_MONTH);
}
