// Installs the locked dependencies of the working directory (npm sets it to the package's own folder).
// Plain JavaScript with no dependency: this runs on the machine's own Node, before the pinned one is installed.
// npm writes node_modules/.package-lock.json last, so a missing or older one means: not installed, or not to the end.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const modifiedMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (modifiedMs('node_modules/.package-lock.json') < modifiedMs('package-lock.json')) {
  console.error('Installing the locked dependencies (npm ci) ...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.exitCode = status ?? 1;
}
