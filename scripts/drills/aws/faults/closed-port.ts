import { stackNames } from '../../../../infra/contract.ts';
import { PORT } from '../../../../server/contract.ts';
import { describeInstances } from '../../../aws/ec2.ts';
import { describeRules, ruleWithPorts, type SecurityGroupRule, setPorts } from '../../../aws/security-groups.ts';
import { OperatorError } from '../../../cli/errors.ts';
import { commandText } from '../../../cli/run.ts';
import { driftOf } from '../../../stage/drift.ts';
import type { Check } from '../../core/run-record.ts';
import type { Fault } from '../fault-course.ts';
import { type DrilledStage, isAtCapacity, type Snapshot, servingMembers } from '../snapshot.ts';

/** A port that nothing listens on (tcpmux). */
const WRONG_PORT = 1;

/**
 * Changes the port of the rule by which the load balancer reaches the instances, as somebody does by mistake. The rule is
 * changed and not deleted: a new one would have another id, and CloudFormation would not find its own any more.
 * AWS: "When you change a security group rule, its tracked connections are not immediately interrupted" (EC2 user guide,
 * connection tracking). So requests on open connections may go on. Each health check opens a new one.
 */
export function prepareClosedPort({ stage }: DrilledStage, before: Snapshot): Fault {
  let changed: SecurityGroupRule | undefined;
  let naming: Promise<readonly string[]> | undefined;
  return {
    intent: `close port ${PORT} of the instances by their security group, so that new connections of the load balancer fail, and open it again`,
    async cause() {
      const rule = await findRule(before);
      console.error(`If this process is killed, open port ${PORT} again with ${reopenCommand(rule)}`);
      changed = rule;
      await setPorts(rule, WRONG_PORT, WRONG_PORT);
      naming = driftOf(stackNames(stage).network);
      // Its failure counts when the check is made.
      naming.catch(() => undefined);
      return `rule ${rule.id} (${rule.description}) admits port ${WRONG_PORT} instead of ${PORT}`;
    },
    isOver: (now) => changed === undefined && isAtCapacity(now),
    async restore() {
      if (!changed) return;
      await setPorts(changed, changed.from, changed.to);
      changed = undefined;
    },
    checks: async () => (naming ? [await namedCheck(naming)] : []),
  };
}

/** The command of the AWS CLI that gives the rule the ports that it has now. */
export function reopenCommand(rule: SecurityGroupRule): string {
  const { groupId, from, to } = rule;
  const rules = JSON.stringify([ruleWithPorts(rule, from, to)]);
  const action = ['ec2', 'modify-security-group-rules'] as const;
  return commandText(['aws', ...action, '--group-id', groupId, '--security-group-rules', rules]);
}

/** @throws OperatorError if not exactly one rule admits another group to the port */
async function findRule(before: Snapshot): Promise<SecurityGroupRule> {
  const instances = await describeInstances(servingMembers(before).map(({ id }) => id));
  const groups = [...new Set(instances.flatMap(({ securityGroups }) => securityGroups))];
  const rules = groups.length > 0 ? await describeRules(groups) : [];
  const [found, ...others] = rules.filter(
    ({ isEgress, from, to, peerGroup }) => !isEgress && peerGroup !== undefined && from <= PORT && PORT <= to,
  );
  if (found && others.length === 0) return found;
  throw new OperatorError(
    `${found ? others.length + 1 : 0} rules of ${groups.join(', ') || 'no group'} admit another group to port ${PORT}: ` +
      'expected one, that of the load balancer. See npm run plan -- --drift',
  );
}

/** CloudFormation must say which rule it is, while it is wrong. */
async function namedCheck(naming: Promise<readonly string[]>): Promise<Check> {
  const lines = await naming.catch((error: Error) => [error.message]);
  const wrongPort = new RegExp(`Port is ${WRONG_PORT}\\b`);
  const line = lines.find((each) => /SecurityGroup/.test(each) && wrongPort.test(each));
  return {
    check: 'drift detection names the rule',
    passed: line !== undefined,
    measured: line ?? (lines.join('; ') || 'no drift'),
    expected: `the rule, and port ${WRONG_PORT} instead of ${PORT}`,
  };
}
