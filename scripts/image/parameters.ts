import { z } from 'zod';
import { AMI_PARAMETER_PREFIX } from '../../ami/contract.ts';
import type { Image, ImageUse } from '../aws/ec2.ts';
import { readParameter, writeParameter } from '../aws/ssm.ts';
import { OperatorError } from '../cli/errors.ts';
import { imageId } from '../cli/values.ts';
import { type Architecture, EC2_NAMES } from './architecture.ts';

/** Image ids of the pointers: the newest bake, the image to launch, and the image that was launched before it. */
export type Pointers = Readonly<Partial<Record<'candidate' | 'current' | 'previous', string | undefined>>>;

/** SSM parameter of a pointer, or of the image that was baked from a commit. */
export function parameterOf(pointerOrCommit: string): string {
  return `${AMI_PARAMETER_PREFIX}/${pointerOrCommit}`;
}

/** Reads the image id of a pointer or a commit; undefined when the parameter does not exist. */
export async function readImageId(pointerOrCommit: string): Promise<string | undefined> {
  const name = parameterOf(pointerOrCommit);
  const value = await readParameter(name);
  const schema = imageId();
  if (value === undefined || schema.safeParse(value).success) return value;
  throw new OperatorError(`${name} is '${value}', expected ${schema.description}: set the parameter`);
}

/** The image that was promoted last. @throws OperatorError if there is none */
export async function currentImage(): Promise<string> {
  const id = await readImageId('current');
  if (id !== undefined) return id;
  throw new OperatorError(`${parameterOf('current')} does not exist: run npm run promote, or pass the id of an image`);
}

/** Reads all pointers. */
export async function readPointers(): Promise<Pointers> {
  const [candidate, current, previous] = await Promise.all(['candidate', 'current', 'previous'].map(readImageId));
  return { candidate, current, previous };
}

/** One change of a parameter. */
type ParameterChange = Readonly<ReturnType<typeof change>>;

function change(pointerOrCommit: string, from: string | undefined, to: string) {
  return { name: parameterOf(pointerOrCommit), from, to };
}

/** Prints each change, then makes it, one after the other. */
export async function applyChanges(changes: readonly ParameterChange[], dryRun: boolean): Promise<void> {
  for (const { name, from = 'nothing', to } of changes) {
    console.error(`${name}: ${from} -> ${to}${dryRun ? ' (dry run: not changed)' : ''}`);
    if (!dryRun) await writeParameter(name, to);
  }
}

/** A new bake is found by its commit, and becomes the candidate. */
export function publishChanges({ candidate }: Pointers, commit: string, imageId: string): ParameterChange[] {
  return [change(commit, undefined, imageId), change('candidate', candidate, imageId)];
}

/** `current` moves to an image and `previous` to the one before it; no change when `current` is that image already. */
export function moveCurrent({ current, previous }: Pointers, imageId: string): ParameterChange[] {
  if (current === imageId) return [];
  // `previous` first: if this is interrupted, `current` is still what is launched.
  return [...(current ? [change('previous', previous, current)] : []), change('current', current, imageId)];
}

/** Checks an image before a parameter points to it; the error names everything that is wrong with it. */
export function checkImage(image: Image, commit?: string, architecture?: Architecture): void {
  const schema = z.object({
    state: expected('state', 'available'),
    architecture: architecture ? expected('architecture', EC2_NAMES[architecture]) : z.string(),
    tags: z.object({
      Service: expected('tag Service', 'stampede'),
      ...(commit && { Commit: expected('tag Commit', commit) }),
      ...(architecture && { Architecture: expected('tag Architecture', architecture) }),
    }),
  });
  const problems = schema.safeParse(image).error?.issues.map(({ message }) => message);
  if (!problems) return;
  throw new OperatorError(`${image.id} (${image.name}) cannot be used: ${problems.join('; ')}. Bake the commit again`);
}

function expected(what: string, value: string) {
  return z.literal(value, { error: ({ input }) => `${what} is ${input ?? 'missing'}, expected ${value}` });
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
