import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';
import { readJson } from '../cli/read-json.ts';

const LOCKED_PACKAGE = z.object({
  version: z.string(),
  integrity: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  /** Needed on some systems only. */
  optional: z.boolean().optional(),
});
const LOCK_FILE = z.object({ packages: z.record(z.string(), LOCKED_PACKAGE) });

/** The part of package-lock.json that is read here: packages by their folder. */
export type LockFile = z.infer<typeof LOCK_FILE>;

/** Reads this repository's package-lock.json. */
export function readLockFile(): Promise<LockFile> {
  return readJson('package-lock.json', LOCK_FILE);
}

/** The version of a package that is in node_modules itself. */
export function lockedPackage(lock: LockFile, name: string): z.infer<typeof LOCKED_PACKAGE> {
  const found = lock.packages[`node_modules/${name}`];
  if (!found) throw new OperatorError(`package-lock.json has no ${name}: run npm install and commit the lock file`);
  return found;
}

/**
 * Folders of a package and of everything that it depends on. The walk is hand-written because `npm ls` reports the
 * installed tree of this machine, with its optional packages. The image must not depend on those.
 */
export function closureOf(lock: LockFile, name: string): string[] {
  lockedPackage(lock, name);
  const folders = new Set<string>();
  const visit = (folder: string) => {
    const found = lock.packages[folder];
    if (folders.has(folder) || found?.optional) return;
    folders.add(folder);
    for (const dependency of Object.keys(found?.dependencies ?? {})) visit(resolveFrom(lock, folder, dependency));
  };
  visit(`node_modules/${name}`);
  return [...folders].sort();
}

/** Where Node finds a package that is required from a folder: in its own node_modules, then in each above. */
function resolveFrom(lock: LockFile, folder: string, name: string): string {
  const parents = Array.from(`${folder}/node_modules/`.matchAll(/node_modules\//g), ({ index, input }) =>
    input.slice(0, index),
  );
  const candidates = parents.map((parent) => `${parent}node_modules/${name}`);
  const found = candidates.findLast((candidate) => candidate in lock.packages);
  if (found) return found;
  throw new OperatorError(`${folder} needs ${name}, which package-lock.json does not have: run npm install`);
}
