import type { RehearsalFault } from '../../drill.ts';
import { TIME_FACTORS } from '../stage/time-factors.ts';
import { badImage } from './bad-image.ts';
import type { Fault } from './fault.ts';
import { killInstance, loseDatabase, loseZone, restartAll } from './lost-capacity.ts';
import { rollingDeploy } from './rolling-deploy.ts';
import { CPUS_PER_INSTANCE, scaleOutAndIn } from './scale-out-and-in.ts';

/** The faults of the registry's drills. */
export const FAULTS: Readonly<Record<RehearsalFault, Fault>> = {
  'cut-power': { cause: killInstance },
  'cut-off-database': { cause: loseDatabase },
  'lose-zone': { cause: loseZone },
  'cpu-load': { cause: scaleOutAndIn, timeFactor: TIME_FACTORS.scaling, cpusPerInstance: CPUS_PER_INSTANCE },
  'bad-image': { cause: badImage },
  'newer-image': { cause: rollingDeploy },
  'cut-all-power': { cause: restartAll },
};
