import type { Drill } from '../drill.ts';

/** The table is lost, and an earlier copy takes its place. */
export const RESTORE: Drill = {
  name: 'restore',
  summary: 'The table is deleted under load; a copy is restored, all instances change to it, the bucket is drained.',
  rehearsal: { fault: 'lose-table', objectives: { errorRatio: 0 } },
};
