import type { Member } from '../../../aws/auto-scaling.ts';
import { OperatorError } from '../../../cli/errors.ts';

/** The members by zone, the largest zone first. */
function byZone(members: readonly Member[]): (readonly [zone: string, members: readonly Member[]])[] {
  const zones = Object.entries(Object.groupBy(members, ({ zone }) => zone)).map(
    ([zone, found = []]) => [zone, found] as const,
  );
  return zones.sort(([one, ours], [other, theirs]) => theirs.length - ours.length || one.localeCompare(other));
}

/**
 * The instance to kill: one of the zone that has most.
 *
 * @throws OperatorError when no other would be left to serve
 */
export function chooseInstanceToKill(serving: readonly Member[]): Member {
  const victim = byZone(serving)[0]?.[1][0];
  if (victim && serving.length > 1) return victim;
  throw new OperatorError(`${serving.length} instances serve: to kill one, expected 2 at least, or nobody is served`);
}

/**
 * The zone to lose: the given one, or the one that has most instances.
 *
 * @throws OperatorError when it has none, or when no other zone would be left to serve
 */
export function chooseZoneToLose(serving: readonly Member[], wanted?: string): { zone: string; ids: string[] } {
  const zones = byZone(serving);
  const names = zones.map(([zone]) => zone).join(', ') || 'none';
  const lost = wanted === undefined ? zones[0] : zones.find(([zone]) => zone === wanted);
  if (!lost) throw new OperatorError(`no instance serves in zone ${wanted ?? 'any'}: expected one of ${names}`);
  if (zones.length > 1) return { zone: lost[0], ids: lost[1].map(({ id }) => id) };
  throw new OperatorError(`instances serve in ${names} only: to lose a zone, expected 2 at least, or nobody is served`);
}
