import type { Objectives } from './core/judge.ts';

/** A drill, in a file of its own under `definitions/`. A side that it leaves out cannot run it. */
export interface Drill {
  readonly name: string;
  /** One sentence for operator and report: what is done to the service. */
  readonly summary: string;
  /** How it runs on a deployed stage: `npm run drill`. */
  readonly aws?: AwsDrill;
  /** How it runs on this machine, with compressed times: `npm run rehearse`. */
  readonly rehearsal?: RehearsalDrill;
}

/** A phase of the load; its rates are the operator's `--rate` and `--peak`. */
type LoadPhase = Readonly<{ name: string; durationS: number; from: 'rate' | 'peak'; to: 'rate' | 'peak' }>;

interface AwsDrill {
  readonly load: readonly LoadPhase[];
  readonly fault?: AwsFault;
  /** The drill reverts its fault after this time. @default - the fault ends by itself */
  readonly holdS?: number;
  /** The load ends this long after the fault is over. @default - it runs to its end */
  readonly afterS?: number;
  /** The fleet must grow under the load. */
  readonly mustScaleOut?: boolean;
  /** The fault is an outage: neither errors nor alarms stop the drill. Its fault must be held for a limited time. */
  readonly isOutage?: boolean;
  readonly objectives: OwnObjectives;
}

/** The load is the same in all rehearsals. */
interface RehearsalDrill {
  readonly fault?: RehearsalFault;
  /** Seconds of constant load before the fault. @default 3 */
  readonly steadyS?: number;
  /** Whether its fault may begin before the previous drill is judged. @default false */
  readonly startsEarly?: boolean;
  readonly objectives: OwnObjectives;
}

/** What counts as a healthy second is the same for all drills of a side (see the registry). */
type OwnObjectives = Omit<Objectives, 'health'>;

/** Faults that `aws/faults/` implements. */
export type AwsFault = 'terminate-instance' | 'lose-zone' | 'instance-refresh' | 'restore-copy' | 'close-app-port';

/** Faults that `rehearsal/faults/` implements. */
export type RehearsalFault =
  | 'cut-power'
  | 'cut-off-database'
  | 'cut-off-database-and-bucket'
  | 'refuse-new-connections'
  | 'lose-table'
  | 'lose-zone'
  | 'cpu-load'
  | 'bad-image'
  | 'newer-image'
  | 'cut-all-power'
  | 'close-app-port';

/** A constant load at the operator's rate. */
export function steadyLoad(durationS: number): LoadPhase {
  return { name: 'steady', durationS, from: 'rate', to: 'rate' };
}

/**
 * A lost instance or zone on AWS. CloudWatch's alarms need minutes to detect it; the load balancer's health checks need
 * 20 s. Recovery counts users, not instances: the others serve while a replacement boots.
 */
export const LOST_CAPACITY = { errorRatio: 0.01, detectS: 120, recoverS: 60 };
