import { OUTPUTS, stackNames } from '../../infra/contract.ts';
import {
  type DeployedStack,
  deployedTemplate,
  findStack,
  type StackResource,
  stackResources,
  type Template,
} from '../aws/cloudformation.ts';
import { OperatorError } from '../cli/errors.ts';

/** What deleting a stage deletes and retains. */
export interface Deletion {
  readonly stacks: readonly string[];
  readonly retained: readonly StackResource[];
  /** Synthesis needs an image even to delete; this is the deployed one. */
  readonly amiId: string;
}

/** For synthesis when the service stack, which knows the image, is gone already; nothing is launched from it. */
const NO_IMAGE = 'ami-00000000000000000';

/**
 * Finds the stacks of a stage that exist, and the resources that remain after their deletion.
 *
 * @throws OperatorError when there is none, or when one is protected
 */
export async function planDeletion(stage: string): Promise<Deletion> {
  const found = await Promise.all(Object.values(stackNames(stage)).map(findStack));
  const stacks = found.filter((stack) => stack !== undefined);
  if (stacks.length === 0) {
    throw new OperatorError(
      `stage ${stage} is not deployed in this account and region: nothing to destroy. Is AWS_REGION right?`,
    );
  }
  refuseProtected(stage, stacks);
  const names = stacks.map(({ name }) => name);
  const retained = await Promise.all(
    names.map(async (name) => retainedResources(await deployedTemplate(name), await stackResources(name))),
  );
  const amiId = stacks.find(({ name }) => name === stackNames(stage).service)?.outputs[OUTPUTS.service.amiId];
  return { stacks: names, retained: retained.flat(), amiId: amiId ?? NO_IMAGE };
}

function refuseProtected(stage: string, stacks: readonly DeployedStack[]): void {
  const names = stacks.filter((stack) => stack.isProtected).map(({ name }) => name);
  if (names.length === 0) return;
  throw new OperatorError(
    `${names.join(', ')} may not be deleted: termination protection is on. To turn it off on purpose: ` +
      `npm run deploy -- --stage ${stage} --set loadBalancerProtection=false`,
  );
}

/** Which resources CloudFormation keeps when their stack is deleted, according to the deployed template. */
export function retainedResources(
  { Resources }: Template,
  deployed: readonly StackResource[],
): readonly StackResource[] {
  return deployed.filter(({ logicalId }) =>
    /^(Retain|Snapshot)/.test(Resources[logicalId]?.DeletionPolicy ?? 'Delete'),
  );
}
