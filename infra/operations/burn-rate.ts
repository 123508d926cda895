/** Promise to users: this share of requests is answered without a server error over {@link SLO_WINDOW_DAYS}. */
export const SLO_PERCENT = 99.9;

/** Days over which the promise holds. */
export const SLO_WINDOW_DAYS = 30;

/** A pair of windows that must both burn the error budget too fast: the long one is sure, the short one stops soon. */
export interface BurnRate {
  readonly name: string;
  /** How many times faster than allowed the budget may burn. */
  readonly factor: number;
  readonly longMinutes: number;
  readonly shortMinutes: number;
}

/** Share of the month's budget, in percent, that is gone when the long window has burnt at this rate. */
export const budgetSpentPercent = ({ factor, longMinutes }: BurnRate): number =>
  (100 * factor * longMinutes) / (SLO_WINDOW_DAYS * 24 * 60);

/** Share of requests, in percent, that may fail within a window before it burns too fast. */
export const errorPercentAt = ({ factor }: BurnRate): number => Number((factor * (100 - SLO_PERCENT)).toFixed(6));

/** The pairs of Google's SRE workbook: 2 % of the budget in an hour wakes somebody, 5 % in six hours is work for today. */
export const BURN_RATES: readonly BurnRate[] = [
  { name: 'Fast', factor: 14.4, longMinutes: 60, shortMinutes: 5 },
  { name: 'Slow', factor: 6, longMinutes: 360, shortMinutes: 30 },
];
