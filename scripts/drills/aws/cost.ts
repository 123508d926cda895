import { describeInstances } from '../../aws/ec2.ts';
import { instanceHourPrice, pricesOf } from '../../cli/prices.ts';
import { type Plan, plannedRequests } from './plan.ts';
import { type Snapshot, servingMembers } from './snapshot.ts';

/** The facts of a fleet that its price depends on. */
type PricedFleet = Pick<Snapshot['group'], 'desired' | 'max'> & {
  readonly region: string;
  readonly instanceType: string;
};

/** The expected cost of a drill as text; says so when it is unknown. */
export async function costOf(plan: Plan, before: Snapshot, usesFis: boolean): Promise<string> {
  const [instance] = await describeInstances(servingMembers(before).map(({ id }) => id));
  const { zone = '', type: instanceType = '' } = instance ?? {};
  const { desired, max } = before.group;
  try {
    return costText(expectedCost(plan, { region: zone.slice(0, -1), instanceType, desired, max }, usesFis));
  } catch (error) {
    return `unknown: ${(error as Error).message}`;
  }
}

/** New connections per second that one load balancer capacity unit pays for (AWS's definition of the LCU). */
const CONNECTIONS_PER_LCU = 25;

/**
 * The most that a drill costs beyond what the stage costs anyway: every request on a connection and in a write unit of
 * its own, and every further instance for the whole drill. The actual cost is lower.
 *
 * @throws Error when the region or the instance type has no price
 */
export function expectedCost(plan: Plan, fleet: PricedFleet, usesFis: boolean) {
  const prices = pricesOf(fleet.region);
  const requests = plannedRequests(plan);
  const hours = plan.durationS / 3_600;
  const lcuHours = requests / CONNECTIONS_PER_LCU / 3_600;
  const further = furtherInstances(plan, fleet);
  const lines = [
    { what: `${Math.round(requests)} writes`, usd: (requests / 1e6) * prices.dynamodb.millionWriteUnits },
    { what: `${lcuHours.toFixed(1)} load balancer units`, usd: lcuHours * prices.alb.lcuHour },
    {
      what: `${further} more ${fleet.instanceType} for ${hours.toFixed(1)} h`,
      usd: further * hours * instanceHourPrice(fleet.region, fleet.instanceType),
    },
  ];
  const fis = { what: 'FIS, one action', usd: ((plan.holdS ?? plan.durationS) / 60) * prices.fis.actionMinute };
  return usesFis ? [...lines, fis] : lines;
}

/** How many more instances run at most than now: the group replaces lost ones. */
function furtherInstances({ phases, fault }: Plan, { desired, max }: PricedFleet): number {
  const rises = phases.some(({ toPerS, fromPerS }) => toPerS > fromPerS);
  if (rises) return max - desired;
  if (!fault) return 0;
  // There are two zones at least, so one has about half of the fleet at most.
  return { 'terminate-instance': 1, 'lose-zone': Math.ceil(desired / 2), 'instance-refresh': desired }[fault];
}

/** The lines and their sum, for the terminal. */
export function costText(lines: readonly { readonly what: string; readonly usd: number }[]): string {
  const sum = lines.reduce((total, { usd }) => total + usd, 0);
  const parts = lines.map(({ what, usd }) => `${what} ${usd.toFixed(2)}`);
  return `at most ${sum.toFixed(2)} USD beyond the running stage (${parts.join(', ')})`;
}
