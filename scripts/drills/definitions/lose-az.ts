import { type Drill, LOST_CAPACITY, steadyLoad } from '../drill.ts';

/** A whole Availability Zone fails. */
export const LOSE_AZ: Drill = {
  name: 'lose-az',
  summary: 'All instances of one Availability Zone stop serving at once; later the zone comes back.',
  aws: { load: [steadyLoad(600)], fault: 'lose-zone', holdS: 300, afterS: 120, objectives: LOST_CAPACITY },
  rehearsal: { fault: 'lose-zone', objectives: { errorRatio: 0.3, detectS: 20, recoverS: 40 } },
};
