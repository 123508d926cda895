import { UsageError } from '../cli/errors.ts';
import type { Objectives } from './core/judge.ts';
import { BAD_IMAGE } from './definitions/bad-image.ts';
import { KILL_INSTANCE } from './definitions/kill-instance.ts';
import { LOSE_AZ } from './definitions/lose-az.ts';
import { LOSE_DATABASE } from './definitions/lose-database.ts';
import { LOSE_EVERYTHING } from './definitions/lose-everything.ts';
import { LOSE_NEW_CONNECTIONS } from './definitions/lose-new-connections.ts';
import { RESTART_ALL } from './definitions/restart-all.ts';
import { RESTORE } from './definitions/restore.ts';
import { ROLLING_DEPLOY } from './definitions/rolling-deploy.ts';
import { SCALE_OUT } from './definitions/scale-out.ts';
import { SCALE_OUT_AND_IN } from './definitions/scale-out-and-in.ts';
import { STEADY } from './definitions/steady.ts';
import { WRONG_SECURITY_GROUP } from './definitions/wrong-security-group.ts';
import type { Drill } from './drill.ts';

/** All drills, in the order in which a rehearsal runs them. */
const DRILLS: readonly Drill[] = [
  STEADY,
  SCALE_OUT,
  KILL_INSTANCE,
  LOSE_DATABASE,
  LOSE_EVERYTHING,
  LOSE_AZ,
  LOSE_NEW_CONNECTIONS,
  SCALE_OUT_AND_IN,
  BAD_IMAGE,
  ROLLING_DEPLOY,
  WRONG_SECURITY_GROUP,
  RESTORE,
  RESTART_ALL,
];

/** A healthy second; the machine of a rehearsal may be slow and shared. */
const HEALTH = { aws: { errorRatio: 0.01, p99Ms: 500 }, rehearsal: { errorRatio: 0.01, p99Ms: 2_000 } };

type Side = keyof typeof HEALTH;

/** A drill as one side runs it. */
export type DrillOn<S extends Side> = Pick<Drill, 'name' | 'summary'> &
  Required<Drill>[S] & { readonly objectives: Objectives };

/** The drills that a side can run. */
export function drillsOn<S extends Side>(side: S): DrillOn<S>[] {
  return DRILLS.flatMap(({ name, summary, [side]: own }) => {
    return own ? { name, summary, ...own, objectives: { health: HEALTH[side], ...own.objectives } } : [];
  }) as DrillOn<S>[];
}

/** @throws UsageError that names all drills of the side when none has that name */
export function drillNamed<S extends Side>(side: S, name: string): DrillOn<S> {
  const drills = drillsOn(side);
  const drill = drills.find((each) => each.name === name);
  if (drill) return drill;
  throw new UsageError(`there is no drill '${name}': expected ${drills.map((each) => each.name).join(', ')}`);
}
