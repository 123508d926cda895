import type { Drill } from '../drill.ts';

/** Neither the database nor the spill bucket can be reached for a short time. */
export const LOSE_EVERYTHING: Drill = {
  name: 'lose-everything',
  summary:
    'Database and spill bucket cannot be reached for 10 s; requests that neither can store are answered with 503.',
  rehearsal: { fault: 'cut-off-database-and-bucket', objectives: { errorRatio: 0.7, recoverS: 45 } },
};
