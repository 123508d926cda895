import { OUTPUTS, stackNames } from '../../infra/contract.ts';
import { deployedTemplate, findStack, type StackResource, stackResources } from '../aws/cloudformation.ts';
import { OperatorError } from '../cli/errors.ts';

/** Finds a stage's stacks and what their deletion retains. @throws OperatorError if none exists or one is protected */
export async function planDeletion(stage: string) {
  const found = await Promise.all(Object.values(stackNames(stage)).map(findStack));
  const stacks = found.filter((stack) => stack !== undefined);
  if (stacks.length === 0) {
    throw new OperatorError(
      `stage ${stage} is not deployed in this account and region: nothing to destroy. Is AWS_REGION right?`,
    );
  }
  const isProtected = stacks.filter((stack) => stack.isProtected).map(({ name }) => name);
  if (isProtected.length > 0) {
    throw new OperatorError(
      `${isProtected.join(', ')} may not be deleted: termination protection is on. To turn it off on purpose: ` +
        `npm run deploy -- --stage ${stage} --set loadBalancerProtection=false`,
    );
  }
  const names = stacks.map(({ name }) => name);
  const retained = await Promise.all(
    names.map(async (name) => retainedResources(await deployedTemplate(name), await stackResources(name))),
  );
  // Synthesis needs an image even to delete: the deployed one, or any id when the service stack is deleted already.
  const service = stacks.find(({ name }) => name === stackNames(stage).service);
  const ami = service?.outputs[OUTPUTS.service.amiId] ?? 'ami-00000000000000000';
  return { stacks: names, retained: retained.flat(), ami };
}

/** Which resources CloudFormation keeps when their stack is deleted, according to the deployed template. */
export function retainedResources(
  { Resources }: Awaited<ReturnType<typeof deployedTemplate>>,
  deployed: readonly StackResource[],
): readonly StackResource[] {
  return deployed.filter(({ logicalId }) =>
    /^(Retain|Snapshot)/.test(Resources[logicalId]?.DeletionPolicy ?? 'Delete'),
  );
}
