import { type Drill, HEALTHY, HEALTHY_HERE, steadyLoad } from '../drill.ts';

/** The baseline: what the service achieves on a normal day. */
export const STEADY: Drill = {
  name: 'steady',
  summary: 'An even load and no fault.',
  aws: { load: [steadyLoad(300)], objectives: { health: HEALTHY, errorRatio: 0.001 } },
  rehearsal: { steadyS: 10, objectives: { health: HEALTHY_HERE, errorRatio: 0 } },
};
