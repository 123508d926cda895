import { type Drill, steadyLoad } from '../drill.ts';

/** Somebody changes a security group by hand: the load balancer reaches no instance. */
export const WRONG_SECURITY_GROUP: Drill = {
  name: 'wrong-security-group',
  summary:
    'The rule by which the load balancer reaches the instances goes missing; it is detected, named, and put back.',
  aws: {
    load: [steadyLoad(900)],
    fault: 'close-app-port',
    isOutage: true,
    // Drift detection, which names the rule, needs about a minute.
    holdS: 180,
    afterS: 60,
    // Connections that the load balancer has open may continue, so the errors of clients say little.
    objectives: { errorRatio: 1, detectS: 120, recoverS: 300 },
  },
  rehearsal: { fault: 'close-app-port', objectives: { errorRatio: 0.9, detectS: 20, recoverS: 60 } },
};
