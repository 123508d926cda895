import type { Check } from '../../core/run-record.ts';
import type { Timeline } from '../../core/timeline.ts';
import type { CpuLoad } from '../scaling/prediction.ts';
import type { Stage } from '../stage/stage.ts';

/** What a fault leaves to judge. */
export interface FaultOutcome {
  readonly checks: readonly Check[];
  /** What made the fleet scale. @default - nothing did */
  readonly cpuLoad?: CpuLoad;
}

/** A fault on this machine. */
export interface Fault {
  /** Called after the steady state; resolves when the fleet is back at its desired capacity. */
  readonly cause: (stage: Stage, timeline: Timeline) => Promise<FaultOutcome>;
  /** Seconds of the template that pass in a real one during the drill. @default - those of the load balancer */
  readonly timeFactor?: number;
  /** What an instance may use at most, for its CPU in percent. @default - the whole machine */
  readonly cpusPerInstance?: number;
}
