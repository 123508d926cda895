import { z } from 'zod';
import { EXPIRES_TAG, stackNames } from '../../infra/contract.ts';
import { SERVICE_NAME } from '../../server/contract.ts';
import { listStacks, type Stack } from '../aws/cloudformation.ts';

/** A stage of this account, in one region. */
export interface DeployedStage {
  readonly stage: string;
  readonly stacks: readonly Stack[];
  /** When its first stack was created. */
  readonly createdAt: Date | undefined;
  /** When it may be deleted; undefined if it is permanent. */
  readonly expires: Date | undefined;
}

/** Reads all stages of this account in the region, by the tags of their stacks. */
export async function listStages(): Promise<DeployedStage[]> {
  return stagesOf(await listStacks());
}

/** Finds the stages in a list of stacks. Stacks of others, and those with other names than ours, are left out. */
export function stagesOf(stacks: readonly Stack[]): DeployedStage[] {
  const ours = stacks.filter(({ name, tags: { Service, Stage } }) => {
    return Service === SERVICE_NAME && Stage !== undefined && Object.values(stackNames(Stage)).includes(name);
  });
  const byStage = Map.groupBy(ours, ({ tags }) => tags['Stage'] ?? '');
  return [...byStage]
    .map(([stage, own]) => ({
      stage,
      stacks: own,
      createdAt: own
        .flatMap((stack) => stack.createdAt ?? [])
        .sort((a, b) => a.getTime() - b.getTime())
        .at(0),
      expires: expiryOf(own),
    }))
    .sort((a, b) => a.stage.localeCompare(b.stage));
}

const time = z.iso.datetime().transform((text) => new Date(text));

/** The latest of the stacks' expiries: a deployment that has begun extends it. Undefined unless each stack has one. */
function expiryOf(stacks: readonly Stack[]): Date | undefined {
  const times = stacks.map(({ tags }) => time.safeParse(tags[EXPIRES_TAG]).data);
  if (times.some((each) => each === undefined)) return undefined;
  return new Date(Math.max(...times.map(Number)));
}
