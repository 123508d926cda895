import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Fixed, so that the next installation removes what an interrupted one left. */
const FOLDER = '.data/install';

/**
 * Runs npm with these arguments in its own folder, with a lock file that has the address of each package, and moves the
 * result to `node_modules`. The lock file of the checkout has no addresses, so that npm would first ask the registry for
 * the list of versions of every package: twice the requests. npm compares every package with the checksum in the lock
 * file. Returns whether it worked: some registries have other addresses, and npm has to ask them.
 */
export function installFromAddresses(words) {
  try {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    cpSync('package.json', join(FOLDER, 'package.json'));
    if (existsSync('.npmrc')) cpSync('.npmrc', join(FOLDER, '.npmrc'));
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    addAddresses(lock.packages, registryUrl());
    writeFileSync(join(FOLDER, 'package-lock.json'), JSON.stringify(lock));
    if (spawnSync('npm', words, { cwd: FOLDER, stdio: 'ignore' }).status !== 0) return false;
    rmSync('node_modules', { recursive: true, force: true });
    renameSync(join(FOLDER, 'node_modules'), 'node_modules');
    return true;
  } catch {
    return false;
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
}

/** @see https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
function addAddresses(packages, registry) {
  for (const [folder, each] of Object.entries(packages)) {
    if (folder === '' || each.link) continue;
    const name = each.name ?? folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const file = `${name.slice(name.lastIndexOf('/') + 1)}-${each.version}.tgz`;
    each.resolved ??= new URL(`${name}/-/${file}`, registry).href;
  }
}

/** The configured registry, with a slash at its end. */
function registryUrl() {
  const { stdout } = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' });
  return `${stdout.trim().replace(/\/$/, '')}/`;
}
