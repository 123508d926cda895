import { EXPORT_PROGRESS, stackNames } from '../../infra/contract.ts';
import {
  describeDetection,
  detectDrift,
  driftedResources,
  findStacks,
  type ResourceDrift,
} from '../aws/cloudformation.ts';
import { waitUntil } from '../cli/wait.ts';

/** A stack with many resources takes some minutes. */
const DEADLINE_MS = 600_000;

/** One line for each resource of a stage that was changed or deleted outside of CloudFormation. */
export async function driftReport(stage: string): Promise<string> {
  const stacks = await findStacks(Object.values(stackNames(stage)));
  const lines: string[] = [];
  // One after the other, so that the progress can be read.
  for (const { name } of stacks) lines.push(...(await driftOf(name)));
  return ['Drift:', ...(lines.length > 0 ? lines : ['none'])].join('\n  ');
}

/** One line for each resource of a stack that was changed or deleted outside of CloudFormation. */
export async function driftOf(name: string): Promise<string[]> {
  const id = await detectDrift(name);
  const look = async (seen: (state: string) => void) => {
    const { status, reason } = await describeDetection(name, id);
    seen(status);
    return status === 'DETECTION_IN_PROGRESS' ? undefined : { status, reason };
  };
  const { status, reason } = await waitUntil(`the drift of ${name}`, look, { deadlineMs: DEADLINE_MS });
  const drifted = (await driftedResources(name))
    .map(unexpectedDrift)
    .filter((resource) => resource !== undefined)
    .map((resource) => `${name}/${driftLine(resource)}`);
  return status === 'DETECTION_FAILED' ? [...drifted, `${name}: not all resources were compared: ${reason}`] : drifted;
}

/** The drift of a resource without what the stage itself writes; undefined if nothing else differs. */
export function unexpectedDrift(resource: ResourceDrift): ResourceDrift | undefined {
  const { logicalId, type, status, differences } = resource;
  const isProgress = type === 'AWS::SSM::Parameter' && logicalId.startsWith(EXPORT_PROGRESS);
  if (!isProgress || status !== 'MODIFIED') return resource;
  const unexpected = differences.filter(({ path }) => path !== '/Value');
  return unexpected.length > 0 ? { ...resource, differences: unexpected } : undefined;
}

/** A resource with the properties that differ. */
export function driftLine({ logicalId, type, status, differences }: ResourceDrift): string {
  const changes = differences.map(({ path, expected, actual }) => `${path} is ${actual}, expected ${expected}`);
  return `${logicalId} (${type}) is ${status}${changes.length > 0 ? `: ${changes.join('; ')}` : ''}`;
}
