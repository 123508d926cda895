import { OperatorError } from '../cli/errors.ts';

/** One package of package-lock.json. */
export interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Needed on some systems only, or by nobody else. */
  readonly optional?: boolean;
}

/** The part of package-lock.json that is read here: packages by their folder. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** The package that stands in node_modules itself. */
export function lockedPackage(lock: LockFile, name: string): LockedPackage {
  const found = lock.packages[`node_modules/${name}`];
  if (!found) throw new OperatorError(`package-lock.json has no ${name}: run npm install and commit the lock file`);
  return found;
}

/**
 * Folders of a package and of all it needs, as npm laid them out. Optional packages are left out: the image must
 * not depend on which of them the machine that packs it has.
 */
export function closureOf(lock: LockFile, name: string): string[] {
  lockedPackage(lock, name);
  const folders = new Set<string>();
  const visit = (folder: string) => {
    if (folders.has(folder) || lock.packages[folder]?.optional) return;
    folders.add(folder);
    for (const needed of Object.keys(lock.packages[folder]?.dependencies ?? {}))
      visit(resolveFrom(lock, folder, needed));
  };
  visit(`node_modules/${name}`);
  return [...folders].sort();
}

/** Where Node finds a package that is required from a folder: in its own node_modules, then in each above. */
function resolveFrom(lock: LockFile, folder: string, name: string): string {
  for (let above = folder; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/node_modules/')))) {
    const candidate = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`;
    if (candidate in lock.packages) return candidate;
    if (above === '')
      throw new OperatorError(`${folder} needs ${name}, which package-lock.json does not have: run npm install`);
  }
}
