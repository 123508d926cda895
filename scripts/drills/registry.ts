import type { Objectives } from './core/judge.ts';

/** What is done to the stage while the load runs. */
export type FaultKind = 'none' | 'terminate-instance' | 'lose-zone' | 'instance-refresh';

/** A stretch of load; rates are multiples of the operator's `--rate` and `--peak`. */
export interface LoadStretch {
  readonly name: string;
  readonly durationS: number;
  readonly from: 'rate' | 'peak';
  readonly to: 'rate' | 'peak';
}

/** One kind of drill. */
export interface DrillScenario {
  /** One sentence for operator and report. */
  readonly summary: string;
  readonly load: readonly LoadStretch[];
  readonly fault: FaultKind;
  /** When the fault begins: after a steady state that proves the stage well. */
  readonly faultAtS: number;
  /** The drill takes its fault back after this. @default - it ends by itself */
  readonly holdS?: number;
  /** The load ends this long after the fault is over. @default - it runs through */
  readonly calmS?: number;
  readonly objectives: Objectives;
}

const HEALTH = { errorRatio: 0.01, p99Ms: 500 };

/**
 * CloudWatch's alarms need minutes to notice; the load balancer's health checks need 20 s. Recovery counts users, not
 * instances: the others serve on while a replacement boots.
 */
const LOST_CAPACITY: Objectives = { health: HEALTH, errorRatio: 0.01, detectS: 120, recoverS: 60 };

const steady = (durationS: number): LoadStretch => ({ name: 'steady', durationS, from: 'rate', to: 'rate' });

/** All drills by name. */
export const SCENARIOS: Readonly<Record<string, DrillScenario>> = {
  steady: {
    summary: 'An even load and no fault: what the stage promises on a good day.',
    load: [steady(300)],
    fault: 'none',
    faultAtS: 0,
    objectives: { health: HEALTH, errorRatio: 0.001 },
  },
  'scale-out': {
    summary: 'The load rises until the group scales out, stays, and falls so that it may scale in again.',
    load: [
      steady(120),
      { name: 'rise', durationS: 300, from: 'rate', to: 'peak' },
      { name: 'peak', durationS: 600, from: 'peak', to: 'peak' },
      { name: 'fall', durationS: 900, from: 'rate', to: 'rate' },
    ],
    fault: 'none',
    faultAtS: 0,
    objectives: { health: HEALTH, errorRatio: 0.01 },
  },
  'kill-instance': {
    summary: 'One instance of the group is terminated without warning; the group must replace it.',
    load: [steady(900)],
    fault: 'terminate-instance',
    faultAtS: 60,
    calmS: 60,
    objectives: LOST_CAPACITY,
  },
  'lose-az': {
    summary: 'All instances of one Availability Zone stop serving at once, and come back.',
    load: [steady(600)],
    fault: 'lose-zone',
    faultAtS: 60,
    holdS: 300,
    calmS: 120,
    objectives: LOST_CAPACITY,
  },
  'rolling-deploy': {
    summary: 'Every instance is replaced by an instance refresh under load; no request may be lost.',
    load: [steady(3_600)],
    fault: 'instance-refresh',
    faultAtS: 60,
    calmS: 60,
    objectives: { health: HEALTH, errorRatio: 0.0001 },
  },
};

/** Names of all drills. */
export const SCENARIO_NAMES = Object.keys(SCENARIOS);
