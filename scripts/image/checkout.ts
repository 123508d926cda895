import { OperatorError } from '../cli/errors.ts';
import { captureQuietly } from '../cli/run.ts';

/** Reads the commit that is checked out, and the files that differ from it or are not in it. */
export async function readCheckout() {
  const commit = (await captureQuietly(['git', 'rev-parse', 'HEAD'])).trim();
  const status = await captureQuietly(['git', 'status', '--porcelain']);
  return { commit, changes: status.split('\n').filter((line) => line !== '') };
}

/** Refuses a working tree with changes: an image names its commit, so it must contain exactly that commit. */
export function requireClean({ commit, changes }: Awaited<ReturnType<typeof readCheckout>>): void {
  const [first] = changes;
  if (first === undefined) return;
  const difference = `${commit.slice(0, 12)} in ${changes.length} file(s), first '${first.trim()}'`;
  throw new OperatorError(`the working tree differs from ${difference}: commit or stash them`);
}
