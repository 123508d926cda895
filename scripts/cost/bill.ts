/** One position of a monthly bill. */
export interface Item {
  readonly name: string;
  /** What was counted, for people. */
  readonly quantity: string;
  readonly usd: number;
}

/** The monthly bill of one way to build the service. */
export interface Bill {
  readonly title: string;
  readonly items: readonly Item[];
}

export const totalOf = ({ items }: Bill): number => items.reduce((sum, { usd }) => sum + usd, 0);

/** Dollars per million timestamps. */
export const perMillion = (bill: Bill, timestampsPerMonth: number): number =>
  (totalOf(bill) * 1e6) / timestampsPerMonth;
