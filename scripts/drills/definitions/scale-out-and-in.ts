import type { Drill } from '../drill.ts';

/** Computations make the small fleet of a rehearsal scale. */
export const SCALE_OUT_AND_IN: Drill = {
  name: 'scale-out-and-in',
  summary: "CPU load on small instances: the template's alarms and steps scale out, and in again when it ends.",
  rehearsal: { fault: 'cpu-load', objectives: { errorRatio: 0.02, detectS: 20, recoverS: 45 } },
};
