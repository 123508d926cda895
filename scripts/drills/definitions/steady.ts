import { type Drill, steadyLoad } from '../drill.ts';

/** The baseline: what the service achieves on a normal day. */
export const STEADY: Drill = {
  name: 'steady',
  summary: 'A constant load and no fault.',
  aws: { load: [steadyLoad(300)], objectives: { errorRatio: 0.001 } },
  rehearsal: { steadyS: 6, objectives: { errorRatio: 0 } },
};
