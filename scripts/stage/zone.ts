import { groupArn } from '../aws/auto-scaling.ts';
import { zoneIds } from '../aws/ec2.ts';
import { loadBalancerZones } from '../aws/elbv2.ts';
import { activeShifts, cancelShift, renewShift, startShift, type ZonalShift } from '../aws/zonal-shift.ts';
import { OperatorError } from '../cli/errors.ts';
import { textTable } from '../cli/table.ts';
import { outputsOf } from './outputs.ts';

/** A zone of the stage: its name, such as `eu-west-1b`, and its id, such as `euw1-az3`. */
export interface Zone {
  readonly name: string;
  readonly id: string;
}

/** A resource of the stage with zonal shift enabled, and its shift if one is active. */
interface Shiftable {
  readonly what: string;
  readonly arn: string;
  readonly shift: ZonalShift | undefined;
}

/** The zones of a stage, and where its traffic is shifted away from. */
export type StageZones = Awaited<ReturnType<typeof readZones>>;

/** Reads the zones of a stage, and the active zonal shifts of its load balancer and its Auto Scaling group. */
export async function readZones(stage: string) {
  const { loadBalancerArn, autoScalingGroup } = await outputsOf(stage, 'service');
  const [names, group] = await Promise.all([loadBalancerZones(loadBalancerArn), groupArn(autoScalingGroup)]);
  const ids = await zoneIds(names);
  const zones = names.map((name): Zone => ({ name, id: ids.get(name) ?? '' }));
  const resources: Shiftable[] = [];
  for (const [what, arn] of Object.entries({ 'load balancer': loadBalancerArn, 'Auto Scaling group': group })) {
    // A resource has at most one active shift.
    const [shift] = await activeShifts(arn);
    resources.push({ what, arn, shift });
  }
  return { stage, zones, resources };
}

/** Finds a zone of the stage by its letter. @throws OperatorError when the load balancer is not in that zone */
export function zoneNamed({ stage, zones }: StageZones, letter: string): Zone {
  const found = zones.find(({ name }) => name.endsWith(letter));
  if (found) return found;
  const letters = zones.map(({ name }) => name.slice(-1)).join(', ');
  throw new OperatorError(`--zone is '${letter}', but the zones of ${stage} are ${letters}`);
}

/** Throws while another zone is shifted away: without two zones, the minimum does not carry the load. */
export function refuseSecondZone(stage: StageZones, zone: Zone): void {
  const other = stage.resources.find(({ shift }) => shift && shift.awayFrom !== zone.id);
  if (!other?.shift) return;
  const name = nameOf(stage, other.shift);
  throw new OperatorError(
    `the ${other.what} is shifted away from ${name} already, and the rest may not carry the load without ${zone.name} ` +
      `as well: end it first with npm run zone -- restore --stage ${stage.stage}`,
  );
}

/** Moves traffic and new instances away from a zone, or renews that. Returns when it ends. */
export async function shiftAway({ stage, resources }: StageZones, zone: Zone, expiresIn: string): Promise<Date> {
  const request = { zoneId: zone.id, expiresIn, comment: `stampede ${stage}: npm run zone` };
  const shifts: ZonalShift[] = [];
  // The load balancer first: it is what takes the users out of the zone.
  for (const { arn, shift } of resources) {
    shifts.push(shift ? await renewShift(shift, expiresIn) : await startShift(arn, request));
  }
  return new Date(Math.min(...shifts.map(({ expiryTime }) => expiryTime.getTime())));
}

/** Ends the active shifts of the stage. Returns the names of the zones that get traffic again. */
export async function restoreZones(stage: StageZones): Promise<readonly string[]> {
  const restored = new Set<string>();
  for (const { shift } of stage.resources) {
    if (!shift) continue;
    await cancelShift(shift);
    restored.add(nameOf(stage, shift));
  }
  return [...restored];
}

/** Renders which zone each resource is shifted away from. */
export function zoneReport(stage: StageZones): string {
  const rows = stage.resources.map(({ what, shift }) => [
    what,
    shift ? `away from ${nameOf(stage, shift)}` : 'in all zones',
    shift ? `until ${utcTime(shift.expiryTime)}` : '',
  ]);
  return textTable([['Zones', stage.zones.map(({ name, id }) => `${name} (${id})`).join(', '), ''], ...rows]);
}

/** A time to the minute, in UTC. */
export function utcTime(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function nameOf({ zones }: StageZones, { awayFrom }: ZonalShift): string {
  return zones.find(({ id }) => id === awayFrom)?.name ?? awayFrom;
}
