import type { Drill } from '../drill.ts';

/** The database is away for a short time. */
export const LOSE_DATABASE: Drill = {
  name: 'lose-database',
  summary: 'The database cannot be reached for 12 s; every request is still acknowledged, no instance is replaced.',
  rehearsal: { fault: 'cut-off-database', objectives: { errorRatio: 0, recoverS: 45 } },
};
