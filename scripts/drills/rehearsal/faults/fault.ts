import type { Check } from '../../core/run-record.ts';
import type { Timeline } from '../../core/timeline.ts';
import type { CpuLoad } from '../scaling/prediction.ts';
import type { Stage } from '../stage/stage.ts';

/** Causes a fault; resolves when the group is at desired capacity again, with the drill's own checks. */
export type CauseFault = (
  stage: Stage,
  timeline: Timeline,
) => Promise<{ readonly checks?: readonly Check[]; readonly cpuLoad?: CpuLoad }>;

/** Records that a fault begins now; the returned function records its end. */
export function beginFault(timeline: Timeline, text: string): () => void {
  const fromS = timeline.second;
  timeline.log(`fault: ${text}`);
  return () => timeline.faults.push({ fromS, toS: Math.max(fromS + 1, timeline.second), text });
}

/** A check that every instance must pass. */
export function everyInstance(check: string, passing: number, all: number): Check {
  return { check, passed: passing === all, measured: `${passing} of ${all} instances`, expected: 'every instance' };
}
