import { instanceHourPrice, pricesOf } from '../cli/prices.ts';
import { ASSUMED } from './items.ts';
import type { PricedStage } from './stage.ts';

/** Families with burstable performance: they cost less, but their CPU credits distort scaling by CPU. */
const BURSTABLE = /^t\d/;

/** What would make the instances of a stage cheaper, one sentence each, with list prices. */
export function instanceAdvice({ region, instanceType, minInstances }: PricedStage): readonly string[] {
  const hourUsd = minInstances * instanceHourPrice(region, instanceType);
  const committedUsd = hourUsd * (1 - ASSUMED.savingsPlan);
  const savedUsd = (hourUsd - committedUsd) * ASSUMED.hoursPerMonth;
  const fleet = `${minInstances} ${instanceType}`;
  return [
    `A Compute Savings Plan of ${committedUsd.toFixed(3)} USD an hour covers the ${fleet} of the minimum, and saves ` +
      `${savedUsd.toFixed(2)} USD of ${(hourUsd * ASSUMED.hoursPerMonth).toFixed(2)} a month.`,
    ...otherFamilies(region, instanceType).map(({ type, usd }) => {
      const difference = usd * minInstances * ASSUMED.hoursPerMonth;
      const [change, times] = difference < 0 ? ['less', -difference] : ['more', difference];
      return `As ${type} they would cost ${times.toFixed(2)} USD a month ${change}.`;
    }),
  ];
}

/** Types of the same size and processor architecture with a price, and what an hour of them costs more. */
function otherFamilies(region: string, instanceType: string) {
  const [own = '', size = ''] = instanceType.split('.');
  const isArm = (family: string) => /^[a-z]+\d+g/.test(family);
  const families = Object.keys(pricesOf(region).ec2LargeHour).filter(
    (family) => family !== own && isArm(family) === isArm(own) && (!BURSTABLE.test(family) || BURSTABLE.test(own)),
  );
  return families.map((family) => {
    const type = `${family}.${size}`;
    return { type, usd: instanceHourPrice(region, type) - instanceHourPrice(region, instanceType) };
  });
}
