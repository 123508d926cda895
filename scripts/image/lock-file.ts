import { z } from 'zod';
import { OperatorError } from '../cli/errors.ts';

const LOCKED_PACKAGE = z.object({
  version: z.string(),
  integrity: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  /** Needed on some systems only. */
  optional: z.boolean().optional(),
  /** Needed for development only; `devOptional`: or on some systems only. */
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
});

/** The part of package-lock.json that is read here: packages by their folder. */
export const LOCK_FILE = z.object({ packages: z.record(z.string(), LOCKED_PACKAGE) });
export type LockFile = z.infer<typeof LOCK_FILE>;

/** The version of a package that is in node_modules itself. */
export function lockedPackage(lock: LockFile, name: string) {
  const found = lock.packages[`node_modules/${name}`];
  if (!found) throw new OperatorError(`package-lock.json has no ${name}: run npm install and commit the lock file`);
  return found;
}

/** Folders of a package and its dependencies. Hand-written: `npm ls` reports what this machine has installed. */
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
  for (let parent = `${folder}/`; ; parent = parent.slice(0, parent.lastIndexOf('node_modules/'))) {
    const candidate = `${parent}node_modules/${name}`;
    if (candidate in lock.packages) return candidate;
    if (parent === '') break;
  }
  throw new OperatorError(`${folder} needs ${name}, which package-lock.json does not have: run npm install`);
}
