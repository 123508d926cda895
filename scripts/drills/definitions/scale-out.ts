import { type Drill, steadyLoad } from '../drill.ts';

/** Real load makes a deployed group scale. */
export const SCALE_OUT: Drill = {
  name: 'scale-out',
  summary: 'The load rises until the group scales out, stays, and falls so that it may scale in again.',
  aws: {
    load: [
      steadyLoad(120),
      { name: 'rise', durationS: 300, from: 'rate', to: 'peak' },
      { name: 'peak', durationS: 600, from: 'peak', to: 'peak' },
      { name: 'fall', durationS: 900, from: 'rate', to: 'rate' },
    ],
    mustScaleOut: true,
    objectives: { errorRatio: 0.01 },
  },
};
