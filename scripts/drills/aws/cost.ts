import { describeInstances } from '../../aws/ec2.ts';
import { instanceHourPrice, pricesOf } from '../../cli/prices.ts';
import { plannedRequests } from '../artillery/artillery.ts';
import { MACHINE, START_DEADLINE_S } from './machines/machines.ts';
import type { Plan } from './plan.ts';
import { type Snapshot, servingMembers } from './snapshot.ts';

/** New connections per second that one load balancer capacity unit pays for (AWS's definition of the LCU). */
const CONNECTIONS_PER_LCU = 25;

/** Bytes of a request and its answer, at most; between public addresses of a region AWS charges both directions. */
const BYTES_PER_REQUEST = 1_000;

/** The facts of a fleet that its price depends on. */
type PricedFleet = Pick<Snapshot['group'], 'desired' | 'max'> & { readonly region: string; readonly type: string };

/** A part of a cost. */
type CostLine = Readonly<{ what: string; usd: number }>;

/** What a drill uses besides the stage: AWS FIS, and machines that send the load. */
type CostOptions = Readonly<{ usesFis?: boolean | undefined; machines?: number | undefined }>;

/** The expected cost of a drill as text, with its parts; says so when it is unknown. */
export function costOf(plan: Plan, before: Snapshot, options: CostOptions): Promise<string> {
  return costWith(before, (fleet) => expectedCost(plan, fleet, options));
}

/** The expected cost of several drills as text, with that of each; says so when it is unknown. */
export function costOfAll(plans: readonly Plan[], before: Snapshot, options: CostOptions): Promise<string> {
  return costWith(before, (fleet) =>
    plans.map((plan) => ({ what: plan.name, usd: sumOf(expectedCost(plan, fleet, options)) })),
  );
}

async function costWith(before: Snapshot, linesFor: (fleet: PricedFleet) => readonly CostLine[]): Promise<string> {
  try {
    const [instance] = await describeInstances(servingMembers(before).map(({ id }) => id));
    const { zone = '', type = '' } = instance ?? {};
    return costText(linesFor({ ...before.group, region: zone.slice(0, -1), type }));
  } catch (error) {
    return `unknown: ${(error as Error).message}`;
  }
}

/**
 * The most that a drill costs beyond what the stage costs anyway: every request on a connection and in a write unit of
 * its own, and every further instance for the whole drill. The actual cost is lower.
 *
 * @throws Error when the region or the instance type has no price
 */
export function expectedCost(plan: Plan, fleet: PricedFleet, { usesFis = false, machines = 0 }: CostOptions) {
  const { region, type } = fleet;
  const { dynamodb, alb, fis } = pricesOf(region);
  const requests = plannedRequests(plan);
  const lcuHours = requests / CONNECTIONS_PER_LCU / 3_600;
  const further = furtherInstances(plan, fleet);
  const hours = plan.durationS / 3_600;
  const fisMinutes = (plan.holdS ?? plan.durationS) / 60;
  return [
    { what: `${Math.round(requests)} writes`, usd: (requests / 1e6) * dynamodb.millionWriteUnits },
    { what: `${lcuHours.toFixed(1)} load balancer units`, usd: lcuHours * alb.lcuHour },
    {
      what: `${further} more ${type} for ${hours.toFixed(1)} h`,
      usd: further * hours * instanceHourPrice(region, type),
    },
    ...(usesFis && plan.fault === 'lose-zone' ? [{ what: 'FIS, one action', usd: fisMinutes * fis.actionMinute }] : []),
    ...(machines > 0 ? machineCosts(plan, region, machines) : []),
  ];
}

/** Machines are charged from the start of their image's download, which may take as long as a drill waits for it. */
function machineCosts(plan: Plan, region: string, machines: number) {
  const { fargate, publicIpv4Hour, crossZoneGb } = pricesOf(region);
  const hours = (plan.durationS + START_DEADLINE_S) / 3_600;
  const perHour = MACHINE.vcpus * fargate.vcpuHour + MACHINE.memoryGb * fargate.gbHour + publicIpv4Hour;
  const gb = (plannedRequests(plan) * BYTES_PER_REQUEST) / 1e9;
  return [
    { what: `${machines} machines for ${hours.toFixed(1)} h`, usd: machines * hours * perHour },
    { what: `${gb.toFixed(1)} GB between public addresses`, usd: 2 * gb * crossZoneGb },
  ];
}

/** How many more instances run at most than now: the group replaces lost ones. */
function furtherInstances({ phases, fault }: Plan, { desired, max }: PricedFleet): number {
  if (phases.some(({ toPerS, fromPerS }) => toPerS > fromPerS)) return max - desired;
  if (!fault) return 0;
  // There are two zones at least, so one has about half of the fleet at most.
  return {
    'terminate-instance': 1,
    'lose-zone': Math.ceil(desired / 2),
    'instance-refresh': desired,
    'restore-copy': 0,
    // The group finds all of them unhealthy.
    'close-app-port': desired,
  }[fault];
}

function sumOf(lines: readonly CostLine[]): number {
  return lines.reduce((total, { usd }) => total + usd, 0);
}

/** The lines and their sum, for the terminal. */
export function costText(lines: readonly CostLine[]): string {
  const parts = lines.map(({ what, usd }) => `${what} ${usd.toFixed(2)}`);
  return `at most ${sumOf(lines).toFixed(2)} USD beyond the running stage (${parts.join(', ')})`;
}
