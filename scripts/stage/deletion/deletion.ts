import { DELETION_ORDER, stackNames } from '../../../infra/contract.ts';
import {
  deleteStack,
  deployedTemplate,
  findStack,
  findStacks,
  type Stack,
  type StackResource,
  stackResources,
} from '../../aws/cloudformation.ts';
import { emptyBucket } from '../../aws/s3.ts';
import { OperatorError } from '../../cli/errors.ts';
import { waitUntil } from '../../cli/wait.ts';
import { failureOf } from '../failure.ts';
import { protectionsOf } from './protection.ts';

/** A stack of a stage. */
type Part = (typeof DELETION_ORDER)[number];

/**
 * Finds a stage's stacks in the order of their deletion, what their deletion retains, and what prevents it. If the data
 * stack is not one of `wanted`, it is `kept`.
 *
 * @throws OperatorError when there is none to delete in this region, unless there may be none
 */
export async function planDeletion(stage: string, region: string, wanted: readonly Part[], mayBeNone = false) {
  const names = stackNames(stage);
  const deployed = await findStacks(DELETION_ORDER.map((part) => names[part]));
  const kept = deployed.find(({ name }) => !wanted.includes('data') && name === names.data);
  const chosen: readonly string[] = wanted.map((part) => names[part]);
  const stacks = deployed.filter(({ name }) => chosen.includes(name));
  if (stacks.length === 0 && kept && !mayBeNone) {
    throw new OperatorError(
      `of stage ${stage} only ${kept.name} is deployed in ${region}, which --keep-data keeps: nothing to destroy`,
    );
  }
  if (stacks.length === 0 && !mayBeNone) {
    throw new OperatorError(
      `stage ${stage} is not deployed in ${region} of this account: nothing to destroy. ` +
        'If it is in another region, pass --set region=<region>',
    );
  }
  const parts = await Promise.all(
    stacks.map(async (stack) => {
      const resources = (await stackResources(stack.name)).filter(({ status }) => status !== 'DELETE_COMPLETE');
      const retained = retainedResources(await deployedTemplate(stack.name), resources);
      const buckets = resources.filter(({ type, physicalId }) => type === 'AWS::S3::Bucket' && physicalId !== '');
      return {
        retained,
        protections: await protectionsOf(stack, resources),
        doomed: {
          ...stack,
          buckets: buckets.filter((bucket) => !retained.includes(bucket)).map((it) => it.physicalId),
        },
      };
    }),
  );
  return {
    stacks: parts.map(({ doomed }) => doomed),
    kept,
    retained: parts.flatMap(({ retained }) => retained),
    protections: parts.flatMap(({ protections }) => protections),
  };
}

/** Which resources CloudFormation keeps when their stack is deleted, according to the deployed template. */
export function retainedResources<Resource extends Pick<StackResource, 'logicalId'>>(
  { Resources }: Awaited<ReturnType<typeof deployedTemplate>>,
  deployed: readonly Resource[],
): readonly Resource[] {
  return deployed.filter(({ logicalId }) =>
    /^(Retain|Snapshot)/.test(Resources[logicalId]?.DeletionPolicy ?? 'Delete'),
  );
}

/** A stack to delete, and the names of the buckets that are deleted with it. */
export type DoomedStack = Stack & { readonly buckets: readonly string[] };

/**
 * Deletes stacks one after the other, and checks that none remains. `deadlineMs` is for each stack.
 *
 * @throws OperatorError with CloudFormation's reason when a stack cannot be deleted
 */
export async function deleteStacks(stacks: readonly DoomedStack[], deadlineMs: number): Promise<void> {
  for (const stack of stacks) {
    // CloudFormation fails to delete a bucket that is not empty.
    for (const bucket of stack.buckets) {
      console.error(`Deleted ${await emptyBucket(bucket)} objects of the bucket ${bucket}`);
    }
    await deleteStack(stack);
    await waitUntil(`the deletion of ${stack.name}`, (seen) => lookAtDeletion(stack, seen), {
      deadlineMs,
      remedy: 'CloudFormation continues the deletion. Run npm run destroy again to wait for it',
    });
  }
  const left = await findStacks(stacks.map(({ name }) => name));
  if (left.length === 0) return;
  const states = left.map(({ name, status }) => `${name} is ${status}`).join(', ');
  throw new OperatorError(`not everything is deleted: ${states}. Run npm run destroy again`);
}

async function lookAtDeletion({ id, name }: Stack, seen: (state: string) => void): Promise<true | undefined> {
  // By its id: another stack may have the name by now.
  const stack = await findStack(id);
  if (!stack || stack.status === 'DELETE_COMPLETE') return true;
  if (stack.status === 'DELETE_FAILED') {
    throw new OperatorError(`${name} cannot be deleted: ${(await failureOf(id)) ?? 'CloudFormation gives no reason'}`);
  }
  const left = (await stackResources(id)).filter(({ status }) => !/^DELETE_(COMPLETE|SKIPPED)$/.test(status));
  seen(`${stack.status}, ${left.length} resources left`);
  return undefined;
}
