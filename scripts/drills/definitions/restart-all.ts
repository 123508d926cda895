import type { Drill } from '../drill.ts';

/** The whole fleet fails at once. */
export const RESTART_ALL: Drill = {
  name: 'restart-all',
  summary: 'The power of every instance is cut at once; the group recovers by itself and nothing stored is lost.',
  // New instances look into the spill bucket at once, running ones once a minute. So the bucket that the drill before
  // leaves is drained sooner, and its blocks survive this drill too.
  rehearsal: { fault: 'cut-all-power', startsEarly: true, objectives: { errorRatio: 0.7, detectS: 20, recoverS: 60 } },
};
