import type { Objectives } from '../core/judge.ts';
import type { VerdictLine } from '../core/run-record.ts';
import type { Timeline } from '../core/timeline.ts';
import { badImage } from './faults/bad-image.ts';
import { killInstance, loseDatabase, loseZone, restartAll } from './faults/lost-capacity.ts';
import { rollingDeploy } from './faults/rolling-deploy.ts';
import { CPUS_PER_INSTANCE, scaleOutAndIn } from './faults/scale-out-and-in.ts';
import type { Stage } from './stage/stage.ts';
import { TIME_FACTORS } from './stage/time-factors.ts';

/** One drill on this machine. */
export interface RehearsedDrill {
  /** One sentence: what is done to the service. */
  readonly summary: string;
  /**
   * Called when the steady state has lasted; resolves when the stage is whole again, with what it checked by itself.
   *
   * @default - no fault
   */
  readonly fault?: (stage: Stage, timeline: Timeline) => Promise<readonly VerdictLine[]>;
  /** Seconds of even load before the fault. @default STEADY_S */
  readonly steadyS?: number;
  /** Seconds of the template that pass in a real one while it runs. @default those of the load balancer */
  readonly timeFactor?: number;
  /** What an instance may use at most, for its CPU in percent. @default - the whole machine */
  readonly cpusPerInstance?: number;
  readonly objectives: Objectives;
}

/** Times are generous: the machine may be slow and shared, and a slow second is no broken promise. */
const HEALTH = { errorRatio: 0.01, p99Ms: 2_000 };

/** Seconds of even load before a fault, and of service as it should be after the recovery. */
export const STEADY_S = 5;

/** All drills by name, in the order in which they run. */
export const DRILLS: Readonly<Record<string, RehearsedDrill>> = {
  steady: {
    summary: 'An even load and no fault.',
    steadyS: 10,
    objectives: { health: HEALTH, errorRatio: 0 },
  },
  'kill-instance': {
    summary: 'The power of one instance is cut; the group replaces it.',
    fault: killInstance,
    // Until the load balancer notices, one request in two is lost.
    objectives: { health: HEALTH, errorRatio: 0.25, detectS: 20, recoverS: 30 },
  },
  'lose-database': {
    summary: 'The database cannot be reached for 20 s; nothing is acknowledged meanwhile, nobody is replaced.',
    fault: loseDatabase,
    objectives: { health: HEALTH, errorRatio: 0.7, recoverS: 45 },
  },
  'lose-az': {
    summary: 'One Availability Zone vanishes and comes back.',
    fault: loseZone,
    objectives: { health: HEALTH, errorRatio: 0.3, detectS: 20, recoverS: 40 },
  },
  'scale-out-and-in': {
    summary: "Small instances are heated: the template's alarms and steps scale out, and in again when they are calm.",
    timeFactor: TIME_FACTORS.scaling,
    fault: scaleOutAndIn,
    cpusPerInstance: CPUS_PER_INSTANCE,
    objectives: { health: HEALTH, errorRatio: 0.02, detectS: 20, recoverS: 45 },
  },
  'bad-image': {
    summary: 'An image whose app does not start is rolled out; it gets no traffic and the old instances serve on.',
    fault: badImage,
    objectives: { health: HEALTH, errorRatio: 0, detectS: 40, recoverS: 5 },
  },
  'rolling-deploy': {
    summary: 'A newer image replaces every instance, launch before terminate; no request is lost.',
    fault: rollingDeploy,
    objectives: { health: HEALTH, errorRatio: 0 },
  },
  'restart-all': {
    summary: 'The power of every instance is cut at once; the group comes back by itself and nothing stored is lost.',
    fault: restartAll,
    objectives: { health: HEALTH, errorRatio: 0.7, detectS: 20, recoverS: 60 },
  },
};
