import { OperatorError } from '../cli/errors.ts';
import { captureQuietly } from '../cli/run.ts';

/** The state of the working tree. */
export interface Checkout {
  readonly commit: string;
  /** Files that differ from the commit or are not in it. */
  readonly changes: readonly string[];
}

/** Reads the commit that is checked out, and what differs from it. */
export async function readCheckout(): Promise<Checkout> {
  const commit = (await captureQuietly(['git', 'rev-parse', 'HEAD'])).trim();
  const status = await captureQuietly(['git', 'status', '--porcelain']);
  return { commit, changes: status.split('\n').filter((line) => line !== '') };
}

/** Refuses a working tree with changes: an image names its commit, so it must contain exactly that commit. */
export function requireClean({ commit, changes: [first, ...others] }: Checkout): void {
  if (first === undefined) return;
  const count = others.length + 1;
  throw new OperatorError(
    `the working tree differs from ${commit.slice(0, 12)} in ${count} file(s), first '${first.trim()}': commit or stash them`,
  );
}
