import type { StackResource, Template } from '../aws/cloudformation.ts';

/** A resource that outlives its stack. */
export interface RetainedResource {
  readonly type: string;
  readonly physicalId: string;
}

/** Which resources CloudFormation keeps when their stack is deleted, by what the deployed template says. */
export function retainedResources(
  { Resources }: Template,
  deployed: readonly StackResource[],
): readonly RetainedResource[] {
  return deployed
    .filter(({ logicalId }) => /^(Retain|Snapshot)/.test(Resources[logicalId]?.DeletionPolicy ?? 'Delete'))
    .map(({ type, physicalId }) => ({ type, physicalId }));
}
