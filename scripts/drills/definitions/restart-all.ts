import type { Drill } from '../drill.ts';

/** The whole fleet fails at once. */
export const RESTART_ALL: Drill = {
  name: 'restart-all',
  summary: 'The power of every instance is cut at once; the group recovers by itself and nothing stored is lost.',
  rehearsal: { fault: 'cut-all-power', objectives: { errorRatio: 0.7, detectS: 20, recoverS: 60 } },
};
