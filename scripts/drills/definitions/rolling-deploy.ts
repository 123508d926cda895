import { type Drill, steadyLoad } from '../drill.ts';

/** Every instance is replaced, as in each deployment. */
export const ROLLING_DEPLOY: Drill = {
  name: 'rolling-deploy',
  summary: 'Every instance is replaced under load, launch before terminate; no request may be lost.',
  aws: { load: [steadyLoad(3_600)], fault: 'instance-refresh', afterS: 60, objectives: { errorRatio: 0.0001 } },
  rehearsal: { fault: 'newer-image', objectives: { errorRatio: 0 } },
};
