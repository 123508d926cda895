import { type Drill, HEALTHY_HERE, LOST_CAPACITY, steadyLoad } from '../drill.ts';

/** One instance of the group fails. */
export const KILL_INSTANCE: Drill = {
  name: 'kill-instance',
  summary: 'One instance is lost without warning; the group must replace it.',
  aws: { load: [steadyLoad(900)], fault: 'terminate-instance', afterS: 60, objectives: LOST_CAPACITY },
  rehearsal: {
    fault: 'cut-power',
    // Until the load balancer detects it, one request in two is lost.
    objectives: { health: HEALTHY_HERE, errorRatio: 0.25, detectS: 20, recoverS: 30 },
  },
};
