// Plain JavaScript with no dependency: this runs on the machine's own Node, before the pinned one is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { installFromAddresses } from './from-addresses.js';

/** Packages by their folder, as locked or installed. npm writes the second file last, so a missing one means: not to the end. */
const packagesOf = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {});

/**
 * Installs the locked dependencies of the working directory if any is missing. `onlyToRun` does without those for
 * development; if they are there already, they stay. Returns npm's exit status, or `undefined` if nothing was missing.
 */
export function installIfNeeded({ onlyToRun }) {
  const { '': _root, ...locked } = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  const isDev = ({ dev, devOptional }) => dev || devOptional;
  const omitDev = onlyToRun && !Object.values(installed).some(isDev);
  // An optional package that is not there is meant for another system.
  const isMissing = ([folder, { version, optional, devOptional }]) =>
    folder in installed ? installed[folder].version !== version : !optional && !devOptional;
  const wanted = Object.entries(locked).filter(([, each]) => !omitDev || !isDev(each));
  if (!wanted.some(isMissing)) return undefined;

  const startedMs = Date.now();
  console.error(`Installing ${omitDev ? 'what running needs' : 'all locked dependencies'} (npm ci) ...`);
  const words = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(omitDev ? ['--omit=dev'] : [])];
  if (!installFromAddresses(words)) {
    console.error('Trying again, and asking the registry where each package is ...');
    const { status, error } = spawnSync('npm', words, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (error) console.error(`npm cannot be started: ${error.message}`);
    if (status !== 0) return status ?? 1;
  }
  console.error(`Installed in ${Math.round((Date.now() - startedMs) / 1_000)} s.`);
  return 0;
}
