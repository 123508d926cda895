import { AMI_PARAMETER_PREFIX } from '../../ami/contract.ts';
import type { Use } from './prune-plan.ts';

/** What a pointer can be: the newest bake, the one to launch, and the one that was launched before it. */
export const POINTERS = ['candidate', 'current', 'previous'] as const;

/** Name of a pointer. */
export type PointerName = (typeof POINTERS)[number];

/** SSM parameter of a pointer, or of the image that a commit was baked into. */
export function imageParameter(pointerOrCommit: PointerName | (string & {})): string {
  return `${AMI_PARAMETER_PREFIX}/${pointerOrCommit}`;
}

/** One change of a parameter. */
export interface ParameterChange {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string;
}

/** Values of the pointers that exist. */
export type Pointers = Readonly<Partial<Record<PointerName, string>>>;

/** A new bake is found by its commit, and waits as candidate. */
export function publishChanges(pointers: Pointers, commit: string, imageId: string): ParameterChange[] {
  return [
    { name: imageParameter(commit), from: undefined, to: imageId },
    { name: imageParameter('candidate'), from: pointers.candidate, to: imageId },
  ];
}

/** `current` moves to an image; where it was before is kept, to go back to. Nothing changes when it is there already. */
export function moveCurrent(pointers: Pointers, imageId: string): ParameterChange[] {
  const { current, previous } = pointers;
  if (current === imageId) return [];
  const remembered = current ? [{ name: imageParameter('previous'), from: previous, to: current }] : [];
  // `previous` first: were this cut short, `current` would still be what is launched.
  return [...remembered, { name: imageParameter('current'), from: current, to: imageId }];
}

/** What the parameters keep alive. One that is named by a commit says where its image is, it does not use it. */
export function usesByPointers(parameters: ReadonlyMap<string, string>): Use[] {
  return [...parameters]
    .filter(([name]) => !isCommitParameter(name))
    .map(([name, imageId]) => ({ imageId, by: `parameter ${name}` }));
}

/** Parameters that name an image by its commit; they go with it. */
export function namesOfCommits(parameters: ReadonlyMap<string, string>, imageId: string): string[] {
  return [...parameters].filter(([name, value]) => value === imageId && isCommitParameter(name)).map(([name]) => name);
}

function isCommitParameter(name: string): boolean {
  return /^[0-9a-f]{40}$/.test(name.slice(AMI_PARAMETER_PREFIX.length + 1));
}
