import { OUTPUTS, stackNames } from '../../infra/contract.ts';
import { type DeployedStack, deployedTemplate, findStack, stackResources } from '../aws/cloudformation.ts';
import { OperatorError } from '../cli/errors.ts';
import { type RetainedResource, retainedResources } from './retained.ts';

/** What destroying a stage would mean. */
export interface Demolition {
  readonly stacks: readonly string[];
  readonly retained: readonly RetainedResource[];
  /** Synthesis wants an image even to delete; this is the deployed one. */
  readonly amiId: string;
}

/** Stands in when the service stack, which knows the image, is gone already; nothing is launched from it. */
const NO_IMAGE = 'ami-00000000000000000';

/**
 * Finds the stacks of a stage that exist and what outlives them.
 *
 * @throws OperatorError when there is none, or when one is protected
 */
export async function surveyStage(stage: string): Promise<Demolition> {
  const found = await Promise.all(Object.values(stackNames(stage)).map(findStack));
  const stacks = found.filter((stack) => stack !== undefined);
  if (stacks.length === 0) {
    throw new OperatorError(
      `stage ${stage} is not deployed in this account and region: nothing to destroy. Is AWS_REGION right?`,
    );
  }
  refuseProtected(stage, stacks);
  const retained = await Promise.all(stacks.map(({ name }) => retainedOf(name)));
  const amiId = stacks.find(({ name }) => name === stackNames(stage).service)?.outputs[OUTPUTS.service.amiId];
  return { stacks: stacks.map(({ name }) => name), retained: retained.flat(), amiId: amiId ?? NO_IMAGE };
}

function refuseProtected(stage: string, stacks: readonly DeployedStack[]): void {
  const names = stacks.filter((stack) => stack.isProtected).map(({ name }) => name);
  if (names.length === 0) return;
  throw new OperatorError(
    `${names.join(', ')} may not be deleted: termination protection is on. To take it off on purpose: ` +
      `npm run deploy -- --stage ${stage} --set loadBalancerProtection=false`,
  );
}

async function retainedOf(name: string): Promise<readonly RetainedResource[]> {
  const [template, resources] = await Promise.all([deployedTemplate(name), stackResources(name)]);
  return retainedResources(template, resources);
}
