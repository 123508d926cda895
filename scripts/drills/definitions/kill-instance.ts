import { type Drill, LOST_CAPACITY, steadyLoad } from '../drill.ts';

/** One instance of the group fails. */
export const KILL_INSTANCE: Drill = {
  name: 'kill-instance',
  summary: 'One instance is lost without warning; the group must replace it.',
  aws: { load: [steadyLoad(900)], fault: 'terminate-instance', afterS: 60, objectives: LOST_CAPACITY },
  // Until the load balancer of a rehearsal detects it, one request in two is lost.
  rehearsal: { fault: 'cut-power', objectives: { errorRatio: 0.25, detectS: 20, recoverS: 30 } },
};
