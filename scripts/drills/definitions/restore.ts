import { type Drill, steadyLoad } from '../drill.ts';

/**
 * In the rehearsal the table is lost, and an earlier copy takes its place. On AWS the table stays: a copy is restored
 * beside it, compared with it and removed. AWS gives no bound for a restore, so the load lasts for up to four hours.
 */
export const RESTORE: Drill = {
  name: 'restore',
  summary:
    'A copy of the table is restored under load; in a rehearsal the table is deleted first, and the copy replaces it.',
  aws: { load: [steadyLoad(4 * 3_600)], fault: 'restore-copy', afterS: 60, objectives: { errorRatio: 0.001 } },
  rehearsal: { fault: 'lose-table', objectives: { errorRatio: 0 } },
};
