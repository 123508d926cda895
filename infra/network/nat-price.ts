/** List price of a NAT gateway in us-east-1 in USD; other regions are up to a half dearer. */
const USD_PER_HOUR = 0.045;
const USD_PER_GB = 0.045;
const HOURS_PER_MONTH = 730;

/** Monthly price in USD of this many NAT gateways, without traffic. */
export const natPricePerMonthUsd = (gateways: number): number => gateways * USD_PER_HOUR * HOURS_PER_MONTH;

/** Says which NAT choice is made, what it costs a month, and what the other would. */
export function describeNatPrice(nat: 'single' | 'per-az', zoneCount: number): string {
  const price = (gateways: number): string => `about ${natPricePerMonthUsd(gateways).toFixed(0)} USD a month`;
  const traffic = `plus ${USD_PER_GB} USD a GB; timestamps do not pass it`;
  return nat === 'single'
    ? `NAT: a single gateway, ${price(1)} ${traffic}. nat=per-az would be ${price(zoneCount)} and survive the loss of a zone`
    : `NAT: one gateway in each of ${zoneCount} zones, ${price(zoneCount)} ${traffic}. nat=single would be ${price(1)}`;
}
