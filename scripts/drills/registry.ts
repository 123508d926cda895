import { UsageError } from '../cli/errors.ts';
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

/** A drill as one side runs it. */
export type DrillOn<Side extends keyof Sides> = Pick<Drill, 'name' | 'summary'> & Sides[Side];

/** The drills that a side can run. */
export function drillsOn<Side extends keyof Sides>(side: Side): DrillOn<Side>[] {
  return DRILLS.flatMap(({ name, summary, [side]: own }) => (own ? { name, summary, ...own } : [])) as DrillOn<Side>[];
}

/** @throws UsageError that names all drills of the side when none has that name */
export function drillNamed<Side extends keyof Sides>(side: Side, name: string): DrillOn<Side> {
  const drills = drillsOn(side);
  const drill = drills.find((each) => each.name === name);
  if (drill) return drill;
  throw new UsageError(`there is no drill '${name}': expected ${drills.map((each) => each.name).join(', ')}`);
}
