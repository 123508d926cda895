/** What balancing needs to know of an instance. */
export interface ZonedInstance {
  readonly zone: string;
  readonly state: 'pending' | 'inService' | 'terminating';
  readonly launchedS: number;
}

/**
 * What a group does to reach its desired capacity. It launches into the zone with the fewest instances and terminates
 * the oldest instance of the zone with the most, so that zones differ by at most one. After a lost zone has returned,
 * it launches there before it terminates elsewhere.
 *
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-availability-zone-balanced.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 */
export function reconcile<Instance extends ZonedInstance>(
  desired: number,
  instances: readonly Instance[],
  zones: readonly string[],
): { launch: string[]; terminate: Instance[] } {
  const living = instances.filter(({ state }) => state !== 'terminating');
  if (zones.length === 0) return { launch: [], terminate: [] };
  if (living.length < desired)
    return { launch: zonesToLaunchIn(desired - living.length, living, zones), terminate: [] };
  const pending = living.some(({ state }) => state === 'pending');
  if (pending) return { launch: [], terminate: [] };
  if (living.length > desired) return { launch: [], terminate: instancesToTerminate(living.length - desired, living) };
  return { launch: isUneven(living, zones) ? zonesToLaunchIn(1, living, zones) : [], terminate: [] };
}

function zonesToLaunchIn(count: number, living: readonly ZonedInstance[], zones: readonly string[]): string[] {
  const sizes = new Map(zones.map((zone) => [zone, sizeOf(zone, living)]));
  return Array.from({ length: count }, () => {
    const zone = zones.reduce((best, other) => ((sizes.get(other) ?? 0) < (sizes.get(best) ?? 0) ? other : best));
    sizes.set(zone, (sizes.get(zone) ?? 0) + 1);
    return zone;
  });
}

function instancesToTerminate<Instance extends ZonedInstance>(count: number, living: readonly Instance[]): Instance[] {
  const left = living.toSorted((one, other) => one.launchedS - other.launchedS);
  return Array.from({ length: count }, () => {
    const fullest = Math.max(...left.map(({ zone }) => sizeOf(zone, left)));
    const index = left.findIndex(({ zone }) => sizeOf(zone, left) === fullest);
    return left.splice(index, 1);
  }).flat();
}

function isUneven(living: readonly ZonedInstance[], zones: readonly string[]): boolean {
  const sizes = zones.map((zone) => sizeOf(zone, living));
  return Math.max(...sizes) - Math.min(...sizes) > 1;
}

function sizeOf(zone: string, instances: readonly ZonedInstance[]): number {
  return instances.filter((instance) => instance.zone === zone).length;
}
