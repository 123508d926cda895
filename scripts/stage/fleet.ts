import { describeGroup } from '../aws/auto-scaling.ts';
import { describeInstances, type Instance } from '../aws/ec2.ts';
import { describeTargets } from '../aws/elbv2.ts';
import { OperatorError } from '../cli/errors.ts';
import { textTable } from '../cli/table.ts';
import { waitUntil } from '../cli/wait.ts';
import { outputsOf } from './outputs.ts';

/** Waits until the load balancer sees as many healthy targets as the group wants; returns the service's URL. */
export async function waitForHealthyFleet(stage: string, deadlineMs: number): Promise<string> {
  const { url, autoScalingGroup, targetGroupArn } = await outputsOf(stage, 'service');
  return waitUntil(
    `a healthy fleet behind ${url}`,
    async (seen) => {
      const [group, targets] = await Promise.all([describeGroup(autoScalingGroup), describeTargets(targetGroupArn)]);
      const healthy = targets.filter(({ state }) => state === 'healthy').length;
      const wanted = Math.max(1, group.desired);
      seen(`${healthy} of ${wanted} instances healthy`);
      return healthy >= wanted ? url : undefined;
    },
    { deadlineMs, remedy: `See npm run status -- --stage ${stage} and npm run logs -- --stage ${stage}` },
  );
}

/** The instances of an Auto Scaling group. */
export async function instancesOf(groupName: string): Promise<readonly Instance[]> {
  const { members } = await describeGroup(groupName);
  return describeInstances(members.map(({ id }) => id));
}

/** Finds an instance by id or an ending of it, private address or zone. @throws OperatorError with the candidates */
export function chooseInstance(word: string, fleet: readonly Instance[]): Instance {
  if (fleet.length === 0) throw new OperatorError('the fleet has no instance: see npm run status');
  const found = fleet.filter(
    ({ id, privateIp, zone }) => id.endsWith(word) || privateIp === word || zone.endsWith(word),
  );
  const [instance] = found;
  if (!instance) throw new OperatorError(`no instance is '${word}'. There are: ${listOf(fleet)}`);
  if (found.length > 1) throw new OperatorError(`'${word}' fits ${found.length} instances: ${listOf(found)}`);
  return instance;
}

function listOf(instances: readonly Instance[]): string {
  return textTable(instances.map(({ id, zone, privateIp }) => [id, zone, privateIp])).replaceAll('\n', '; ');
}
