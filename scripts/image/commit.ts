import { OperatorError } from '../cli/errors.ts';
import { executeQuietly } from '../machine/execute.ts';

/** What is checked out. */
export interface Checkout {
  readonly commit: string;
  /** Files that differ from the commit or are not in it. */
  readonly changes: readonly string[];
}

/** Reads the commit that is checked out, and what differs from it. */
export async function readCheckout(): Promise<Checkout> {
  const commit = (await executeQuietly(['git', 'rev-parse', 'HEAD'])).trim();
  const status = await executeQuietly(['git', 'status', '--porcelain']);
  return { commit, changes: status.split('\n').filter((line) => line !== '') };
}

/** An image names its commit, so it must hold that commit and nothing else. */
export function requireClean({ commit, changes }: Checkout): void {
  if (changes.length === 0) return;
  throw new OperatorError(
    `the working tree differs from ${commit.slice(0, 12)} in ${changes.length} file(s), first '${changes[0]?.trim()}': commit or stash them`,
  );
}
