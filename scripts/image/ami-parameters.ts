import { AMI_PARAMETER_PREFIX } from '../../ami/contract.ts';
import type { ImageUse } from '../aws/ec2-images.ts';
import { readParameter, writeParameter } from '../aws/ssm.ts';
import { OperatorError } from '../cli/errors.ts';
import { imageId } from '../cli/values.ts';

/** The parameters that move: the newest bake, the image to launch, and the image that was launched before it. */
const POINTERS = ['candidate', 'current', 'previous'] as const;

/** Image ids of the pointers that exist. */
export type Pointers = Readonly<Partial<Record<(typeof POINTERS)[number], string>>>;

/** SSM parameter of a pointer, or of the image that was baked from a commit. */
export function imageParameter(pointerOrCommit: string): string {
  return `${AMI_PARAMETER_PREFIX}/${pointerOrCommit}`;
}

/** Reads the image id of a pointer or a commit; undefined when the parameter does not exist. */
export async function readImageId(pointerOrCommit: string): Promise<string | undefined> {
  const name = imageParameter(pointerOrCommit);
  const value = await readParameter(name);
  const schema = imageId();
  if (value === undefined || schema.safeParse(value).success) return value;
  throw new OperatorError(`${name} is '${value}', expected ${schema.description}: set the parameter`);
}

/** Reads all pointers. */
export async function readPointers(): Promise<Pointers> {
  const entries = await Promise.all(POINTERS.map(async (name) => [name, await readImageId(name)] as const));
  return Object.fromEntries(entries.filter(([, id]) => id !== undefined));
}

/** One change of a parameter. */
export interface ParameterChange {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string;
}

/** Prints each change, then makes it, one after the other. */
export async function applyChanges(changes: readonly ParameterChange[], dryRun: boolean): Promise<void> {
  for (const { name, from = 'nothing', to } of changes) {
    console.error(`${name}: ${from} -> ${to}${dryRun ? ' (dry run: not changed)' : ''}`);
    if (!dryRun) await writeParameter(name, to);
  }
}

/** A new bake is found by its commit, and becomes the candidate. */
export function publishChanges(pointers: Pointers, commit: string, imageId: string): ParameterChange[] {
  return [
    { name: imageParameter(commit), from: undefined, to: imageId },
    { name: imageParameter('candidate'), from: pointers.candidate, to: imageId },
  ];
}

/** `current` moves to an image and `previous` to the one before it; no change when `current` is that image already. */
export function moveCurrent({ current, previous }: Pointers, imageId: string): ParameterChange[] {
  if (current === imageId) return [];
  const remembered = current ? [{ name: imageParameter('previous'), from: previous, to: current }] : [];
  // `previous` first: if this is interrupted, `current` is still what is launched.
  return [...remembered, { name: imageParameter('current'), from: current, to: imageId }];
}

/** The images that parameters use. A parameter named by a commit only says where its image is. */
export function usesByPointers(parameters: ReadonlyMap<string, string>): ImageUse[] {
  return [...parameters]
    .filter(([name]) => !isCommitParameter(name))
    .map(([name, imageId]) => ({ imageId, by: `parameter ${name}` }));
}

/** Parameters that name an image by its commit; they are deleted with it. */
export function namesOfCommits(parameters: ReadonlyMap<string, string>, imageId: string): string[] {
  return [...parameters].filter(([name, value]) => value === imageId && isCommitParameter(name)).map(([name]) => name);
}

function isCommitParameter(name: string): boolean {
  return /^[0-9a-f]{40}$/.test(name.slice(AMI_PARAMETER_PREFIX.length + 1));
}
