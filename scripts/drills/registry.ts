import { UsageError } from '../cli/errors.ts';
import type { Health } from './core/recovery.ts';
import { BAD_IMAGE } from './definitions/bad-image.ts';
import { KILL_INSTANCE } from './definitions/kill-instance.ts';
import { LOSE_AZ } from './definitions/lose-az.ts';
import { LOSE_DATABASE } from './definitions/lose-database.ts';
import { RESTART_ALL } from './definitions/restart-all.ts';
import { ROLLING_DEPLOY } from './definitions/rolling-deploy.ts';
import { SCALE_OUT } from './definitions/scale-out.ts';
import { SCALE_OUT_AND_IN } from './definitions/scale-out-and-in.ts';
import { STEADY } from './definitions/steady.ts';
import type { Drill } from './drill.ts';

/** All drills, in the order in which a rehearsal runs them. */
const DRILLS: readonly Drill[] = [
  STEADY,
  SCALE_OUT,
  KILL_INSTANCE,
  LOSE_DATABASE,
  LOSE_AZ,
  SCALE_OUT_AND_IN,
  BAD_IMAGE,
  ROLLING_DEPLOY,
  RESTART_ALL,
];

type Sides = Required<Pick<Drill, 'aws' | 'rehearsal'>>;

/** Where a drill runs. */
export type Side = keyof Sides;

/** A drill as one side runs it. */
export type DrillOn<On extends Side> = Pick<Drill, 'name' | 'summary'> &
  Sides[On] & { readonly objectives: { readonly health: Health } };

/** A rehearsal's machine may be slow and shared: a slow second there is no failure. */
const HEALTH: Readonly<Record<Side, Health>> = {
  aws: { errorRatio: 0.01, p99Ms: 500 },
  rehearsal: { errorRatio: 0.01, p99Ms: 2_000 },
};

/** The drills that a side can run. */
export function drillsOn<On extends Side>(side: On): DrillOn<On>[] {
  return DRILLS.flatMap(({ name, summary, [side]: own }) =>
    own ? { name, summary, ...own, objectives: { health: HEALTH[side], ...own.objectives } } : [],
  ) as DrillOn<On>[];
}

/** @throws UsageError that names all drills of the side when none has that name */
export function drillNamed<On extends Side>(side: On, name: string): DrillOn<On> {
  const drills = drillsOn(side);
  const drill = drills.find((each) => each.name === name);
  if (drill) return drill;
  throw new UsageError(`there is no drill '${name}': expected ${drills.map((each) => each.name).join(', ')}`);
}
