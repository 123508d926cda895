import { PORT } from '../../../../server/contract.ts';
import { waitQuietly } from '../../../cli/wait.ts';
import type { Timeline } from '../../core/timeline.ts';
import { SETTLE_DEADLINE_MS } from '../stage/fleet.ts';
import { canConnect } from '../stage/network.ts';
import type { Stage } from '../stage/stage.ts';

/**
 * Removes the rule by which the load balancer reaches the instances, until the group has found one of them unhealthy. It
 * is named by a comparison of the router with the template, as drift detection does on AWS.
 */
export async function closeAppPort(stage: Stage, timeline: Timeline) {
  const { facts, fleet, network, frontEnd } = stage;
  const before = fleet.inService;
  const end = timeline.beginFault(`the rule that admits the load balancer to port ${PORT} is missing`);
  const openAgain = await network.closePort(facts.groupOf.app, PORT);
  const missing = await network.missingRules();
  const isDetected = () => before.some((member) => !fleet.inService.includes(member));
  await waitQuietly('an instance to be found unhealthy', isDetected, SETTLE_DEADLINE_MS);
  await openAgain();
  end();
  timeline.log(`the rule is back: ${missing.join(', ')}`);
  await fleet.settled();
  const left = await network.missingRules();
  const isOpen = await canConnect(frontEnd, fleet.anyInService().attachment.address, PORT);
  return {
    checks: [
      {
        check: 'a comparison with the template names the missing rule',
        passed: missing.length === 1,
        measured: missing.join(', ') || 'none',
        expected: 'one rule',
      },
      {
        check: 'the rule is put back',
        passed: left.length === 0 && isOpen,
        measured: `${left.length} rules are missing, port ${PORT} is ${isOpen ? 'open' : 'closed'}`,
        expected: 'none, and an open port',
      },
    ],
  };
}
